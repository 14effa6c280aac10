package worker

import (
	"time"

	"deltaedit/engine"
)

// atOnce is a number of pictures of the screen. A full-size picture that takes no longer
// is drawn without a preview first: the preview would hardly be seen, and would delay
// the picture.
const atOnce = 3

// pace decides which pictures answer a request, by the time that they took before. It
// belongs to the worker's goroutine.
//
// A moving slider gets previews, no more often than the screen shows pictures; on a
// machine that draws the full size as fast, it gets that. A resting slider gets a
// preview first, unless the full-size picture is fast, or the frame sent last was the
// preview of the same edit.
type pace struct {
	refresh time.Duration // time between two pictures of the screen

	final time.Duration  // time that a full-size picture takes, 0 until known
	last  engine.Request // the request of the frame sent last; Photo is 0 for none; its edits are a copy
	stage engine.Stage   // the stage of that frame
}

// took records how long it took to draw a full-size picture.
func (p *pace) took(d time.Duration) {
	if p.final == 0 {
		p.final = d
		return
	}
	p.final = (p.final + d) / 2
}

// sent records which frame was sent.
func (p *pace) sent(r engine.Request, stage engine.Stage) {
	edits := append(p.last.Edits[:0], r.Edits...)
	p.last, p.stage = r, stage
	p.last.Edits = edits
}

// forget starts again, for another photo or other models.
func (p *pace) forget() { p.final, p.last.Photo = 0, 0 }

// dragged returns the stage for a moving slider.
func (p *pace) dragged() engine.Stage {
	if p.final > 0 && p.final <= p.refresh {
		return engine.StageFinal
	}
	return engine.StagePreview
}

// previewed reports whether a resting slider gets a preview first.
func (p *pace) previewed(r engine.Request) bool {
	if r.Renderer == engine.GAN && p.final > 0 && p.final <= atOnce*p.refresh {
		return false
	}
	return r.Renderer == engine.Diffusion || p.stage != engine.StagePreview || !p.last.SamePicture(r)
}
