package face

import (
	"context"
	"image"
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
	return nil
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
		if e := s.faces[i].extent(); max(e.width(), e.height()) < small {
			return true
		}
	}
	return len(s.faces) == 0
}

// look searches the windows and adds the faces that are new.
func (s *search) look(ws []window) error {
	var found []detection
	for _, w := range ws {
		ds, err := s.boxes(s.ctx, s.src, w)
		if err != nil {
			return err
		}
		for _, b := range ds {
			if !w.cuts(b, s.size) {
				found = append(found, w.toPhoto(b))
			}
		}
	}
	for _, b := range suppress(found, s.iou) {
		if max(b.box.width(), b.box.height()) < minFace {
			continue
		}
		f, ok, err := s.refine(s.ctx, s.src, b)
		if err != nil {
			return err
		}
		if ok {
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
	f.judge(s.size)
	s.faces = append(kept, f)
}

// overlaps reports whether two faces are found in the same place: their squares'
// centres are closer than a quarter of the smaller one's side, or the larger
// holds nearly all of the smaller.
func overlaps(f, g *Face) bool {
	a, b := Align(*f), Align(*g)
	if a.centre().sub(b.centre()).norm() < 0.25*min(a.Side(), b.Side()) {
		return true
	}
	p, q := f.extent(), g.extent()
	return p.intersection(q).area() > 0.8*min(p.area(), q.area())
}
