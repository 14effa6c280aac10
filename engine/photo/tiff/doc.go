// Package tiff decodes the first image of a TIFF file that is held in memory.
//
// It reads grey, RGB, CMYK and palettes, of 1 to 16 bits, with or without alpha and
// further channels; in strips or tiles; with the samples of a pixel side by side or
// in planes of their own (PlanarConfiguration 1 and 2); uncompressed or compressed
// by PackBits, LZW, deflate, JPEG and CCITT group 4. What else TIFF allows is refused
// by name: see [Unsupported].
package tiff
