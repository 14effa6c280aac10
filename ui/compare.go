package ui

import (
	"image"
	"slices"

	"deltaedit/engine"
)

// compare holds the two pictures of before and after and which of them is
// shown. It belongs to the UI thread.
type compare struct {
	before, after *image.RGBA
	// view is the space that before was made for.
	view image.Point
	// asked is the generation of the request for a picture of before, 0 for
	// none.
	asked uint64
	// holding is true while before is shown.
	holding bool
}

// Forget drops both pictures.
func (c *compare) Forget() { *c = compare{} }

// Keep files a frame under before or after. The frame's buffer is the
// engine's to use again, so before, which must last, is copied.
func (c *compare) Keep(f engine.Frame, view image.Point) {
	if f.Stage == engine.StageOriginal || (c.asked != 0 && f.Generation == c.asked) {
		c.before, c.view = clone(f.Image), view
	}
	if c.asked == 0 || f.Generation != c.asked {
		c.after = f.Image
	}
}

// Shown is the picture to show, nil for none.
func (c *compare) Shown() *image.RGBA {
	if c.holding && c.before != nil {
		return c.before
	}
	return c.after
}

func clone(img *image.RGBA) *image.RGBA {
	c := *img
	c.Pix = slices.Clone(img.Pix)
	return &c
}

// hold shows the photo without the edits while on is true. What is known is
// shown at once; the engine is asked only for what is not.
func (e *editor) hold(on bool) {
	c := &e.compare
	if on == c.holding || (on && !e.open()) {
		return
	}
	c.holding = on
	if on {
		if c.before == nil || c.view != e.stage.View() {
			e.askBefore()
		}
	} else if c.asked != 0 {
		c.asked = 0
		e.postRequest(engine.QualityRest)
	}
	e.showCompare()
}

// askBefore posts a request for the photo itself.
func (e *editor) askBefore() {
	if e.compare.after != nil {
		// More frames will come than the engine's buffers last.
		e.compare.after = clone(e.compare.after)
	}
	r := e.request(engine.QualityRest)
	r.Edits = nil
	e.compare.asked = e.backend.Post(r)
}

func (e *editor) showCompare() {
	e.stage.SetImage(e.compare.Shown())
	badge := ""
	if e.compare.holding && e.compare.before != nil {
		badge = beforeBadge()
	}
	e.stage.SetBadge(badge)
}
