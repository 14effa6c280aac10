// Package bmp decodes BMP files that are held in memory.
//
// It reads all headers from OS/2's first to Windows' version 5; 1 to 8 bits with a
// palette, 16, 24 and 32 bits with or without masks; rows from below or from above;
// uncompressed and run-length coded. What else BMP allows is refused by name: see
// [Unsupported].
package bmp
