package variant

import (
	"image"
	"reflect"
	"testing"

	"deltaedit/engine"
)

func TestStrengthsLike(t *testing.T) {
	if got, want := StrengthsLike(0.3), []float64{0.5, 0.75, 1, 1.5, 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := StrengthsLike(-1), []float64{-0.5, -0.75, -1, -1.5, -2}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if Strengths[0] != 0.5 {
		t.Error("the list itself was changed")
	}
}

func TestAtLeavesTheEdits(t *testing.T) {
	edits := []engine.Edit{{Source: "face", Target: "old face", Strength: 1, Threshold: 0.2, HasThreshold: true}, {Target: "x", Strength: 2}}
	got := At(edits, -0.5)
	if got[0].Strength != -0.5 || got[1].Strength != -0.5 || got[0].Threshold != 0.2 || edits[0].Strength != 1 {
		t.Errorf("got %+v of %+v", got, edits)
	}
	if At(nil, 1) != nil {
		t.Error("edits came from nothing")
	}
}

func TestWords(t *testing.T) {
	for strength, want := range map[float64]string{1: "1", -1.5: "−1.5", 0: "0", 0.75: "0.75"} {
		if got := Number(strength); got != want {
			t.Errorf("%v: %q, want %q", strength, got, want)
		}
	}
	for _, c := range [][3]string{{"face", "old face", "old face"}, {"", "old face", "old face"}, {"man", "woman", "man → woman"}} {
		if got := Title(c[0], c[1]); got != c[2] {
			t.Errorf("%q, %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestCloseup(t *testing.T) {
	for _, c := range []struct {
		name      string
		box, want image.Rectangle
		size      image.Point
	}{
		{"in the middle", image.Rect(400, 400, 600, 600), image.Rect(310, 285, 690, 665), image.Pt(1000, 1000)},
		{"at the upper left", image.Rect(0, 0, 100, 100), image.Rect(0, 0, 190, 190), image.Pt(1000, 1000)},
		{"at the lower right", image.Rect(900, 900, 1000, 1000), image.Rect(810, 810, 1000, 1000), image.Pt(1000, 1000)},
		{"larger than the photo", image.Rect(10, 10, 190, 90), image.Rect(0, 0, 200, 100), image.Pt(200, 100)},
		{"half outside", image.Rect(-50, 20, 50, 120), image.Rect(0, 0, 190, 190), image.Pt(400, 300)},
	} {
		if got := Closeup(c.box, c.size); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
