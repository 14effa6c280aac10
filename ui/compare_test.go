package ui

import (
	"image"
	"image/color"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/ui/comparison"
	"deltaedit/ui/zoom"
)

// answer is the frame that the engine would send for the newest request: of one colour,
// blue before the edit and red after it.
func (r *rig) answer() engine.Frame {
	req := r.backend.newest()
	f := r.frame(engine.StageFinal)
	size, c := req.View, color.RGBA{200, 0, 0, 255}
	if len(req.Edits) == 0 {
		f.Stage, c = engine.StageOriginal, color.RGBA{0, 0, 200, 255}
	}
	f.Region = req.Region
	if !req.Region.Empty() {
		size = image.Pt(min(size.X, req.Region.Dx()), min(size.Y, req.Region.Dy()))
	} else {
		photo := r.editor.subject.Size
		scale := min(1, float64(size.X)/float64(photo.X), float64(size.Y)/float64(photo.Y))
		size = image.Pt(int(scale*float64(photo.X)), int(scale*float64(photo.Y)))
	}
	f.Image = image.NewRGBA(image.Rectangle{Max: size})
	for i := 0; i < len(f.Image.Pix); i += 4 {
		f.Image.Pix[i], f.Image.Pix[i+2], f.Image.Pix[i+3] = c.R, c.B, 255
	}
	return f
}

// settle answers requests until there are no more.
func (r *rig) settle() {
	r.t.Helper()
	for range 10 {
		r.rest(resizeRest)
		n := len(r.backend.requests)
		r.editor.Frame(r.answer())
		r.rest(resizeRest)
		if len(r.backend.requests) == n {
			return
		}
	}
	r.t.Fatal("every answer is followed by another request")
}

// large is a photo of 12 megapixels with an edit that is settled.
func large(t testing.TB) *rig {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg", Size: image.Pt(4000, 3000)})
	r.target("old face")
	r.settle()
	return r
}

// drawn returns what the viewport draws where there are no shaders, as the tests' driver has
// none.
func drawn(s *viewport) *image.RGBA {
	size, _ := s.pixels()
	return s.painter.(*plainPainter).draw(size.X, size.Y).(*image.RGBA)
}

// colours counts the pixels before and after the edit that the raster draws.
func (r *rig) colours() (before, after int) {
	r.t.Helper()
	s := r.editor.viewport
	if !s.composed() {
		r.t.Fatal("the scene is not drawn")
	}
	img := drawn(s)
	for i := 0; i < len(img.Pix); i += 4 {
		switch {
		case img.Pix[i+3] == 0:
		case img.Pix[i] == 200 && img.Pix[i+2] == 0:
			after++
		case img.Pix[i] == 0 && img.Pix[i+2] == 200:
			before++
		}
	}
	return before, after
}

func TestSplitShowsBoth(t *testing.T) {
	r := large(t)
	posted := len(r.backend.requests)
	r.editor.compareBy(comparison.Split)
	r.settle()
	if got := r.backend.newest(); len(got.Edits) != 1 {
		t.Fatalf("the newest request must be the edit, for an export: %+v", got)
	}
	asked := 0
	for _, req := range r.backend.requests[posted:] {
		if len(req.Edits) == 0 {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for the photo, want once", asked)
	}
	before, after := r.colours()
	if d := float64(before)/float64(before+after) - 0.5; !(d < 0.01 && d > -0.01) {
		t.Errorf("%d pixels before, %d after the line in the middle", before, after)
	}

	posted = len(r.backend.requests)
	s := r.editor.viewport
	size := s.Size()
	s.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(size.Width/2+3, 80)}, Button: desktop.MouseButtonPrimary})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(size.Width/4, 80)}, Dragged: fyne.NewDelta(-size.Width/4, 0)})
	s.DragEnd()
	if b, a := r.colours(); !(b < before*6/10 && a > after*13/10) {
		t.Errorf("the line moved to a quarter: %d pixels before, %d after", b, a)
	}
	r.editor.typedRune('.')
	if d := s.divider - 0.3; !(d < 0.001 && d > -0.001) {
		t.Errorf("the key moved the line to %v, want 0.3", s.divider)
	}
	r.rest(time.Hour)
	if len(r.backend.requests) != posted {
		t.Error("moving the line asked the engine")
	}
}

// TestComparingBringsNoNoticeBack: what a person has dismissed stays away.
func TestComparingBringsNoNoticeBack(t *testing.T) {
	r := large(t)
	unknown := []engine.PromptReport{{Source: "face", Target: "old face", Unknown: []string{"old"}}}
	answer := func() {
		f := r.answer()
		if f.Stage == engine.StageFinal {
			f.Prompts = unknown
		}
		r.editor.Frame(f)
	}
	answer()
	if r.editor.notices.Text(noticePrompt) == "" {
		t.Fatal("nothing says that the prompt is unknown")
	}
	r.editor.notices.Clear(noticePrompt)
	r.editor.compareBy(comparison.Split)
	for range 3 {
		answer()
	}
	if !r.editor.compare.mode.Both() || r.editor.compare.before.whole.image == nil {
		t.Fatal("the photo was not asked for")
	}
	if r.editor.notices.Text(noticePrompt) != "" {
		t.Error("the notice came back")
	}
}

func TestComparisonFollowsTheEdit(t *testing.T) {
	r := large(t)
	r.editor.compareBy(comparison.Difference)
	r.settle()
	r.target("young face")
	posted := len(r.backend.requests)
	r.settle()
	if len(r.backend.requests) != posted {
		t.Error("another edit asked for the photo again")
	}
	s := r.editor.viewport
	img := drawn(s)
	middle := img.RGBAAt(img.Rect.Dx()/2, img.Rect.Dy()/2)
	if middle != (color.RGBA{255, 0, 255, 255}) {
		t.Errorf("the difference of red and blue is %v", middle)
	}
}

func TestSideBySideAsksForHalves(t *testing.T) {
	r := large(t)
	whole := r.backend.newest().View
	r.editor.compareBy(comparison.SideBySide)
	r.settle()
	half := r.backend.newest().View
	if !(half.X < whole.X/2+1 || half.Y < whole.Y/2+1) {
		t.Errorf("halves of %v are asked for in %v", whole, half)
	}
	if before, after := r.colours(); before == 0 || before != after {
		t.Errorf("%d pixels before, %d after", before, after)
	}
	r.editor.compareBy(comparison.After)
	r.settle()
	if got := r.backend.newest(); got.View != whole || len(got.Edits) != 1 {
		t.Errorf("after the comparison: %+v", got)
	}
	if r.shown() == nil || r.editor.viewport.composed() {
		t.Error("the edit alone is not given to the canvas as it is")
	}
}

func TestZoomAsksForThePhotosOwnPixels(t *testing.T) {
	r := large(t)
	s := r.editor.viewport
	at := fyne.NewPos(300, 200)
	s.Tapped(&fyne.PointEvent{Position: at})
	s.Tapped(&fyne.PointEvent{Position: at})
	if s.zoom.Scale() != 1 || r.editor.viewbar.percent.Text != "100 %" {
		t.Fatalf("a double click: scale %v, %q", s.zoom.Scale(), r.editor.viewbar.percent.Text)
	}
	r.settle()
	got := r.backend.newest()
	if got.Region.Empty() || got.View != got.Region.Size() || !s.zoom.Visible().In(got.Region) {
		t.Errorf("at 100 %% what is asked for is %v in %v; visible is %v", got.Region, got.View, s.zoom.Visible())
	}
	size, _ := s.pixels()
	if _, after := r.colours(); after != size.X*size.Y {
		t.Errorf("%d pixels of the edit on %v", after, size)
	}

	posted := len(r.backend.requests)
	s.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at}, Button: desktop.MouseButtonTertiary})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at.AddXY(40, 0)}, Dragged: fyne.NewDelta(40, 0)})
	s.DragEnd()
	r.rest(time.Hour)
	if len(r.backend.requests) != posted {
		t.Error("a short way asked the engine")
	}
	s.PanBy(-3, 0)
	r.rest(resizeRest)
	if n := len(r.backend.requests); n != posted+1 || !s.zoom.Visible().In(r.backend.newest().Region) {
		t.Errorf("a long way: %d requests, newest %+v", n-posted, r.backend.newest().Region)
	}

	// The slider asks for previews of what is seen.
	r.settle()
	was := r.backend.newest()
	r.editor.panel.strength.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(200, 10)}})
	if got := r.backend.newest(); got.Quality != engine.QualityDrag || got.Region != was.Region || got.View != was.View {
		t.Errorf("the slider asks for %v in %v, want %v in %v", got.Region, got.View, was.Region, was.View)
	}
	r.editor.typedRune('0')
	if !s.zoom.Fits() {
		t.Error("0 does not show the whole photo")
	}
	r.settle()
	if got := r.backend.newest(); !got.Region.Empty() {
		t.Errorf("the whole photo is asked for as %v", got.Region)
	}
}

func TestWheelZoomsAtThePointer(t *testing.T) {
	r := large(t)
	s := r.editor.viewport
	pos := fyne.NewPos(500, 350)
	under := func() zoom.Point { return s.zoom.Place().ToPicture(s.inArea(pos)) }
	want := under()
	for range 7 {
		s.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: pos}, Scrolled: fyne.NewDelta(0, notch)})
	}
	got := under()
	if dx, dy := got.X-want.X, got.Y-want.Y; !(s.zoom.Scale() > 0.6 && dx*dx+dy*dy < 100) {
		t.Errorf("scale %v, the pointer was over %v and is over %v", s.zoom.Scale(), want, got)
	}
	for range 20 {
		s.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: pos}, Scrolled: fyne.NewDelta(0, -notch)})
	}
	if !s.zoom.Fits() {
		t.Errorf("scale %v after zooming out", s.zoom.Scale())
	}
}

func TestSpaceMovesThePhoto(t *testing.T) {
	r := large(t)
	s := r.editor.viewport
	r.editor.typedRune('0')
	r.editor.compareBy(comparison.Split)
	r.settle()
	before := s.zoom.Place()
	r.editor.keyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
	middle := fyne.NewPos(s.Size().Width/2, 100) // on the line
	s.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: middle}, Button: desktop.MouseButtonPrimary})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: middle.AddXY(-30, 0)}, Dragged: fyne.NewDelta(-30, 0)})
	if r.editor.compare.holding {
		t.Error("the photo as it was is shown while it is moved")
	}
	s.DragEnd()
	r.editor.keyUp(&fyne.KeyEvent{Name: fyne.KeySpace})
	if got := s.zoom.Place(); got.X != before.X-30 || s.divider != 0.5 {
		t.Errorf("the photo moved from %v to %v, the line to %v", before, got, s.divider)
	}
}

func TestAnotherPhotoIsSeenAsAWhole(t *testing.T) {
	r := large(t)
	r.editor.typedRune('0')
	r.editor.compareBy(comparison.SideBySide)
	r.settle()
	r.photo(engine.Subject{Photo: 2, Size: image.Pt(4000, 3000)})
	if got := r.backend.newest(); !got.Region.Empty() || !r.editor.viewport.zoom.Fits() {
		t.Errorf("the next photo is asked for as %v", got.Region)
	}
	if r.editor.compare.mode != comparison.SideBySide || r.editor.viewport.any() {
		t.Error("want the comparison to stay and the pictures to go")
	}
}

// TestFacesAreFoundWhenZoomed: boxes lie where the faces are seen.
func TestFacesAreFoundWhenZoomed(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Size: image.Pt(4000, 3000), Faces: []engine.FaceBox{
		{Box: image.Rect(100, 100, 900, 900)}, {Box: image.Rect(2000, 1400, 2600, 2000)},
	}})
	r.target("old face")
	r.settle()
	s := r.editor.viewport
	corner := s.boxes()[2]
	s.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: corner}, Scrolled: fyne.NewDelta(0, 3*notch)})
	r.settle()
	if d := s.boxes()[2].Subtract(corner); d.X*d.X+d.Y*d.Y > 20 {
		t.Errorf("the corner under the pointer moved by %v", d)
	}
	s.Tapped(&fyne.PointEvent{Position: s.boxes()[2].AddXY(5, 5)})
	if r.editor.settings.Face != 1 {
		t.Error("the face was not chosen")
	}
}

// BenchmarkMoves is the UI thread's work for a move of the line, a step of the wheel and
// of the hand, with the painting by software, at 1920×1080 and 12 megapixels.
func BenchmarkMoves(b *testing.B) {
	r := large(b)
	r.win.Resize(fyne.NewSize(1920, 1080))
	r.editor.compareBy(comparison.Split)
	r.settle()
	s := r.editor.viewport
	painted := func() { drawn(s) }
	b.Run("handle", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			s.setDivider(float64(i%100) / 100)
			painted()
		}
	})
	b.Run("wheel", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			dy := float32(notch)
			if i%20 >= 10 {
				dy = -notch
			}
			s.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(400, 300)}, Scrolled: fyne.NewDelta(0, dy)})
			painted()
		}
	})
	r.settle()
	s.ToggleZoom()
	r.settle()
	b.Run("pan", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			d := float32(7)
			if i%20 >= 10 {
				d = -7
			}
			s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(400, 300)}, Dragged: fyne.NewDelta(d, d)})
			painted()
		}
	})
	b.Run("frame", func(b *testing.B) {
		f := r.answer()
		for b.Loop() {
			r.editor.Frame(f)
			painted()
		}
	})
}

// TestMarksFollowTheMode: the line of a split is seen with a split alone, and labels with
// what they are about.
func TestMarksFollowTheMode(t *testing.T) {
	r := large(t)
	marks := test.WidgetRenderer(r.editor.viewport).(*viewportRenderer).split
	for _, tc := range []struct {
		mode         comparison.Mode
		line, labels bool
	}{
		{comparison.Split, true, true},
		{comparison.SideBySide, false, true},
		{comparison.SplitAcross, true, true},
		{comparison.After, false, false},
	} {
		r.editor.compareBy(tc.mode)
		r.settle()
		if marks.line.Visible() != tc.line || marks.handle.Visible() != tc.line || marks.texts[1].Visible() != tc.labels {
			t.Errorf("%s: line %v, label %v", modeTitle(tc.mode), marks.line.Visible(), marks.texts[1].Visible())
		}
		b := r.editor.viewbar.compare
		if b.Size().Width < b.MinSize().Width {
			t.Errorf("%s: the button is cut off", modeTitle(tc.mode))
		}
	}
}

func TestViewbarSaysHow(t *testing.T) {
	r := large(t)
	for range modes {
		r.editor.typedRune('c')
	}
	if r.editor.compare.mode != comparison.After {
		t.Errorf("the key goes through the ways to compare and ends at %v", r.editor.compare.mode)
	}
	test.Tap(r.editor.viewbar.in)
	if !(r.editor.viewport.zoom.Scale() > r.editor.viewport.zoom.FitScale()) {
		t.Error("the button does not zoom in")
	}
	test.Tap(r.editor.viewbar.percent)
	if !r.editor.viewport.zoom.Fits() {
		t.Error("the percentage does not show the whole photo")
	}
	test.Tap(r.editor.viewbar.compare)
	if r.win.Canvas().Overlays().Top() == nil {
		t.Error("the button opens no menu")
	}
}
