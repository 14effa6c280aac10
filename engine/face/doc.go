// Package face finds faces, cuts them out upright as the generator knows them
// (the FFHQ frame), and segments the person in the aligned square.
//
// # Coordinates
//
// Photo coordinates are continuous: pixel (i, j) covers [i, i+1) × [j, j+1) and
// its centre lies at (i+0.5, j+0.5). An [Alignment] maps the unit square to
// photo coordinates, so it does not depend on any picture's size: the same
// alignment serves a 256² preview, a 1024² picture, the photo and a scaled view
// of the photo.
//
// # From photo to aligned square
//
//	faces, err := detector.Detect(ctx, p.Image)      // clear ones first; ErrNoFace
//	al := face.Align(faces[0])
//	small := al.Crop(p.Image, 256)                   // *image.RGBA, opaque: for the inverter
//
// Package compose puts an edited square back into the photo.
package face
