package ui

import (
	"image"
	"slices"

	"deltaedit/engine"
	"deltaedit/ui/comparison"
	"deltaedit/ui/zoom"
)

// compare holds the pictures before and after the edit, and how they are displayed. It
// belongs to the UI thread.
type compare struct {
	before, after side
	// asked is the generation of the request for the picture before the edit, or 0 for
	// none; last is that of the newest such request.
	asked, last uint64
	// holding is true while the picture before the edit is displayed.
	holding bool
	// mode is how the pictures are displayed otherwise: not comparison.Before.
	mode comparison.Mode
	// against are the settings whose image takes the place of the one before the edit;
	// nil for the photo as it was.
	against *settings
	// kept counts the frames that were stored.
	kept uint64
}

// side is what is known of one of the pictures: the whole at the size of the window, and
// while it is zoomed the seen part at full size.
type side struct {
	whole, part shot
}

// shot is a frame's image.
type shot struct {
	image *image.RGBA
	// version is another one for every frame.
	version uint64
	// asked is what the image was asked for.
	asked zoom.Region
	// own is true when the engine will not draw into the image again.
	own bool
}

// copied returns the shot with an image that the engine does not use.
func (s shot) copied() shot {
	if s.image != nil && !s.own {
		s.image, s.own = clone(s.image), true
	}
	return s
}

// layers returns the side's images for a photo of the given size, coarse ones first.
func (s *side) layers(photo image.Point) []comparison.Layer {
	var out []comparison.Layer
	if s.whole.image != nil {
		out = append(out, comparison.Layer{Image: s.whole.image, Part: image.Rectangle{Max: photo}, Version: s.whole.version})
	}
	if s.part.image != nil {
		out = append(out, comparison.Layer{Image: s.part.image, Part: s.part.asked.Part, Version: s.part.version})
	}
	return out
}

// of returns the shot of a region, or the empty shot.
func (s *side) of(r zoom.Region) shot {
	for _, have := range []shot{s.part, s.whole} {
		if have.image != nil && have.asked == r {
			return have
		}
	}
	return shot{}
}

// own copies what the engine would draw into again with one of its next frames.
func (s *side) own() { s.whole, s.part = s.whole.copied(), s.part.copied() }

// keep stores a shot in place of the one of the same kind.
func (s *side) keep(f shot) {
	if f.asked.Part.Empty() {
		s.whole, s.part = f, shot{} // the part may be of another edit
		return
	}
	s.whole, s.part = s.whole.copied(), f
}

// Forget drops both pictures. How they are compared stays.
func (c *compare) Forget() { *c = compare{mode: c.mode, last: c.last, kept: c.kept} }

// asksFor reports whether a frame answers the newest request for the picture before the
// edit.
func (c *compare) asksFor(f engine.Frame) bool { return c.last != 0 && f.Generation == c.last }

// Keep stores a frame as before or after. want is the region that was asked for last. The
// engine reuses the frame's buffer, so before, which must stay valid, is copied.
func (c *compare) Keep(f engine.Frame, want zoom.Region) {
	c.kept++
	s := shot{image: f.Image, version: c.kept, asked: zoom.Region{Part: f.Region, Box: f.Image.Rect.Size()}}
	if f.Region == want.Part {
		s.asked = want
	}
	before := c.asksFor(f)
	if f.Stage == engine.StageOriginal && c.against == nil || before {
		c.before.keep(s.copied())
	}
	if !before {
		c.after.keep(s)
	}
}

// shown returns the mode in which the pictures are displayed now.
func (c *compare) shown() comparison.Mode {
	switch {
	case c.before.whole.image == nil && c.before.part.image == nil:
		return comparison.After
	case c.holding:
		return comparison.Before
	}
	return c.mode
}

func clone(img *image.RGBA) *image.RGBA {
	c := *img
	c.Pix = slices.Clone(img.Pix)
	return &c
}

// hold displays the photo without edits while on is true. An image that is already
// available is displayed at once; the engine is asked only for a missing one.
func (e *editor) hold(on bool) {
	c := &e.compare
	if on == c.holding || (on && !e.open()) {
		return
	}
	c.holding = on
	if on {
		e.wantBefore()
	} else if c.asked != 0 {
		e.postRequest(engine.QualityRest)
	}
	e.showCompare()
}

// wantBefore asks for the picture before the edit unless it is there, in the size that is
// displayed.
func (e *editor) wantBefore() {
	if e.compare.before.of(e.viewport.Want()).image == nil && e.compare.asked == 0 {
		e.askBefore()
	}
}

// askBefore posts a request for the unedited photo.
func (e *editor) askBefore() {
	e.compare.after.own()
	e.compare.asked = e.backend.Post(e.requestBefore())
	e.compare.last = e.compare.asked
}

// compareAfter goes on with the comparison after a frame: it asks for the picture before
// the edit as soon as the edit is settled, and then makes the edit the newest request
// again.
func (e *editor) compareAfter(f engine.Frame) {
	c := &e.compare
	switch {
	case c.asked != 0 && f.Generation == c.asked && !c.holding:
		e.postRequest(engine.QualityRest)
	case c.mode.Both() && !c.holding && c.asked == 0 && f.Stage == engine.StageFinal && f.Generation == e.backend.Generation():
		e.wantBefore()
	}
}

// compareBy changes how the pictures are displayed.
func (e *editor) compareBy(m comparison.Mode) {
	e.compare.mode = m
	e.viewport.SetMode(m) // it calls resized when the picture's size has changed
	e.viewbar.ShowMode(m)
	if e.open() && m.Both() && !e.compare.holding && !e.resizeTimer.Waiting() && e.compare.after.whole.image != nil {
		e.wantBefore()
	}
	e.showCompare()
}

func (e *editor) showCompare() {
	c := &e.compare
	photo := e.viewport.zoom.Picture()
	e.viewport.SetScene(c.shown(), c.before.layers(photo), c.after.layers(photo))
	badge := ""
	if c.shown() == comparison.Before {
		badge = e.beforeLabel()
	}
	e.viewport.SetBadge(badge)
	e.viewbar.ShowPercent(e.viewport.zoom.Percent())
}
