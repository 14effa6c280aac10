// Package webpwrite writes WebPs: the pixels by libwebp's encoder (with loss) or by nativewebp
// (without), and around them the container with profile, EXIF data and XMP packet.
//
// With loss it is libwebp, compiled to WebAssembly, so that no library of the system is needed;
// programs are built with the tag nodynamic, without which the module takes the system's libwebp
// where there is one. Without loss libwebp takes three times the memory, 1.1 GB for 12
// megapixels, so that it is left to another encoder.
package webpwrite
