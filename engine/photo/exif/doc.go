// Package exif reads the EXIF data of photographs, and rewrites it for the images
// that are made from them: entries about the old file's pixels (orientation,
// thumbnail, layout) are replaced or left out, entries about the shot are kept, or
// only the technical ones where private data is to be removed.
package exif
