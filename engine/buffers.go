package engine

import "image"

// sheet is what a frame is made of: its picture, and its timings.
type sheet struct {
	image   *image.RGBA
	timings Timings
}

// buffers recycles the sheets of frames. A sheet is in one of five places: being
// drawn, under way, shown (the newest delivered), shown before (still the
// receiver's), or free. Not safe for concurrent use.
type buffers struct {
	shown, before *sheet
	free          []*sheet
}

// maxFree bounds what is kept for reuse; more is never free at once while
// the size stays the same.
const maxFree = 3

// take returns a sheet with an image of the given size; its pixels and timings are
// undefined.
func (b *buffers) take(size image.Point) *sheet {
	for i, s := range b.free {
		if s.image.Rect.Size() == size {
			b.free = append(b.free[:i], b.free[i+1:]...)
			return s
		}
	}
	clear(b.free)
	b.free = b.free[:0] // other sizes: the view has changed
	return &sheet{image.NewRGBA(image.Rectangle{Max: size}), Timings{}}
}

// give returns a sheet that nobody will look at again. Nil is allowed.
func (b *buffers) give(s *sheet) {
	if s != nil && len(b.free) < maxFree {
		b.free = append(b.free, s)
	}
}

// deliver hands a sheet to the receiver, who gives back the last but one.
func (b *buffers) deliver(s *sheet) {
	b.give(b.before)
	b.before, b.shown = b.shown, s
}
