// Package photo reads photographs and writes edited ones.
//
// Reading refuses what would exhaust memory before allocating any, tells a file
// that is no image from one that is cut short, and turns the picture upright by
// its EXIF orientation. It gives the picture twice: for models and windows as
// straight-alpha 8-bit sRGB, and for the export in the file's own colour space
// and depth, where [Canvas] adds the changes. Writing makes PNGs that carry how
// they were made beside the photo's own profile and metadata, and never leaves a
// half-written file nor replaces the photo that an edit came from.
package photo
