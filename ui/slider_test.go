package ui

import (
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func newTestSlider(t *testing.T) *trackSlider {
	test.NewTempApp(t)
	s := newTrackSlider(-2, 2, 0.01, 0)
	s.Snap = strengthSnap
	s.Marks = []sliderMark{{-2, "−2"}, {0, "0"}, {2, "2"}}
	s.Resize(fyne.NewSize(400+2*ringRadius, 40))
	return s
}

func at(x float32) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 5)}, Button: desktop.MouseButtonPrimary}
}

func TestSliderPositions(t *testing.T) {
	s := newTestSlider(t)
	for _, tc := range []struct {
		x    float32
		want float64
	}{
		{-50, -2},
		{ringRadius, -2},
		{ringRadius + 100, -1},
		{ringRadius + 197, 0}, // sticks to 0
		{ringRadius + 203, 0},
		{ringRadius + 210, 0.1},
		{ringRadius + 300, 1},
		{ringRadius + 400, 2},
		{9999, 2},
	} {
		s.MouseDown(at(tc.x))
		s.MouseUp(at(tc.x))
		if s.Value() != tc.want {
			t.Errorf("x %v: want %v, got %v", tc.x, tc.want, s.Value())
		}
	}
}

func TestSliderValuesAreWholeSteps(t *testing.T) {
	s := newTestSlider(t)
	for i := -200; i <= 200; i++ {
		s.SetSilently(float64(i)/100 + 0.003)
		if got, want := s.Value(), math.Max(-2, math.Min(2, float64(i)/100)); got != want {
			t.Fatalf("want %v, got %v", want, got)
		}
	}
	for in, want := range map[float64]float64{math.Inf(1): 2, math.Inf(-1): -2, 1e300: 2} {
		s.SetSilently(in)
		if s.Value() != want {
			t.Errorf("%v: want %v, got %v", in, want, s.Value())
		}
	}
	s.SetSilently(math.NaN())
	if s.Value() != 0 {
		t.Errorf("NaN: want the origin, got %v", s.Value())
	}
}

func TestSliderTellsOfEveryGestureOnce(t *testing.T) {
	s := newTestSlider(t)
	var changed, ended int
	s.OnChanged = func(float64) { changed++ }
	s.OnChangeEnded = func(float64) { ended++ }

	// What the desktop driver sends for a drag, in its order.
	s.MouseDown(at(100))
	s.Dragged(&fyne.DragEvent{PointEvent: at(150).PointEvent})
	s.Dragged(&fyne.DragEvent{PointEvent: at(150).PointEvent})
	s.Dragged(&fyne.DragEvent{PointEvent: at(180).PointEvent})
	s.MouseUp(at(180))
	s.DragEnd()
	if changed != 3 || ended != 1 {
		t.Errorf("drag: want 3 changes and 1 end, got %d and %d", changed, ended)
	}

	changed, ended = 0, 0
	s.MouseDown(at(300))
	s.MouseUp(at(300))
	s.Tapped(&fyne.PointEvent{Position: at(300).Position})
	if changed != 1 || ended != 1 {
		t.Errorf("click: want 1 change and 1 end, got %d and %d", changed, ended)
	}

	changed, ended = 0, 0
	s.SetSilently(-1)
	if changed+ended != 0 {
		t.Error("setting the value told someone")
	}

	for range 3 { // a held key repeats
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	s.KeyUp(&fyne.KeyEvent{Name: fyne.KeyRight})
	if changed != 3 || ended != 1 || !(math.Abs(s.Value()+0.85) < 1e-9) {
		t.Errorf("keys: got %d changes, %d ends, value %v", changed, ended, s.Value())
	}
}

func TestSliderIgnoresOtherButtons(t *testing.T) {
	s := newTestSlider(t)
	e := at(300)
	e.Button = desktop.MouseButtonSecondary
	s.MouseDown(e)
	if s.Value() != 0 {
		t.Error("the secondary button moved the slider")
	}
}

func TestSliderFillsFromTheOrigin(t *testing.T) {
	s := newTestSlider(t)
	s.SetSilently(-1)
	r := test.WidgetRenderer(s).(*trackSliderRenderer)
	if got := r.active.Position().X; !(math.Abs(float64(got-s.xOf(-1))) < 0.01) {
		t.Errorf("the filled part begins at %v", got)
	}
	if got := r.active.Size().Width; !(math.Abs(float64(got-100)) < 0.01) {
		t.Errorf("the filled part is %v wide, want 100", got)
	}
}

func TestSigned(t *testing.T) {
	for in, want := range map[float64]string{0: "0.00", 1: "+1.00", -1.5: "−1.50", 0.001: "0.00", -0.001: "0.00", 2: "+2.00"} {
		if got := signed(in); got != want {
			t.Errorf("%v: want %s, got %s", in, want, got)
		}
	}
}
