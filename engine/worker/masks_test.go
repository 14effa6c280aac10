package worker_test

import (
	"testing"
	"testing/synctest"

	"deltaedit/engine"
	"deltaedit/engine/mask"
)

// Regions come with the frames of requests that ask for them; they are looked for once for a
// face.
func TestRegionsComeWithFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		ask := func(face int, want bool) *engine.Regions {
			t.Helper()
			r := edit(1, 1, engine.QualityRest)
			r.Face, r.WithRegions = face, want
			e.Post(r)
			wait(s, 100*ms)
			on := s.last().Regions
			if (on != nil) != want || want && on.Face != face {
				t.Errorf("face %d, asked %v: regions %+v", face, want, on)
			}
			return on
		}
		ask(0, false)
		first := ask(0, true)
		if again := ask(0, true); again != first {
			t.Error("the regions of a face were looked for twice")
		}
		ask(1, true)
		count := 0
		f.set(func() {
			for _, c := range f.calls {
				if c == "regions" {
					count++
				}
			}
		})
		if count != 2 {
			t.Errorf("regions were looked for %d times for two faces", count)
		}
		e.Open("/photos/b.jpg")
		wait(s, 100*ms)
		r := edit(2, 1, engine.QualityRest)
		r.WithRegions = true
		e.Post(r)
		wait(s, 100*ms)
		if s.last().Regions == first {
			t.Error("another photo has the regions of the first")
		}
	})
}

// While a mask is painted, the full-size picture follows the brush where only masks change.
func TestPaintingShowsFinalPictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		r := edit(1, 1, engine.QualityRest)
		r.Edits[0].Mask = mask.Mask{}.Begin(mask.Brush{Radius: 0.1}, false, mask.Point{})
		e.Post(r)
		wait(s, 100*ms)
		r.Quality = engine.QualityDrag
		e.Post(r)
		wait(s, 100*ms)
		if got := s.last().Stage; got != engine.StageFinal {
			t.Errorf("painting showed the stage %s", got)
		}
		unmasked := edit(1, 1, engine.QualityRest)
		e.Post(unmasked)
		wait(s, 100*ms)
		unmasked.Quality = engine.QualityDrag
		e.Post(unmasked)
		wait(s, 100*ms)
		if got := s.last().Stage; got != engine.StagePreview {
			t.Errorf("a moving slider showed the stage %s", got)
		}
	})
}
