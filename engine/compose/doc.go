// Package compose puts an edited face back into its photograph.
//
//	view := compose.NewView(p.Image, p.Image.Rect, box)            // scales the photo once, to fit box
//	dst := image.NewRGBA(image.Rectangle{Max: view.Size()}) // or one used before
//
//	// Once per photo and face, for the preview's side and for the full side:
//	small := al.Crop(p.Image, 256)                   // al: face.Align(f)
//	pre := compose.NewComposer(small, recon.Pix, compose.Feather) // recon: gen(s), planar RGB [-1,1]
//
//	// For every position of the slider:
//	ch := pre.Compose(edited.Pix)                    // edited: gen(s'), same shape
//	view.Draw(dst, compose.Layer{Alignment: al, Change: ch}) // dst is the frame
//
//	// At export (full: a Composer at the generator's full side):
//	out := compose.Clone(p.Image)
//	compose.Paste(out, compose.Layer{Alignment: al, Change: full.Compose(edited.Pix)})
//
// Several faces are several layers. A Draw without layers shows the photo.
//
// A random face has no photograph behind it: its picture (the full-size
// reconstruction as an NRGBA) is the photo, [face.Whole] the alignment, nil the
// aligned picture and 0 the feather:
//
//	photo := compose.Picture(side, recon.Pix)        // *image.NRGBA
//	c := compose.NewComposer(nil, recon.Pix, 0)
//	view.Draw(dst, compose.Layer{Alignment: face.Whole(photo.Rect.Size()), Change: c.Compose(edited.Pix)})
//
// The aligned square of a photo is the same with the crop instead of the
// reconstruction: photo := compose.Opaque(al.Crop(p.Image, side)), the Composer
// made with that crop and feather 0.
//
// # What is kept of the photo
//
// See [Composer]. In short: without a change every byte of the photo stays as it
// is, and nothing outside the aligned square is touched, but for hair that goes on
// beyond it ([Composer.Extend]). With the mattes of the photo, of the face and of
// the edited picture the background inside the square stays too:
//
//	ch := pre.Compose(edited.Pix, photoMatte, f.Outline(al, 256), editedMatte)
//
// With the parts of the photo ([Composer.SetParts]) and of the edited picture
// ([Composer.EditedParts]) so do clothes, hats, what is in front of the face, and the
// strands of hair that changes its colour, and the light of skin. Hair that goes away leaves
// the background continued as a membrane, with the texture of what is beside it mirrored.
package compose
