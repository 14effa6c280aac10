// Package photo reads photographs and writes edited ones.
//
// Reading checks the size that a file states before it allocates memory,
// distinguishes data that is not an image from an image that is cut short, and turns the
// image upright by its EXIF orientation. The result holds the image twice: as 8-bit sRGB with
// straight alpha for models and windows, and in the file's own colour space and bit
// depth for the export, where an [EditBuffer] adds the changes.
//
// Writing makes PNGs with the photo's profile and metadata and a record of how they
// were made. It never leaves a half-written file, and never replaces the photo that
// an edit was made from.
package photo
