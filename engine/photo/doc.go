// Package photo reads photographs and writes edited ones.
//
// Reading refuses what would exhaust memory before allocating any, tells a file
// that is no image from one that is cut short, turns the picture upright by its
// EXIF orientation, and always gives straight-alpha 8-bit RGB. Writing makes
// PNGs that carry how they were made, and never leaves a half-written file nor
// replaces the photo that an edit came from.
//
// Colour management is not done: pixels keep the numbers of the file's own
// colour space, and the file's ICC profile is kept beside them ([Photo.ICC]) so
// that an exported PNG can state it.
package photo
