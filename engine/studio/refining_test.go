package studio

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/pack"
	"deltaedit/engine/recipe"
)

func TestRefineReplacesTheCode(t *testing.T) {
	s, m, _ := onTable(t)
	r := smile(1)
	draw(t, s, r, engine.StageFinal)
	var told []float64
	timings := engine.Timings{}
	got, err := s.Refine(t.Context(), r, 4, timings, func(task engine.Task, f float64) {
		if task.Kind != engine.TaskRefine {
			t.Errorf("task %q", task.String())
		}
		told = append(told, f)
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []engine.Refinement{{Face: 1, Steps: 4, Before: 0.2, After: 0.002}}; !slices.Equal(got, want) {
		t.Errorf("want %+v, got %+v", want, got)
	}
	if !slices.Equal(told, []float64{0, 0.25, 0.5, 0.75, 1}) {
		t.Errorf("progress %v", told)
	}
	if timings["refine"] <= 0 {
		t.Errorf("timings %v", timings)
	}
	if style := s.current.portraits[0].code.Style; style[0] != 0.5 {
		t.Errorf("style %v, want the refined one", style)
	}
	if s.Kept(r, engine.StageFinal) {
		t.Error("a drawing of the old code is kept")
	}
	if !slices.Contains(m.closed, "refiner") {
		t.Error("the refiner stays open")
	}
	maps := m.calls["map"]
	draw(t, s, r, engine.StageFinal)
	if m.calls["map"] != maps+1 || m.calls["invert"] != 1 || m.calls["view"] != 1 {
		t.Errorf("calls %v: want ΔS anew, and no other", m.calls)
	}
	// The same again costs nothing; another number of steps begins anew, with
	// the inverter's own code (the stub refuses any other).
	if _, err := s.Refine(t.Context(), r, 4, engine.Timings{}, quiet); err != nil || m.calls["refine"] != 1 {
		t.Errorf("refined %d times, %v", m.calls["refine"], err)
	}
	if got, err := s.Refine(t.Context(), r, 5, engine.Timings{}, quiet); err != nil || got[0].Steps != 5 || m.calls["refine"] != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, text := exported(t, s, r)
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil || !slices.Equal(rec.Refine, []int{5}) {
		t.Errorf("the recipe says %v, %v", rec.Refine, err)
	}
}

func TestANewPhotoIsNotRefined(t *testing.T) {
	s, _, path := onTable(t)
	if _, err := s.Refine(t.Context(), smile(1), 3, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), 2, engine.Source{Path: path}, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	r := smile(1)
	r.Photo = 2
	_, text := exported(t, s, r)
	if p := s.current.portraits[0]; p.refinedSteps != 0 || p.code.Style[0] != 0 || strings.Contains(text[recipe.Key], "refine") {
		t.Errorf("asked %d, style %v, recipe %s", p.refinedSteps, p.code.Style, text[recipe.Key])
	}
}

func TestRefineFailsAndCancels(t *testing.T) {
	s, m, _ := onTable(t)
	r := smile(1)
	untouched := func(what string) {
		t.Helper()
		if p := s.current.portraits[0]; p.refinedSteps != 0 || (p.code != nil && p.code.Style[0] != 0) {
			t.Errorf("%s: the code was changed", what)
		}
	}
	if _, err := s.Refine(t.Context(), r, 0, engine.Timings{}, quiet); err == nil {
		t.Error("0 steps: want an error")
	}
	m.fail["open refiner"] = pack.ErrNoComponent
	if _, err := s.Refine(t.Context(), r, 3, engine.Timings{}, quiet); !errors.Is(err, pack.ErrNoComponent) || !strings.Contains(err.Error(), "cannot refine") {
		t.Errorf("without a refiner: got %v", err)
	}
	delete(m.fail, "open refiner")
	m.fail["refine"] = errors.New("broken")
	if _, err := s.Refine(t.Context(), r, 3, engine.Timings{}, quiet); err == nil {
		t.Error("want the refiner's error")
	}
	untouched("failed")
	delete(m.fail, "refine")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Refine(ctx, r, 3, engine.Timings{}, func(_ engine.Task, f float64) {
		if f > 0.5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	untouched("cancelled")
	other := smile(1)
	other.Photo = 9
	if _, err := s.Refine(t.Context(), other, 3, engine.Timings{}, quiet); !errors.Is(err, engine.ErrNoPhoto) {
		t.Errorf("another photo: got %v", err)
	}
}

func TestARandomFaceNeedsNoRefining(t *testing.T) {
	s, m := newStudio(t)
	if _, err := s.Random(t.Context(), 1, 5, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	got, err := s.Refine(t.Context(), smile(1), 3, engine.Timings{}, quiet)
	if err != nil || len(got) != 1 || got[0].Steps != 0 || m.calls["refine"] != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
