package photo

import (
	"bytes"
	"image"

	"deltaedit/engine/photo/icc"
)

// Canvas is a photo in its own colour space and depth, to which changes of its
// sRGB picture are added. Pixels without a change keep their values exactly. Rows
// are independent: several goroutines may add to one Canvas as long as no two
// work on the same row.
//
// Where the photo's own pixels are kept beside its Image, a large photo would
// take too much memory a third time: the Canvas then works on these pixels
// themselves, and Release takes its changes back.
type Canvas struct {
	flat  *image.NRGBA   // of 8 bits, or nil
	deep  *image.NRGBA64 // of 16 bits, or nil
	space *icc.Transform // nil where changes of sRGB are changes of the pixels
	saved [][]stretch    // by row: what Release puts back; nil for a copy
}

// stretch holds a part of a row of pixels as it was.
type stretch struct {
	at  int // in the picture's bytes
	was []byte
}

// Canvas returns a canvas with the photo on it. Image stays as it is; Own must
// not be used before the canvas is released, and only one canvas may be in use
// at a time.
func (p *Photo) Canvas() *Canvas {
	if p.own == nil {
		return p.Copy()
	}
	c := &Canvas{space: p.space}
	c.flat, _ = p.own.(*image.NRGBA)
	c.deep, _ = p.own.(*image.NRGBA64)
	c.saved = make([][]stretch, p.own.Bounds().Dy())
	return c
}

// Copy returns a canvas that works on a copy of the pixels in any case: what is
// drawn on it may be used for as long as one likes, and beside other canvases.
func (p *Photo) Copy() *Canvas {
	c := &Canvas{space: p.space}
	switch own := p.Own().(type) {
	case *image.NRGBA64:
		c.deep = &image.NRGBA64{Pix: bytes.Clone(own.Pix), Stride: own.Stride, Rect: own.Rect}
	case *image.NRGBA:
		c.flat = &image.NRGBA{Pix: bytes.Clone(own.Pix), Stride: own.Stride, Rect: own.Rect}
	}
	return c
}

// Release gives the photo its own pixels back as they were; what Image returned
// must not be used any more.
func (c *Canvas) Release() {
	for y, parts := range c.saved {
		for i := len(parts) - 1; i >= 0; i-- {
			copy(c.bytes()[parts[i].at:], parts[i].was)
		}
		c.saved[y] = nil
	}
}

// save keeps n pixels of row y from x on for Release.
func (c *Canvas) save(x, y, n int) {
	if c.saved == nil {
		return
	}
	at, size := 0, 4*n
	if c.flat != nil {
		at = c.flat.PixOffset(x, y)
	} else {
		at, size = c.deep.PixOffset(x, y), 8*n
	}
	c.saved[y] = append(c.saved[y], stretch{at, bytes.Clone(c.bytes()[at : at+size])})
}

func (c *Canvas) bytes() []byte {
	if c.flat != nil {
		return c.flat.Pix
	}
	return c.deep.Pix
}

// Bounds returns the canvas's rectangle, which begins at (0, 0).
func (c *Canvas) Bounds() image.Rectangle { return c.Image().Bounds() }

// Image returns the picture on the canvas, *image.NRGBA or *image.NRGBA64. It is
// the canvas's own.
func (c *Canvas) Image() image.Image {
	if c.flat != nil {
		return c.flat
	}
	return c.deep
}

// Plain returns the picture when changes of sRGB can be added to its bytes as
// they are, nil otherwise. It is the canvas's own.
func (c *Canvas) Plain() *image.NRGBA {
	if c.space != nil {
		return nil
	}
	return c.flat
}

// AddRow changes the pixels of row y from x on: levels holds three values a
// pixel, in levels of sRGB (1/255 of the range of a colour). Results are rounded
// to the canvas's depth and clipped to its range. Alpha stays; pixels with alpha
// 0 are left alone.
func (c *Canvas) AddRow(x, y int, levels []float32) {
	c.save(x, y, len(levels)/3)
	for ; len(levels) >= 3; levels = levels[3:] {
		d := [3]float32{levels[0], levels[1], levels[2]}
		if d != ([3]float32{}) {
			c.add(x, y, d)
		}
		x++
	}
}

func (c *Canvas) add(x, y int, d [3]float32) {
	if c.flat != nil {
		p := c.flat.Pix[y*c.flat.Stride+4*x:][:4]
		if p[3] == 0 {
			return
		}
		v := [3]int{int(p[0]), int(p[1]), int(p[2])}
		d = c.own(v, d, 1)
		for i := range v {
			p[i] = byte(moved(v[i], d[i], 255))
		}
		return
	}
	p := c.deep.Pix[y*c.deep.Stride+8*x:][:8]
	if p[6] == 0 && p[7] == 0 {
		return
	}
	var v [3]int
	for i := range v {
		v[i] = int(p[2*i])<<8 | int(p[2*i+1])
	}
	d = c.own(v, d, 257)
	for i := range v {
		n := moved(v[i], d[i], 65535)
		p[2*i], p[2*i+1] = byte(n>>8), byte(n)
	}
}

// own turns levels of sRGB into steps of the pixel's own values, of which a
// level of sRGB is scale.
func (c *Canvas) own(v [3]int, d [3]float32, scale float32) [3]float32 {
	if c.space != nil {
		return c.space.Change(v, d)
	}
	for i := range d {
		d[i] *= scale
	}
	return d
}

// moved adds to a value, rounded to the nearest, clipped to [0, top]. NaN
// changes nothing.
func moved(v int, d float32, top int) int {
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
