package engine

import (
	"slices"
	"time"
)

// atOnce is how many pictures of the screen the full-size picture may take for a
// resting slider to get it without a preview before: that would be seen for less
// long, and make the picture later by its own time.
const atOnce = 3

// pace decides which pictures a request is answered with, by how long they took on
// this machine. It belongs to the engine goroutine.
//
// A moving slider gets one picture for each position that there is time for, and no
// more than the screen shows: previews, or, where the full size is as fast as the
// screen, that. A resting one gets a preview first, unless the full size comes at
// once or the preview of the very same wish is what was shown last.
type pace struct {
	refresh time.Duration // between two pictures of the screen

	final time.Duration // that the full-size picture takes now, 0 until known
	last  Request       // of the frame sent last, with edits of its own; no photo for none
	stage Stage         // of that frame
}

// took learns how long a full-size picture took that had to be drawn.
func (p *pace) took(d time.Duration) {
	if p.final == 0 {
		p.final = d
		return
	}
	p.final = (p.final + d) / 2
}

// sent learns which frame was sent.
func (p *pace) sent(r Request, stage Stage) {
	edits := append(p.last.Edits[:0], r.Edits...)
	p.last, p.stage = r, stage
	p.last.Edits = edits
}

// forget forgets what belongs to a photo or to models that are no longer there.
func (p *pace) forget() { p.final, p.last.Photo = 0, 0 }

// dragged returns the stage that a moving slider gets.
func (p *pace) dragged() Stage {
	if p.final > 0 && p.final <= p.refresh {
		return StageFinal
	}
	return StagePreview
}

// previewed reports whether a resting slider gets a preview first.
func (p *pace) previewed(r Request) bool {
	if r.Engine == GAN && p.final > 0 && p.final <= atOnce*p.refresh {
		return false
	}
	return r.Engine == Diffusion || p.stage != StagePreview || !p.last.samePicture(r)
}

// samePicture reports whether two requests ask for the same picture, however
// refined.
func (r Request) samePicture(o Request) bool {
	return r.Photo == o.Photo && r.Face == o.Face && r.Threshold == o.Threshold &&
		r.View == o.View && r.Aligned == o.Aligned && slices.Equal(r.Edits, o.Edits)
}
