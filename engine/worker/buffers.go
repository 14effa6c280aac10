package worker

import (
	"image"

	"deltaedit/engine"
)

// frameBuffer is the memory of a frame: its picture and its timings.
type frameBuffer struct {
	image   *image.RGBA
	timings engine.Timings
}

// bufferPool recycles the buffers of frames. A buffer is in one of five states: being
// drawn, sent but not delivered, shown (delivered last), shown before that (it still
// belongs to the receiver), or free. Not safe for concurrent use.
type bufferPool struct {
	shown, before *frameBuffer
	free          []*frameBuffer
}

// maxFree is the largest number of free buffers. While the size stays the same, there
// are never more.
const maxFree = 3

// take returns a buffer with an image of the given size; its pixels and timings are
// undefined.
func (b *bufferPool) take(size image.Point) *frameBuffer {
	for i, s := range b.free {
		if s.image.Rect.Size() == size {
			b.free = append(b.free[:i], b.free[i+1:]...)
			return s
		}
	}
	clear(b.free)
	b.free = b.free[:0] // they have another size: the view has changed
	return &frameBuffer{image.NewRGBA(image.Rectangle{Max: size}), engine.Timings{}}
}

// give takes back a buffer that nobody uses any more. Nil is allowed.
func (b *bufferPool) give(s *frameBuffer) {
	if s != nil && len(b.free) < maxFree {
		b.free = append(b.free, s)
	}
}

// deliver notes that a buffer was delivered. The one before the last becomes free.
func (b *bufferPool) deliver(s *frameBuffer) {
	b.give(b.before)
	b.before, b.shown = b.shown, s
}
