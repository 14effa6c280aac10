package worker

import (
	"image"

	"deltaedit/engine"
)

// painter holds the buffer that a frame is being painted into. It belongs to
// the goroutine of the worker.
type painter struct {
	out    *outbox
	buffer *frameBuffer      // nil until the pipeline asks for an image
	image  engine.FrameImage // returns the buffer's image; allocated once
}

func newPainter(o *outbox) *painter {
	p := &painter{out: o}
	p.image = p.takeImage
	return p
}

// takeImage returns the image to paint the frame into. It is p.image.
func (p *painter) takeImage(size image.Point) *image.RGBA {
	if p.buffer == nil || p.buffer.image.Rect.Size() != size {
		p.out.discard(p.buffer)
		p.buffer = p.out.take(size)
	}
	return p.buffer.image
}

// take returns the buffer, nil when no image was asked for, and leaves the painter
// empty.
func (p *painter) take() *frameBuffer {
	b := p.buffer
	p.buffer = nil
	return b
}
