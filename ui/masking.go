package ui

import (
	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/ui/maskview"
	"deltaedit/ui/stack"
)

// masking is what the editor knows of painting the mask of the row in hand. It belongs to the
// UI thread.
type masking struct {
	// on is true while the mask is shown and the pointer paints.
	on    bool
	erase bool
	brush mask.Brush
	// colour is an index of overlayColours, −1 while the mask is not shown; shown is the
	// one that it has when it is.
	colour, shown int
	// regions are those of the newest frame, nil for none. raster draws masks on them.
	regions *engine.Regions
	raster  *mask.Raster
}

func newMasking() masking {
	return masking{brush: mask.Brush{Radius: usualBrush, Softness: usualSoftness}, raster: new(mask.Raster)}
}

// connectMask sets the callbacks of the mask's controls.
func (e *editor) connectMask() {
	p := e.panel.mask
	p.toggle.OnTapped = e.toggleMasking
	p.OnRegion, p.OnColour = e.maskRegion, e.showMaskIn
	p.brush.OnTapped = func() { e.useEraser(false) }
	p.eraser.OnTapped = func() { e.useEraser(true) }
	p.invert.OnTapped = func() { e.changeMask(mask.Mask.Invert) }
	p.clear.OnTapped = func() { e.changeMask(func(mask.Mask) mask.Mask { return mask.Mask{} }) }
	p.size.OnChanged = func(v float64) { e.setBrush(v, e.masking.brush.Softness) }
	p.softness.OnChanged = func(v float64) { e.setBrush(e.masking.brush.Radius, v) }
	e.panel.rows.OnMask = e.maskRow
	e.viewport.box.OnBox = e.markFace
	e.viewport.mask.OnPaint, e.viewport.mask.OnPainted = e.paintMask, e.dropped
}

// toggleMasking begins or ends painting the mask of the row in hand.
func (e *editor) toggleMasking() {
	e.endMarking()
	e.masking.on = !e.masking.on && e.open()
	e.viewport.SetPainting(e.masking.on)
	e.showMask()
	if !e.masking.on {
		return
	}
	e.panel.reveal(e.panel.mask.content)
	if e.regions() == nil {
		e.postRequest(engine.QualityRest) // its frame brings the regions
	}
}

// maskRow takes a row in hand and paints its mask, or ends that.
func (e *editor) maskRow(i int) {
	if other := i != e.settings.stack().Hand(); other {
		e.takeRow(i)
		if e.masking.on {
			return
		}
	}
	e.toggleMasking()
}

// regions returns the regions of the face in hand, or nil while they are not known.
func (e *editor) regions() *engine.Regions {
	if on := e.masking.regions; on != nil && on.Face == e.settings.Face {
		return on
	}
	return nil
}

// learnRegions keeps the regions that came with a frame.
func (e *editor) learnRegions(f engine.Frame) {
	if f.Regions != nil && f.Regions != e.masking.regions {
		e.masking.regions, e.masking.raster = f.Regions, new(mask.Raster)
		e.showMask()
	}
}

// alignment returns where the square of the face in hand lies in the picture that is shown.
func (e *editor) alignment(on *engine.Regions) face.Alignment {
	size, boxes, _ := e.facesShown()
	if boxes == nil { // the square alone
		return face.Whole(size)
	}
	return on.Alignment
}

// showMask displays the mask of the row in hand.
func (e *editor) showMask() {
	s, m, on := e.masking, e.settings.row().Mask, e.regions()
	e.panel.mask.Show(m, s, on)
	if !s.on || on == nil {
		e.viewport.SetOverlay(nil)
		return
	}
	al := e.alignment(on)
	e.viewport.SetBrush(s.brush.Radius * al.Side())
	if m.IsZero() || s.colour < 0 {
		e.viewport.SetOverlay(nil)
		return
	}
	e.viewport.SetOverlay(&maskview.Overlay{Mask: m, Coverage: s.raster.Draw(m, on.Maps), Face: al, Ink: overlayColours[s.colour]})
}

// changeMask replaces the mask of the row in hand.
func (e *editor) changeMask(f func(mask.Mask) mask.Mask) {
	e.changeStack(func(st stack.Stack) stack.Stack {
		r := st.InHand()
		r.Mask = f(r.Mask)
		return st.Set(r)
	})
}

// maskRegion adds a region to the mask, or takes it away while the eraser is in hand. What is
// in the mask like this already is given up.
func (e *editor) maskRegion(r mask.Region) {
	e.changeMask(func(m mask.Mask) mask.Mask {
		added, subtracted := m.Shows(r)
		if added && !e.masking.erase || subtracted {
			return m.Without(r)
		}
		return m.With(r, e.masking.erase)
	})
}

// paintMask paints at a place of the photo.
func (e *editor) paintMask(at mask.Point, begin bool) {
	on := e.regions()
	if on == nil {
		return
	}
	to, ok := e.alignment(on).Square(1).Inverse()
	if !ok {
		return
	}
	p := to.Apply(face.Point{X: at.X, Y: at.Y})
	was := e.settings.row().Mask
	m := was
	if place := (mask.Point{X: p.X, Y: p.Y}); begin {
		if m = was.Begin(e.masking.brush, e.masking.erase, place); m == was {
			e.notices.Show(noticeMask, noticeInfo, lang.L("The mask has as many strokes as it can hold: clear it, or use regions."))
			return
		}
	} else if m, ok = was.Extend(place); !ok {
		return
	}
	e.dragged(func(r *stack.Row) { r.Mask = m })
	e.showMask()
}

// useEraser takes the eraser or the brush in hand.
func (e *editor) useEraser(on bool) {
	e.masking.erase = on
	e.showMask()
}

// setBrush changes the brush, within limits.
func (e *editor) setBrush(radius, softness float64) {
	e.masking.brush = mask.Brush{Radius: min(max(radius, minBrush), maxBrush), Softness: min(max(softness, 0), 1)}
	e.showMask()
}

// showMaskIn shows masks in one of the colours; −1 hides them.
func (e *editor) showMaskIn(colour int) {
	if e.masking.colour = colour; colour >= 0 {
		e.masking.shown = colour
	}
	e.showMask()
}

// maskRune handles a character that is typed while a mask is painted, and reports whether it
// does something.
func (e *editor) maskRune(r rune) bool {
	s, b := &e.masking, e.masking.brush
	if !s.on {
		return false
	}
	switch r {
	case '[':
		e.setBrush(b.Radius/brushFactor, b.Softness)
	case ']':
		e.setBrush(b.Radius*brushFactor, b.Softness)
	case '{':
		e.setBrush(b.Radius, b.Softness-softnessSteps)
	case '}':
		e.setBrush(b.Radius, b.Softness+softnessSteps)
	case 'x':
		e.useEraser(!s.erase)
	case 'i':
		e.changeMask(mask.Mask.Invert)
	case 'o':
		if s.colour < 0 {
			e.showMaskIn(s.shown)
		} else {
			e.showMaskIn(-1)
		}
	default:
		return false
	}
	return true
}
