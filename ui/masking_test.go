package ui

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/engine/recipe"
	"deltaedit/ui/comparison"
	"deltaedit/ui/stack"
)

// regionsOf are regions of a face whose square begins at (50, 50) of the photo and is 200
// pixels wide: hair on its left half, skin on its right, and nothing else.
func regionsOf(index int) *engine.Regions {
	const side = 16
	var shares [mask.RegionCount][]float32
	for r := range shares {
		shares[r] = make([]float32, side*side)
		for i := range shares[r] {
			if left := i%side < side/2; left && mask.Region(r) == mask.Hair || !left && mask.Region(r) == mask.Skin {
				shares[r][i] = 1
			}
		}
	}
	return &engine.Regions{
		Face: index, Maps: mask.NewMaps(side, shares),
		Alignment: face.Alignment{Origin: face.Point{X: 50, Y: 50}, U: face.Point{X: 200}, V: face.Point{Y: 200}},
	}
}

// withMask opens a photo of 400 × 300 pixels with one change, and paints its mask.
func withMask(t testing.TB, r *rig) {
	t.Helper()
	r.photo(engine.Subject{})
	r.target("red hair")
	r.painting(regionsOf(0))
}

// painting turns the mask on and delivers the regions.
func (r *rig) painting(on *engine.Regions) {
	r.t.Helper()
	test.Tap(r.editor.panel.mask.toggle)
	if !r.backend.newest().WithRegions {
		r.t.Error("the regions were not asked for")
	}
	f := r.frame(engine.StageFinal)
	f.Image, f.Regions = image.NewRGBA(image.Rect(0, 0, 400, 300)), on
	r.editor.Frame(f)
}

// onScreen returns the position in the viewport of a place of the photo.
func (r *rig) onScreen(x, y int) fyne.Position { return r.editor.viewport.onPhoto(image.Pt(x, y)) }

func (r *rig) penDown(pos fyne.Position) {
	r.editor.viewport.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: pos}, Button: desktop.MouseButtonPrimary})
}

func (r *rig) penTo(pos fyne.Position) {
	r.editor.viewport.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: pos}})
}

func (r *rig) penUp() {
	r.editor.viewport.MouseUp(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	r.editor.viewport.DragEnd()
}

// masked returns the mask of the newest request's first edit.
func (r *rig) masked() mask.Mask { return r.backend.newest().Edits[0].Mask }

// tint returns the overlay's colour over a place of the photo.
func (r *rig) tint(x, y int) (red, alpha uint8) {
	shown := r.editor.viewport.painter.(*plainPainter).mask
	if !shown.Visible() {
		return 0, 0
	}
	d := r.onScreen(x, y).Subtract(shown.Position())
	c := shown.Image.(*image.RGBA).RGBAAt(int(d.X), int(d.Y))
	return c.R, c.A
}

// TestKeysGoOnFromAChip is about the keys of the window while the chip that was clicked has
// the focus.
func TestKeysGoOnFromAChip(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	hair := r.editor.panel.mask.regions[mask.Hair]
	c := r.editor.win.Canvas()
	c.Focus(hair)
	hair.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	hair.TypedRune(' ')
	if got := r.masked(); got != (mask.Mask{}).With(mask.Hair, false) || !r.editor.masking.on {
		t.Errorf("Space on the chip: want hair alone, got %+v", got)
	}
	hair.TypedRune('c')
	if got := r.editor.compare.mode; got != comparison.Split {
		t.Errorf("c on the chip: want the split, got %v", got)
	}
	hair.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.editor.masking.on {
		t.Error("Escape on the chip does not end the painting")
	}
	hair.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if c.Focused() != nil {
		t.Error("a second Escape leaves the focus on the chip")
	}
}

func TestRegionsAtOneClick(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	p := r.editor.panel.mask
	if p.regions[mask.Hair].Disabled() || !p.regions[mask.Hat].Disabled() {
		t.Error("hair cannot be chosen, or a hat that is not there can")
	}
	test.Tap(p.regions[mask.Hair])
	hair := mask.Mask{}.With(mask.Hair, false)
	if r.masked() != hair || !p.regions[mask.Hair].selected || p.toggle.Text != "Mask: Hair" {
		t.Errorf("one click on hair: %+v, %q", r.masked(), p.toggle.Text)
	}
	if red, alpha := r.tint(100, 150); red < 100 || alpha < 100 {
		t.Errorf("the overlay on hair is %d, %d", red, alpha)
	}
	if _, alpha := r.tint(200, 150); alpha != 0 {
		t.Errorf("the overlay reaches the skin: %d", alpha)
	}
	test.Tap(p.eraser)
	test.Tap(p.regions[mask.Skin])
	if added, subtracted := r.masked().Shows(mask.Skin); added || !subtracted || p.regions[mask.Skin].Text != "− Skin" || p.toggle.Text != "Mask: 2 parts" {
		t.Errorf("skin taken away: %+v, %q, %q", r.masked(), p.regions[mask.Skin].Text, p.toggle.Text)
	}
	test.Tap(p.regions[mask.Skin])
	if r.masked() != hair {
		t.Errorf("skin given up: %+v", r.masked())
	}
	test.Tap(p.invert)
	if r.masked() != hair.Invert() || p.regions[mask.Hair].Text != "− Hair" || p.toggle.Text != "Mask: − Hair" {
		t.Errorf("inverted: %+v, %q", r.masked(), p.toggle.Text)
	}
	if _, alpha := r.tint(100, 150); alpha != 0 {
		t.Errorf("the overlay of the inverted mask covers hair: %d", alpha)
	}
	r.editor.undo()
	if r.masked() != hair || p.toggle.Text != "Mask: Hair" {
		t.Errorf("undone: %+v, %q", r.masked(), p.toggle.Text)
	}
	r.editor.redo()
	if r.masked() != hair.Invert() {
		t.Errorf("redone: %+v", r.masked())
	}
	test.Tap(p.clear)
	if !r.masked().IsZero() || !p.clear.Disabled() || p.toggle.Text != "Mask: everywhere" {
		t.Errorf("cleared: %+v, %q", r.masked(), p.toggle.Text)
	}
	if _, alpha := r.tint(100, 150); alpha != 0 {
		t.Error("there is an overlay without a mask")
	}
}

func TestPainting(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	before := len(r.backend.requests)
	r.penDown(r.onScreen(100, 150))
	for x := 104; x <= 180; x += 4 {
		r.penTo(r.onScreen(x, 150))
	}
	if n := len(r.backend.requests) - before; n < 10 || r.backend.newest().Quality != engine.QualityDrag {
		t.Errorf("while painting %d pictures were asked for, the last %v", n, r.backend.newest().Quality)
	}
	if _, alpha := r.tint(140, 150); alpha < 100 {
		t.Errorf("the overlay does not follow the brush: %d", alpha)
	}
	r.penUp()
	if r.backend.newest().Quality != engine.QualityRest {
		t.Error("after painting no full picture was asked for")
	}
	m := r.masked()
	var coverage [1]float32
	at := func(x, y float64) float32 {
		new(mask.Raster).Draw(m, mask.Maps{}).Sample(coverage[:], mask.Point{X: (x - 50) / 200, Y: (y - 50) / 200}, mask.Point{})
		return coverage[0]
	}
	if m.Strokes() != 1 || at(140, 150) != 1 || at(140, 180) != 0 || at(60, 150) != 0 {
		t.Errorf("%d strokes; %v on the line, %v below, %v before it", m.Strokes(), at(140, 150), at(140, 180), at(60, 150))
	}
	if faces := r.editor.settings.Face; faces != 0 || !r.editor.viewport.zoom.Fits() {
		t.Error("painting selected a face or zoomed")
	}
	// The eraser takes away, in the middle of what was painted.
	r.editor.typedRune('x')
	r.penDown(r.onScreen(140, 150))
	r.penUp()
	if m = r.masked(); at(140, 150) != 0 || at(110, 150) != 1 {
		t.Errorf("erased: %v there and %v beside it", at(140, 150), at(110, 150))
	}
	r.editor.undo()
	if m = r.masked(); m.Strokes() != 1 {
		t.Errorf("a stroke undone left %d strokes", m.Strokes())
	}
	r.editor.undo()
	if !r.masked().IsZero() {
		t.Error("the first stroke is not undone as a whole")
	}
}

// A zoomed photo is painted at the place that is seen, and the same place of the square alone
// is the same mask.
func TestPaintingIsIndependentOfTheView(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	dot := func() mask.Mask {
		r.editor.changeMask(func(mask.Mask) mask.Mask { return mask.Mask{} })
		r.penDown(r.onScreen(150, 150))
		r.penUp()
		return r.masked()
	}
	near := func(when string, m mask.Mask) {
		t.Helper()
		var v [2]float32
		c := new(mask.Raster).Draw(m, mask.Maps{})
		c.Sample(v[:1], mask.Point{X: 0.5, Y: 0.5}, mask.Point{})
		c.Sample(v[1:], mask.Point{X: 0.5 + 0.07, Y: 0.5}, mask.Point{})
		if v != [2]float32{1, 0} {
			t.Errorf("%s: the dot is elsewhere: %v in its middle and %v beside it", when, v[0], v[1])
		}
	}
	near("the whole photo", dot())
	r.editor.viewport.ZoomBy(3)
	near("zoomed", dot())
	r.editor.viewport.PanBy(0.1, 0.05)
	near("moved", dot())
	if _, alpha := r.tint(150, 150); alpha < 100 {
		t.Errorf("the overlay of the zoomed photo: %d", alpha)
	}
	r.editor.compareBy(comparison.SideBySide)
	near("side by side", dot())
	r.editor.compareBy(comparison.After)
	r.editor.viewport.Fit()
	r.editor.status.Resolution = 128
	r.editor.showAligned(true)
	f := r.frame(engine.StageFinal)
	f.Image, f.Regions = image.NewRGBA(image.Rect(0, 0, 128, 128)), regionsOf(0)
	r.editor.Frame(f)
	r.editor.changeMask(func(mask.Mask) mask.Mask { return mask.Mask{} })
	r.penDown(r.onScreen(64, 64))
	r.penUp()
	near("the square alone", r.masked())
}

func TestKeysOfTheMask(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.target("red hair")
	e := r.editor
	e.typedRune('[')
	e.typedRune('i')
	if e.masking.brush.Radius != usualBrush || !e.settings.row().Mask.IsZero() || e.masking.on {
		t.Error("keys of the mask work without it")
	}
	e.typedRune('m')
	if !e.masking.on || !e.panel.mask.box.Visible() {
		t.Fatal("M does not open the mask")
	}
	e.typedRune(']')
	larger := e.masking.brush.Radius
	e.typedRune('[')
	e.typedRune('[')
	if smaller := e.masking.brush.Radius; !(larger > usualBrush && smaller < usualBrush) {
		t.Errorf("the brush's radius went to %v and %v from %v", larger, smaller, usualBrush)
	}
	for range 50 {
		e.typedRune('[')
		e.typedRune('}')
	}
	if b := e.masking.brush; b.Radius != minBrush || b.Softness != 1 {
		t.Errorf("the smallest, softest brush is %+v", b)
	}
	for range 50 {
		e.typedRune(']')
		e.typedRune('{')
	}
	if b := e.masking.brush; b.Radius != maxBrush || b.Softness != 0 || e.panel.mask.sizeValue.Text != "30 %" || e.panel.mask.softnessValue.Text != "0 %" {
		t.Errorf("the largest, hardest brush is %+v, shown as %s and %s", b, e.panel.mask.sizeValue.Text, e.panel.mask.softnessValue.Text)
	}
	e.typedRune('i')
	if !e.settings.row().Mask.Inverted() || e.panel.mask.toggle.Text != "Mask: nowhere" {
		t.Errorf("I: %+v, %q", e.settings.row().Mask, e.panel.mask.toggle.Text)
	}
	e.escape()
	if e.masking.on || e.panel.mask.box.Visible() || e.viewport.mask.on {
		t.Error("Escape does not leave the mask")
	}
	if r.backend.cancelled > 0 {
		t.Error("Escape cancelled")
	}
}

// In a small window the controls of the mask are scrolled into sight.
func TestMaskIsScrolledIntoSight(t *testing.T) {
	r := newRig(t)
	r.win.Resize(fyne.NewSize(900, 600))
	r.photo(engine.Subject{})
	p := r.editor.panel
	r.editor.typedRune('m')
	top := p.mask.content.Position().Y - p.scroll.Offset.Y
	if p.scroll.Offset.Y == 0 || top < 0 || top > p.scroll.Size().Height/2 {
		t.Errorf("the mask begins %v below the top of %v", top, p.scroll.Size().Height)
	}
	r.win.Resize(fyne.NewSize(1280, 1000))
	r.editor.typedRune('m')
	p.scroll.ScrollToTop()
	r.editor.typedRune('m')
	if p.scroll.Offset.Y != 0 {
		t.Errorf("a large window was scrolled by %v", p.scroll.Offset.Y)
	}
}

func TestColoursOfTheOverlay(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	p := r.editor.panel.mask
	test.Tap(p.regions[mask.Hair])
	test.Tap(p.colours[2])
	if red, alpha := r.tint(100, 150); alpha < 100 || red > 60 {
		t.Errorf("blue: %d, %d", red, alpha)
	}
	r.editor.typedRune('o')
	if _, alpha := r.tint(100, 150); alpha != 0 || !p.hidden.selected {
		t.Error("O does not hide the mask")
	}
	r.editor.typedRune('o')
	if red, alpha := r.tint(100, 150); alpha < 100 || red > 60 {
		t.Errorf("shown again: %d, %d", red, alpha)
	}
	test.Tap(p.hidden)
	if _, alpha := r.tint(100, 150); alpha != 0 {
		t.Error("None does not hide the mask")
	}
	test.Tap(p.colours[0])
	r.editor.Frame(engine.Frame{
		Generation: r.backend.Generation(), Photo: 1, Stage: engine.StageOriginal, Image: image.NewRGBA(image.Rect(0, 0, 400, 300)),
	})
	r.editor.hold(true)
	if _, alpha := r.tint(100, 150); alpha != 0 {
		t.Error("the photo as it was is shown with the mask")
	}
	r.editor.hold(false)
	if _, alpha := r.tint(100, 150); alpha < 100 {
		t.Error("the mask does not come back")
	}
}

func TestEachRowHasItsMask(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	p := r.editor.panel
	test.Tap(p.mask.regions[mask.Hair])
	r.editor.addRow()
	if p.mask.toggle.Text != "Mask: everywhere" || r.editor.viewport.painter.(*plainPainter).mask.Visible() {
		t.Errorf("a new row: %q", p.mask.toggle.Text)
	}
	r.target("old face")
	test.Tap(p.mask.regions[mask.Skin])
	edits := r.backend.newest().Edits
	if len(edits) != 2 || edits[0].Mask == edits[1].Mask || edits[1].Mask.IsZero() {
		t.Fatalf("edits %+v", edits)
	}
	// The sign of a row takes it in hand and shows its mask; of the row in hand it ends that.
	sign := func(i int) {
		row := p.rows.rows[i]
		test.TapAt(row, fyne.NewPos(maskLeft(row.Size().Width)+maskWidth()/2, rowHeight()/2))
	}
	sign(0)
	if r.editor.settings.stack().Hand() != 0 || !r.editor.masking.on || p.mask.toggle.Text != "Mask: Hair" {
		t.Errorf("the first row's mask: %q", p.mask.toggle.Text)
	}
	sign(0)
	if r.editor.masking.on {
		t.Error("the sign of the row in hand does not end painting")
	}
	sign(1)
	if r.editor.settings.stack().Hand() != 1 || !r.editor.masking.on {
		t.Error("the sign of another row does not show its mask")
	}
	test.Tap(p.rows.duplicate)
	if got := r.backend.newest().Edits; len(got) != 3 || got[2].Mask != got[1].Mask {
		t.Errorf("duplicated: %+v", got)
	}
}

// A mask that is painted before the words are known waits for them.
func TestMaskBeforeTheWords(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.painting(regionsOf(0))
	test.Tap(r.editor.panel.mask.regions[mask.Hair])
	if len(r.backend.newest().Edits) != 0 {
		t.Error("a mask alone is an edit")
	}
	r.editor.usePreset(r.editor.presets[0].Presets[0])
	if r.masked() != (mask.Mask{}).With(mask.Hair, false) {
		t.Errorf("the preset took the mask away: %+v", r.masked())
	}
	r.editor.undo()
	r.editor.undo()
	if !r.editor.settings.row().Mask.IsZero() {
		t.Error("the mask is not undone")
	}
}

func TestPacksWithoutRegions(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.target("red hair")
	on := regionsOf(0)
	on.Maps = mask.Maps{}
	r.painting(on)
	p := r.editor.panel.mask
	if !p.why.Visible() || !p.regions[mask.Hair].Disabled() {
		t.Error("the window does not say that the pack tells no regions apart")
	}
	r.penDown(r.onScreen(150, 150))
	r.penUp()
	if r.masked().Strokes() != 1 {
		t.Error("nothing can be painted")
	}
	if got := reason(engine.ErrNoRegions); got == engine.ErrNoRegions.Error() {
		t.Errorf("the error is not in the user's language: %s", got)
	}
}

// Until the regions of the face in hand are known, nothing is painted; another photo has
// others.
func TestRegionsOfAnotherFace(t *testing.T) {
	r := newRig(t)
	box := func(x int) engine.FaceBox { return engine.FaceBox{Box: image.Rect(x, 10, x+50, 60)} }
	r.photo(engine.Subject{Faces: []engine.FaceBox{box(0), box(100)}})
	r.target("red hair")
	r.painting(regionsOf(0))
	r.editor.typedRune('2')
	r.penDown(r.onScreen(150, 150))
	r.penUp()
	if !r.editor.settings.row().Mask.IsZero() || !r.editor.panel.mask.regions[mask.Hair].Disabled() {
		t.Error("the second face is painted with the first one's regions")
	}
	if !r.backend.newest().WithRegions {
		t.Error("the second face's regions are not asked for")
	}
	f := r.frame(engine.StageFinal)
	f.Regions = regionsOf(1)
	r.editor.Frame(f)
	if r.editor.panel.mask.regions[mask.Hair].Disabled() {
		t.Error("the second face's regions did not come")
	}
	r.photo(engine.Subject{Photo: 2})
	if r.editor.regions() != nil {
		t.Error("another photo has the regions of the first")
	}
}

func TestMasksOfARecipe(t *testing.T) {
	hair := mask.Mask{}.With(mask.Hair, false).Begin(mask.Brush{Radius: 0.1}, true, mask.Point{X: 0.5, Y: 0.5})
	s := settingsOfRecipe(recipe.Recipe{Face: 1, Threshold: -1, Edits: []recipe.Edit{{Source: "face", Target: "red hair", Strength: 1, Mask: hair}}})
	if got := s.edits(); len(got) != 1 || got[0].Mask != hair {
		t.Errorf("edits %+v", got)
	}
}

// BenchmarkPainting is a move of the brush on a screen of usual size, which keeps the window's
// thread: a few milliseconds are wanted.
func BenchmarkPainting(b *testing.B) {
	r := newRig(b)
	r.win.Resize(fyne.NewSize(1600, 1000))
	withMask(b, r)
	test.Tap(r.editor.panel.mask.regions[mask.Hair])
	f := r.frame(engine.StageFinal)
	f.Image = image.NewRGBA(image.Rect(0, 0, 1160, 870))
	r.editor.Frame(f)
	r.penDown(r.onScreen(60, 60))
	for i := 0; b.Loop(); i++ {
		r.penTo(r.onScreen(64+6*(i%30), 60+15*(i/30%10)))
	}
	r.penUp()
}

func TestRowsKeepMasksInFiles(t *testing.T) {
	r := newRig(t)
	withMask(t, r)
	test.Tap(r.editor.panel.mask.regions[mask.Hair])
	st := r.editor.settings.stack()
	data, err := st.MarshalJSON()
	var got stack.Stack
	if err == nil {
		err = got.UnmarshalJSON(data)
	}
	if err != nil || !got.Equal(st) || got.InHand().Mask.IsZero() {
		t.Errorf("%s became %+v, %v", data, got, err)
	}
}
