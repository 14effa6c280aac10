package comparison

import (
	"image"
	"math"

	"deltaedit/ui/zoom"
)

// Mode says how the pictures before and after the edit are shown.
type Mode int

// Modes.
const (
	After       Mode = iota // the edit alone
	Split                   // before on the left of a line, after on its right
	SplitAcross             // before above a line, after below
	SideBySide              // both whole, beside or above each other
	Difference              // how far they are apart, in each colour
	Before                  // the photo alone
)

// Both reports whether the mode needs the picture before the edit as well as the one
// after it.
func (m Mode) Both() bool { return m >= Split && m <= Difference }

// Gain is the factor by which Difference enlarges differences.
const Gain = 4

// Scene is what is drawn.
type Scene struct {
	Mode Mode
	View *zoom.View
	// Divider is where the line of a split is, as a share of the area's width or height.
	Divider float64
	// Before and After are the pictures, coarse ones first.
	Before, After []Layer
}

// gutter is the number of device pixels between pictures beside each other.
const gutter = 2

// Areas returns the device pixels that the pictures before and after the edit have in an
// area: the whole area each, halves of it for SideBySide.
func Areas(m Mode, area, picture image.Point) (before, after image.Rectangle) {
	whole := image.Rectangle{Max: area}
	if m != SideBySide {
		return whole, whole
	}
	w, h := (area.X-gutter)/2, (area.Y-gutter)/2
	fit := func(w, h int) float64 {
		return min(float64(w)/float64(max(picture.X, 1)), float64(h)/float64(max(picture.Y, 1)))
	}
	if fit(w, area.Y) >= fit(area.X, h) {
		return image.Rect(0, 0, w, area.Y), image.Rect(area.X-w, 0, area.X, area.Y)
	}
	return image.Rect(0, 0, area.X, h), image.Rect(0, area.Y-h, area.X, area.Y)
}

// Line returns the device pixel at which a split divides an area.
func (s Scene) Line(area image.Point) int {
	length := area.X
	if s.Mode == SplitAcross {
		length = area.Y
	}
	return int(math.Round(min(max(s.Divider, 0), 1) * float64(length)))
}

// Draw draws the scene into dst, which begins at (0, 0). Around the pictures dst becomes
// transparent. The View is that of one picture: its area is dst, or half of it for
// SideBySide. spare is used for drawing; Draw returns it, or a larger one.
func (s Scene) Draw(dst, spare *image.RGBA) *image.RGBA {
	clear(dst.Pix)
	before, after := s.Pieces(dst.Rect.Max)
	if s.Mode != Difference {
		draw(dst, before)
		draw(dst, after)
		return spare
	}
	if spare == nil || spare.Rect != dst.Rect {
		spare = image.NewRGBA(dst.Rect)
	}
	clear(spare.Pix)
	draw(dst, after)
	draw(spare, before)
	subtract(dst, spare)
	return spare
}

// subtract turns the opaque pixels of dst into their distance to those of other, times
// Gain. Both have the same size.
func subtract(dst, other *image.RGBA) {
	bands(dst.Rect.Dy(), func(from, to int) {
		a, b := dst.Pix[from*dst.Stride:to*dst.Stride], other.Pix[from*other.Stride:to*other.Stride]
		for i := 0; i+3 < len(a); i += 4 {
			if a[i+3] == 0 && b[i+3] == 0 {
				continue
			}
			for c := range 3 {
				d := int(a[i+c]) - int(b[i+c])
				a[i+c] = byte(min(max(d, -d)*Gain, 255))
			}
			a[i+3] = 255
		}
	})
}
