// Package face finds faces, cuts them out upright as the generator knows them
// (the FFHQ frame), and puts an edited face back into its photograph.
//
// # Coordinates
//
// Photo coordinates are continuous: pixel (i, j) covers [i, i+1) × [j, j+1) and
// its centre lies at (i+0.5, j+0.5). An [Alignment] maps the unit square to
// photo coordinates, so it does not depend on any picture's size: the same
// alignment serves a 256² preview, a 1024² picture, the photo and a scaled view
// of the photo.
//
// # From photo to edited photo
//
//	faces, err := detector.Detect(ctx, p.Image)      // clear ones first; ErrNoFace
//	al := face.Align(faces[0])
//	small := al.Crop(p.Image, 256)                   // *image.RGBA, opaque: for the inverter
//	view := face.NewView(p.Image, box)               // scales the photo once, to fit box
//	dst := image.NewRGBA(image.Rectangle{Max: view.Size()}) // or one used before
//
//	// Once per photo and face, for the preview's side and for the full side:
//	pre := face.NewComposer(small, recon.Pix, face.Feather)   // recon: gen(s), planar RGB [-1,1]
//
//	// For every position of the slider:
//	ch := pre.Compose(edited.Pix)                    // edited: gen(s'), same shape
//	view.Draw(dst, face.Layer{Alignment: al, Change: ch})     // dst is the frame
//
//	// At export (full: a Composer at the generator's full side):
//	out := face.Clone(p.Image)
//	face.Paste(out, face.Layer{Alignment: al, Change: full.Compose(edited.Pix)})
//
// Several faces are several layers. A Draw without layers shows the photo.
//
// A random face has no photograph behind it: its picture (the full-size
// reconstruction as an NRGBA) is the photo, [Whole] the alignment, nil the
// aligned picture and 0 the feather:
//
//	photo := face.Picture(side, recon.Pix)           // *image.NRGBA
//	c := face.NewComposer(nil, recon.Pix, 0)
//	view.Draw(dst, face.Layer{Alignment: face.Whole(photo.Rect.Size()), Change: c.Compose(edited.Pix)})
//
// The aligned square of a photo is the same with the crop instead of the
// reconstruction: photo := face.Opaque(al.Crop(p.Image, side)), the Composer
// made with that crop and feather 0.
//
// # What is kept of the photo
//
// See [Composer]. In short: zero change leaves every byte of the photo as it
// is, and nothing outside the aligned square is ever touched. With the mattes of
// a [Matter] and the face's [Face.Outline] the background inside it stays too:
//
//	ch := pre.Compose(edited.Pix, photoMatte, faces[0].Outline(al, 256), editedMatte)
package face
