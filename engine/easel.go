package engine

import "image"

// easel holds the sheet that a frame is being painted on. It belongs to the engine
// goroutine.
type easel struct {
	out    *outbox
	sheet  *sheet // nil until a pipeline has asked for an image
	canvas Canvas // hands the sheet's image over; made once
}

func newEasel(o *outbox) *easel {
	e := &easel{out: o}
	e.canvas = e.hand
	return e
}

// hand is canvas.
func (e *easel) hand(size image.Point) *image.RGBA {
	if e.sheet == nil || e.sheet.image.Rect.Size() != size {
		e.out.discard(e.sheet)
		e.sheet = e.out.take(size)
	}
	return e.sheet.image
}

// take returns the sheet, nil when no image was asked for, and leaves the easel
// empty.
func (e *easel) take() *sheet {
	s := e.sheet
	e.sheet = nil
	return s
}
