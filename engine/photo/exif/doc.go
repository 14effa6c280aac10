// Package exif rewrites the EXIF data of photographs for the pictures that are
// made from them: what described the old file's pixels goes (orientation,
// thumbnail, layout), what tells of the shot stays, or only its technical part
// where a person wants to keep private data private.
package exif
