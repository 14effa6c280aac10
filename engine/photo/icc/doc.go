// Package icc reads the colour profiles that photographs carry and turns their
// colours into sRGB and changes of sRGB back into theirs.
//
// It knows profiles that describe a colour space by three curves and a matrix
// (sRGB, Display P3, Adobe RGB, ProPhoto and their like, of versions 2 and 4),
// and grey ones with a single curve. Profiles made of look-up tables, those of
// printers among them, are told apart and refused: see [ErrTables].
//
// Colours are matched colorimetrically with the profile connection space's white
// (D50). What sRGB cannot show is clipped, a colour at a time, in the image
// for the models; changes are added to the unclipped colour, so that a photo
// keeps what sRGB lacks.
package icc
