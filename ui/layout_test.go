package ui

import (
	"image"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/ui/comparison"
)

// outside calls bad for every visible object that leaves the window. What
// lies in a scrolled area may leave at the top and the bottom only.
func outside(o fyne.CanvasObject, at fyne.Position, window fyne.Size, scrolled bool, bad func(fyne.CanvasObject, fyne.Position)) {
	if !o.Visible() {
		return
	}
	const slack = 0.5
	pos := at.Add(o.Position())
	size := o.Size()
	rect, place := size, pos
	if scrolled {
		place.Y, rect.Height = 0, 0
	}
	if place.X < -slack || place.Y < -slack || place.X+rect.Width > window.Width+slack || place.Y+rect.Height > window.Height+slack {
		bad(o, pos)
	}
	switch c := o.(type) {
	case *promptEntry: // scrolls its text
	case *fyne.Container:
		for _, child := range c.Objects {
			outside(child, pos, window, scrolled, bad)
		}
	case *container.Scroll:
		outside(c.Content, pos, window, true, bad)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(c).Objects() {
			outside(child, pos, window, scrolled, bad)
		}
	}
}

func TestNothingLeavesTheWindow(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 1100, Height: 700}, {Width: 1280, Height: 800}, {Width: 1920, Height: 1080}, {Width: 3840, Height: 2160}} {
		for name := range variants {
			r := newRig(t)
			r.editor.setAppearance(name)
			r.win.Resize(size)
			check := func(what string) {
				t.Helper()
				if got := r.win.Content().Size(); got != size {
					t.Errorf("%s, %v: the content needs %v", what, size, got)
				}
				outside(r.win.Content(), fyne.Position{}, size, false, func(o fyne.CanvasObject, pos fyne.Position) {
					t.Errorf("%s, %v: %T at %v of %v leaves the window", what, size, o, pos, o.Size())
				})
			}
			check("empty " + name)
			r.photo(engine.Subject{Name: "a rather long name of a photograph that someone chose once.jpg", Size: image.Pt(9000, 6000)})
			r.editor.Frame(r.frame(engine.StageFinal))
			r.editor.panel.toggleAdvanced()
			r.editor.toggleMasking()
			r.editor.Failed(engine.Task{Kind: engine.TaskOpen}, errLong)
			r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskLoadModels}, Fraction: -1})
			check("busy " + name)
		}
	}
}

var errLong = &longError{}

type longError struct{}

func (*longError) Error() string {
	return "the file is not a picture that this program can read, it says that it is 60000 × 60000 pixels large and that is more than fits into memory: scale it down first"
}

func TestMinimumSizeFitsASmallScreen(t *testing.T) {
	r := newRig(t)
	min := r.win.Content().MinSize()
	if min.Width > 1000 || min.Height > 640 {
		t.Errorf("the window needs %v, more than a small screen has at 1100×700", min)
	}
}

func TestFramesAreShownPixelByPixel(t *testing.T) {
	for _, scale := range []float32{1, 1.25, 1.5, 2, 3} {
		r := newRig(t)
		r.win.Canvas().(software.WindowlessCanvas).SetScale(scale)
		s := r.editor.viewport
		view := s.View()
		want := s.Size().SubtractWidthHeight(2*viewportMargin, 2*viewportMargin)
		if d := float32(view.X)/scale - want.Width; d > 0 || d < -1 {
			t.Errorf("scale %v: view %v for %v", scale, view, want)
		}
		s.SetFaces(view, nil, 0)
		whole := image.Rectangle{Max: view}
		s.SetScene(comparison.After, nil, []comparison.Layer{{Image: image.NewRGBA(whole), Part: whole}})
		photo := test.WidgetRenderer(s).(*viewportRenderer).photo
		x, y := r.win.Canvas().PixelCoordinateForPosition(fyne.NewPos(photo.Size().Width, photo.Size().Height))
		if x != view.X || y != view.Y {
			t.Errorf("scale %v: a frame of %v is painted on %d×%d pixels", scale, view, x, y)
		}
		left := photo.Position().X * scale
		if d := left - float32(int(left+0.5)); d > 0.01 || d < -0.01 {
			t.Errorf("scale %v: the frame begins inside a pixel, at %v", scale, left)
		}
	}
}

func TestSmallFramesAreEnlargedWithinLimits(t *testing.T) {
	for _, tc := range []struct {
		scale float32
		frame image.Point
		want  image.Point // at most, in device pixels
	}{
		{1, image.Pt(100, 60), image.Pt(150, 90)},
		{2, image.Pt(100, 60), image.Pt(300, 180)},
		{1, image.Pt(600, 500), image.Pt(744, 620)}, // as far as there is space
	} {
		r := newRig(t)
		r.win.Canvas().(software.WindowlessCanvas).SetScale(tc.scale)
		_, size := r.editor.viewport.place(tc.frame.X, tc.frame.Y)
		x, y := int(size.Width*tc.scale+0.5), int(size.Height*tc.scale+0.5)
		if view := r.editor.viewport.View(); x > view.X || y > view.Y {
			t.Errorf("%v at scale %v: %d×%d leaves the space %v", tc.frame, tc.scale, x, y, view)
		}
		if x > tc.want.X || y > tc.want.Y || x <= tc.frame.X {
			t.Errorf("%v at scale %v: shown on %d×%d, want at most %v and larger than it is", tc.frame, tc.scale, x, y, tc.want)
		}
		if got, want := float64(x)/float64(y), float64(tc.frame.X)/float64(tc.frame.Y); !(math.Abs(got-want) < 0.01) {
			t.Errorf("%v at scale %v: ratio %.3f, want %.3f", tc.frame, tc.scale, got, want)
		}
	}
}

func TestLargerFramesAreShrunkToFit(t *testing.T) {
	r := newRig(t)
	s := r.editor.viewport
	pos, size := s.place(10000, 100)
	if size.Width > s.Size().Width-2*viewportMargin+0.01 || pos.X < viewportMargin-1 {
		t.Errorf("10000×100 at %v of %v on %v", pos, size, s.Size())
	}
	if _, size := s.place(0, 5); !size.IsZero() {
		t.Errorf("an empty picture takes %v", size)
	}
}

func TestWrapLayout(t *testing.T) {
	test.NewTempApp(t)
	var objects []fyne.CanvasObject
	for range 5 {
		o := gap(30)
		objects = append(objects, o)
	}
	objects[1].Hide()
	l := &wrapLayout{width: 100, gap: 5}
	if got, want := l.MinSize(objects), fyne.NewSize(100, 65); got != want {
		t.Errorf("want %v, got %v", want, got)
	}
	l.Layout(objects, fyne.NewSize(100, 65))
	if got, want := objects[4].Position(), fyne.NewPos(0, 35); got != want {
		t.Errorf("fourth visible object: want %v, got %v", want, got)
	}
	if got := l.MinSize(nil); got.Height != 0 {
		t.Errorf("no objects: height %v", got.Height)
	}
}

func TestPanelMarkup(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	// The strength row alone: a golden of the whole window would change with
	// every word.
	w := test.NewTempWindow(t, container.NewVBox(r.editor.panel.strength, widget.NewLabel("end")))
	w.Resize(fyne.NewSize(324, 100))
	test.AssertRendersToMarkup(t, "strength.xml", w.Canvas())
}
