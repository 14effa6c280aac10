package photo

import (
	"bytes"
	"image"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/photo/icc"
	"deltaedit/engine/warp"
)

// EditBuffer is a photo in its own colour space and bit depth, to which changes of
// its sRGB image are added. Pixels without a change keep their exact values.
// Several goroutines may call AddRow at once, as long as no two work on the same
// row.
//
// Where the photo's own pixels are kept beside its Image, a copy of a large photo
// would take too much memory: EditInPlace works on these pixels themselves, and
// Restore undoes the changes.
type EditBuffer struct {
	img8  *image.NRGBA    // for 8 bits a channel, nil otherwise
	img16 *image.NRGBA64  // for 16 bits a channel, nil otherwise
	space *icc.Transform  // nil for sRGB
	undo  [][]savedPixels // by row: what Restore puts back; nil for a copy
}

// savedPixels are pixels of a row before a change.
type savedPixels struct {
	at  int // index into the image's bytes
	was []byte
}

// EditInPlace returns a buffer that works on the photo's own pixels where these
// are kept beside Image, and on a copy otherwise. Image does not change. Own must
// not be used before Restore has been called, and only one such buffer may be in
// use at a time.
func (p *Photo) EditInPlace() *EditBuffer {
	if p.own == nil {
		return p.EditCopy()
	}
	return p.EditImage()
}

// EditImage is EditInPlace that works on the pixels of Image where no others are kept:
// until Restore neither Image nor Own may be used.
func (p *Photo) EditImage() *EditBuffer {
	b := &EditBuffer{space: p.space}
	b.img8, _ = p.Own().(*image.NRGBA)
	b.img16, _ = p.Own().(*image.NRGBA64)
	b.undo = make([][]savedPixels, p.Own().Bounds().Dy())
	return b
}

// EditCopy returns a buffer that works on a copy of the pixels. It is the caller's
// own: it may be kept, and be used beside other buffers.
func (p *Photo) EditCopy() *EditBuffer {
	b := &EditBuffer{space: p.space}
	switch own := p.Own().(type) {
	case *image.NRGBA64:
		b.img16 = &image.NRGBA64{Pix: bytes.Clone(own.Pix), Stride: own.Stride, Rect: own.Rect}
	case *image.NRGBA:
		b.img8 = &image.NRGBA{Pix: bytes.Clone(own.Pix), Stride: own.Stride, Rect: own.Rect}
	}
	return b
}

// Restore undoes the changes to the photo's own pixels. The result of Image must
// not be used after it. It does nothing to a copy.
func (b *EditBuffer) Restore() {
	for y, parts := range b.undo {
		for i := len(parts) - 1; i >= 0; i-- {
			copy(b.bytes()[parts[i].at:], parts[i].was)
		}
		b.undo[y] = nil
	}
}

// Save keeps the pixels in r for Restore, before they are changed in the bytes of SRGB8.
// What lies beyond the image does not count.
func (b *EditBuffer) Save(r image.Rectangle) {
	r = r.Intersect(b.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		b.save(r.Min.X, y, r.Dx())
	}
}

// save keeps n pixels of row y from x on for Restore.
func (b *EditBuffer) save(x, y, n int) {
	if b.undo == nil {
		return
	}
	at, size := 0, 4*n
	if b.img8 != nil {
		at = b.img8.PixOffset(x, y)
	} else {
		at, size = b.img16.PixOffset(x, y), 8*n
	}
	b.undo[y] = append(b.undo[y], savedPixels{at, bytes.Clone(b.bytes()[at : at+size])})
}

// Bend bends the picture as a field says. toSquare maps its pixels to places in the field's
// aligned square. It uses several cores.
func (b *EditBuffer) Bend(f *warp.Field, toSquare geometry.Affine) {
	b.Save(f.Footprint(toSquare, b.Bounds()))
	if img := b.img8; img != nil {
		warp.Push(f, warp.Bytes(img.Pix, img.PixOffset, img.Rect, true), toSquare, false)
	} else {
		warp.Push(f, warp.Words(b.img16), toSquare, false)
	}
}

func (b *EditBuffer) bytes() []byte {
	if b.img8 != nil {
		return b.img8.Pix
	}
	return b.img16.Pix
}

// Bounds returns the buffer's rectangle, which begins at (0, 0).
func (b *EditBuffer) Bounds() image.Rectangle { return b.Image().Bounds() }

// Image returns the edited image, *image.NRGBA or *image.NRGBA64. It is the
// buffer's memory, not a copy.
func (b *EditBuffer) Image() image.Image {
	if b.img8 != nil {
		return b.img8
	}
	return b.img16
}

// SRGB8 returns the edited image when it is 8-bit sRGB, so that changes can be
// added to its bytes directly, after Save, and nil otherwise. It is the buffer's memory.
func (b *EditBuffer) SRGB8() *image.NRGBA {
	if b.space != nil {
		return nil
	}
	return b.img8
}

// AddRow adds a change to the pixels of row y from x on. levels holds three values
// a pixel (red, green, blue) in levels of sRGB: 1/255 of the range of a channel.
// Results are rounded to the buffer's depth and clipped to its range. Alpha does
// not change, and pixels with alpha 0 are left alone.
func (b *EditBuffer) AddRow(x, y int, levels []float32) {
	for len(levels) >= 3 && levels[0] == 0 && levels[1] == 0 && levels[2] == 0 {
		levels = levels[3:]
		x++
	}
	if len(levels) < 3 {
		return
	}
	b.save(x, y, len(levels)/3)
	for ; len(levels) >= 3; levels = levels[3:] {
		d := [3]float32{levels[0], levels[1], levels[2]}
		if d != ([3]float32{}) {
			b.add(x, y, d)
		}
		x++
	}
}

func (b *EditBuffer) add(x, y int, d [3]float32) {
	if b.img8 != nil {
		p := b.img8.Pix[y*b.img8.Stride+4*x:][:4]
		if p[3] == 0 {
			return
		}
		v := [3]int{int(p[0]), int(p[1]), int(p[2])}
		d = b.toOwnLevels(v, d, 1)
		for i := range v {
			p[i] = byte(addClipped(v[i], d[i], 255))
		}
		return
	}
	p := b.img16.Pix[y*b.img16.Stride+8*x:][:8]
	if p[6] == 0 && p[7] == 0 {
		return
	}
	var v [3]int
	for i := range v {
		v[i] = int(p[2*i])<<8 | int(p[2*i+1])
	}
	d = b.toOwnLevels(v, d, 257)
	for i := range v {
		n := addClipped(v[i], d[i], 65535)
		p[2*i], p[2*i+1] = byte(n>>8), byte(n)
	}
}

// toOwnLevels converts a change in levels of sRGB into one in levels of the pixel's
// own colour space, of which a level of sRGB is scale.
func (b *EditBuffer) toOwnLevels(v [3]int, d [3]float32, scale float32) [3]float32 {
	if b.space != nil {
		return b.space.Change(v, d)
	}
	for i := range d {
		d[i] *= scale
	}
	return d
}

// addClipped adds d to v, rounds to the nearest whole number and clips to [0, top].
// NaN changes nothing.
func addClipped(v int, d float32, top int) int {
	f := float64(v) + float64(d) + 0.5
	switch {
	case f != f:
		return v
	case f <= 0:
		return 0
	case f >= float64(top)+0.5:
		return top
	}
	return int(f)
}
