package face

import (
	"context"
	"image"

	"deltaedit/engine/internal/geometry"
)

// search is one look for the faces of a photo.
type search struct {
	*Detector
	ctx   context.Context
	src   *source
	size  image.Point
	faces []Face // found so far, in coordinates from the photo's corner
}

// run looks from the quick and likely to the slow and unlikely.
func (s *search) run() error {
	level := 2
	usual := append([]window{whole(s.size, 1, 0)}, tiles(s.size, level)...)
	if max(s.size.X, s.size.Y) >= 2000 {
		level = 4
		usual = append(usual, tiles(s.size, level)...)
	}
	if err := s.look(usual); err != nil {
		return err
	}
	for _, ws := range [][]window{
		{whole(s.size, 1.6, 0), whole(s.size, 2.5, 0)},
		append(s.turned(1), s.turned(3)...),
		s.turned(2),
	} {
		if len(s.faces) > 0 {
			break
		}
		if err := s.look(ws); err != nil {
			return err
		}
	}
	for s.deeper(level) {
		level *= 2
		if err := s.look(tiles(s.size, level)); err != nil {
			return err
		}
	}
	return s.lookBeyond()
}

// Limits for faces that the photo's edge cuts off and that are found only when the photo is
// continued beyond it. Mirror images often look a little like faces.
const (
	beyondScore    = 0.6  // least score of the detector
	beyondPresence = 2    // least presence
	beyondShare    = 0.35 // least share of the box within the photo
	beyondCut      = 0.97 // largest share of it
)

// lookBeyond adds faces that the photo's edges cut off.
func (s *search) lookBeyond() error {
	photo := geometry.R(0, 0, float64(s.size.X), float64(s.size.Y))
	return s.lookFor(append(borders(s.size, 1), borders(s.size, 2)...), filter{
		refine: s.refineCut,
		box: func(b detection) bool {
			share := b.box.Intersection(photo).Area() / b.box.Area()
			return b.score >= beyondScore && share >= beyondShare && share <= beyondCut &&
				max(b.box.Width(), b.box.Height()) >= minFace && !s.known(b)
		},
		face: func(f *Face, b detection) bool {
			e := f.extent()
			f.beyond = f.presence >= beyondPresence && e.Intersection(photo).Area() >= beyondShare*e.Area() && e.IoU(b.box) > 0.2
			return f.beyond
		},
	})
}

// Limits for a face in a box that a person has drawn, who has seen that there is one.
const (
	boxScore   = 0.2 // least score of the detector
	boxOverlap = 0.3 // least intersection over union of the box and the face
)

// inBox finds the face in a box, which lies in the photo; found is false when there is none.
// Of several the one that fits the box best is taken.
func (s *search) inBox(box geometry.Rect) (best Face, found bool, err error) {
	photo := geometry.R(0, 0, float64(s.size.X), float64(s.size.Y))
	fit := func(r geometry.Rect) float64 { return r.Intersection(photo).IoU(box) }
	fits := boxOverlap
	try := func(refine func(context.Context, *source, detection) (Face, bool, error), b detection, beyond bool) error {
		f, ok, err := refine(s.ctx, s.src, b)
		if err != nil || !ok {
			return err
		}
		if e := f.extent(); fit(e) > fits {
			best, found, fits = f, true, fit(e)
			best.beyond = beyond && e.Intersection(photo).Area() <= beyondCut*e.Area()
		}
		return nil
	}
	around := beyondEdges(box, photo)
	for _, ws := range aroundBox(around) {
		boxes, err := s.lookThrough(s.ctx, s.src, ws, boxScore)
		if err != nil {
			return best, false, err
		}
		for i, w := range ws {
			for _, b := range boxes[i] {
				if b = w.toPhoto(b); fit(b.box) < boxOverlap {
					continue
				}
				refine := s.refine
				if w.mirrored {
					refine = s.refineCut
				}
				if err := try(refine, b, w.mirrored); err != nil {
					return best, false, err
				}
			}
		}
		if found {
			break
		}
	}
	if !found {
		err := try(s.refineCut, detection{box: around}, false)
		if found = found && best.presence >= beyondPresence; err != nil || !found {
			return best, false, err
		}
	}
	s.doubt(&best)
	return best, true, nil
}

// known reports whether a detection shows one of the faces that were found. Faces that are
// less certain than those beyond the edges have to be do not count: parts of a face that is
// cut off often look a little like a small face.
func (s *search) known(b detection) bool {
	for i := range s.faces {
		e := s.faces[i].extent()
		if s.faces[i].presence >= beyondPresence && b.box.Intersection(e).Area() > 0.3*min(b.box.Area(), e.Area()) {
			return true
		}
	}
	return false
}

// turned returns windows onto all of the photo, turned by quarter turns.
func (s *search) turned(quarters int) []window {
	out := []window{whole(s.size, 1, quarters)}
	for _, w := range tiles(s.size, 2) {
		out = append(out, w.turned(quarters))
	}
	return out
}

// deeper reports whether windows smaller than those of a level are worth
// looking through: nothing was found yet, or a face so small that others may
// have been overlooked.
func (s *search) deeper(level int) bool {
	if tileSide(s.size, 2*level) < sharpWindow {
		return false
	}
	small := smallInWindow * tileSide(s.size, level)
	for i := range s.faces {
		if e := s.faces[i].extent(); max(e.Width(), e.Height()) < small {
			return true
		}
	}
	return len(s.faces) == 0
}

// filter says what counts of what a search finds; nil functions let everything pass.
type filter struct {
	// refine finds the mesh of a box; nil is Detector.refine.
	refine func(context.Context, *source, detection) (Face, bool, error)
	box    func(b detection) bool          // of a box, in photo coordinates
	face   func(f *Face, b detection) bool // of the face in a box
}

// look searches the windows and adds the faces that are new.
func (s *search) look(ws []window) error { return s.lookFor(ws, filter{}) }

// lookFor searches the windows and adds the faces that are new and pass the filter.
func (s *search) lookFor(ws []window, only filter) error {
	boxes, err := s.lookThrough(s.ctx, s.src, ws, s.threshold)
	if err != nil {
		return err
	}
	var found []detection
	for i, w := range ws {
		for _, b := range boxes[i] {
			if w.cuts(b, s.size) {
				continue
			}
			if b = w.toPhoto(b); only.box == nil || only.box(b) {
				found = append(found, b)
			}
		}
	}
	refine := only.refine
	if refine == nil {
		refine = s.refine
	}
	for _, b := range suppress(found, s.iou) {
		if max(b.box.Width(), b.box.Height()) < minFace {
			continue
		}
		f, ok, err := refine(s.ctx, s.src, b)
		if err != nil {
			return err
		}
		if ok && (only.face == nil || only.face(&f, b)) {
			s.add(f)
		}
	}
	return nil
}

// add keeps a face unless it is one of those that are there, or, where they
// overlap as no two heads do, takes the place of the less certain ones.
func (s *search) add(f Face) {
	kept := s.faces[:0:0]
	for _, g := range s.faces {
		if !overlaps(&f, &g) {
			kept = append(kept, g)
		} else if !(f.presence > g.presence) {
			return
		}
	}
	s.doubt(&f)
	s.faces = append(kept, f)
}

// doubt fills in the face's Doubt.
func (s *search) doubt(f *Face) {
	f.judge(s.size)
	if f.Doubt == DoubtHidden {
		f.Doubt = s.coverOf(f)
	}
}

// overlaps reports whether two faces are found in the same place: their squares'
// centres are closer than a quarter of the smaller one's side, or the larger
// holds nearly all of the smaller.
func overlaps(f, g *Face) bool {
	a, b := Align(*f), Align(*g)
	if a.centre().Sub(b.centre()).Norm() < 0.25*min(a.Side(), b.Side()) {
		return true
	}
	p, q := f.extent(), g.extent()
	return p.Intersection(q).Area() > 0.8*min(p.Area(), q.Area())
}
