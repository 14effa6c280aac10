// Package store keeps inversions in a folder, so that a photo that is opened again need
// not be inverted again. What it keeps shows a person: a face can be drawn from a style
// code. So only the user can read the files, they can be cleared, and there may be none.
package store
