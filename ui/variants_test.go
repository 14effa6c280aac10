package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/ui/contactsheet"
)

// sketcher is a pipeline whose variants are filled with ten times their strength.
type sketcher struct {
	engine.Pipeline
	mu     sync.Mutex
	asked  []engine.Request
	stages []engine.Stage
	fail   error
	// gate, if not nil, is received from before each picture.
	gate chan struct{}
}

func (s *sketcher) Variant(ctx context.Context, r engine.Request, stage engine.Stage, c engine.FrameImage) error {
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	s.asked, s.stages = append(s.asked, r), append(s.stages, stage)
	img := c(r.View)
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	return nil
}

func (s *sketcher) requests() []engine.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// wants writes what was asked for.
func wants(rs []engine.Request) string {
	var out []string
	for _, r := range rs {
		var one []string
		for _, e := range r.Edits {
			one = append(one, fmt.Sprintf("%s %g", e.Target, e.Strength))
		}
		out = append(out, strings.Join(one, "+"))
	}
	return strings.Join(out, ", ")
}

// settled runs what other goroutines post until ok.
func (r *rig) settled(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatal("waited in vain for " + what)
		}
		r.posted.Lock()
		queue := r.queue
		r.queue = nil
		r.posted.Unlock()
		for _, f := range queue {
			f()
		}
	}
}

func (r *rig) drawn() int {
	n := 0
	for _, t := range r.editor.variants.strip.tiles {
		if t.face.picture != nil {
			n++
		}
	}
	return n
}

// tap taps a variant by its title.
func (r *rig) tapVariant(title string) {
	r.t.Helper()
	for i, item := range r.editor.variants.items {
		if item.title == title {
			test.Tap(r.editor.variants.strip.tiles[i])
			return
		}
	}
	r.t.Fatalf("no variant %q", title)
}

func TestStrengthsSideBySide(t *testing.T) {
	r := newRig(t)
	s := &sketcher{}
	r.backend.pipeline = s
	r.photo(engine.Subject{})
	r.editor.typedShortcut(shortcut(fyne.KeyT, 0))
	if v := r.editor.variants; v.strip.content.Hidden || len(v.items) != 0 || v.strip.hint.Text == "" {
		t.Fatalf("without a prompt: %d variants, hint %q", len(v.items), v.strip.hint.Text)
	}
	r.editor.panel.target.SetText("old face")
	r.rest(time.Second)
	r.settled("five pictures", func() bool { return r.drawn() == 5 })
	if got, want := wants(s.requests()), "old face 0.5, old face 0.75, old face 1, old face 1.5, old face 2"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	q := s.requests()[0]
	if q.Region != image.Rect(55, 0, 245, 190) || q.View.X <= 0 || q.View.X != q.View.Y || q.Renderer != engine.GAN || s.stages[0] != engine.StagePreview {
		t.Errorf("the first request is %+v, stage %s", q, s.stages[0])
	}
	before := len(r.backend.requests)
	r.tapVariant("1.5")
	if got := r.backend.newest(); len(r.backend.requests) != before+1 || got.Edits[0].Strength != 1.5 || got.Quality != engine.QualityRest {
		t.Errorf("picked: %+v", got.Edits)
	}
	for i, want := range []bool{false, false, false, true, false} {
		if got := r.editor.variants.strip.tiles[i].face.picked; got != want {
			t.Errorf("tile %d: picked %v, want %v", i+1, got, want)
		}
	}
	if n := len(s.requests()); n != 5 {
		t.Errorf("picking drew %d more pictures", n-5)
	}
	r.editor.undo()
	if got := r.editor.settings.row().Strength; got != 1 {
		t.Errorf("undone to strength %v, want 1", got)
	}
	// The other way, and beside another row.
	r.editor.addRow()
	r.editor.panel.target.SetText("bald face")
	r.rest(time.Second)
	row := r.editor.settings.row()
	row.Strength = -0.3
	r.editor.apply(r.editor.settings.withRow(row))
	r.settled("pictures of the second row", func() bool {
		return r.drawn() == 5 && strings.Contains(wants(s.requests()), "old face 1+bald face -1.5, old face 1+bald face -2")
	})
}

func TestPresetsOnThisFace(t *testing.T) {
	r := newRig(t)
	s := &sketcher{}
	r.backend.pipeline = s
	r.photo(engine.Subject{})
	r.editor.toggleVariants()
	test.Tap(r.editor.variants.strip.modes[variantPresets])
	r.settled("all presets", func() bool { return r.drawn() == 19 })
	if got := wants(s.requests()[:2]); got != "smiling face 1, laughing face 1" {
		t.Errorf("asked for %s", got)
	}
	r.tapVariant("Bald")
	if got := r.backend.newest().Edits; len(got) != 1 || got[0].Target != "bald face" {
		t.Errorf("picked %+v", got)
	}
	r.tapVariant("Older")
	if got := r.backend.newest().Edits; len(got) != 2 || got[1].Target != "old face" {
		t.Errorf("a second one: %+v", got)
	}
	picked := ""
	for i, tile := range r.editor.variants.strip.tiles {
		if tile.face.picked {
			picked += r.editor.variants.items[i].title + " "
		}
	}
	if picked != "Older Bald " || len(s.requests()) != 19 {
		t.Errorf("picked %q, %d drawn, want each preset once", picked, len(s.requests()))
	}
	r.photo(engine.Subject{Photo: 2})
	r.settled("the presets on another face", func() bool { return r.drawn() == 19 && len(s.requests()) == 38 })
	if got := s.requests()[37]; got.Photo != 2 {
		t.Errorf("of photo %d", got.Photo)
	}
	if got := r.app.Preferences().Int(prefVariantMode); got != int(variantPresets) || !r.app.Preferences().Bool(prefVariants) {
		t.Error("the strip is not remembered")
	}
}

func TestHiddenVariantsAreNotDrawn(t *testing.T) {
	r := newRig(t)
	s := &sketcher{gate: make(chan struct{})}
	r.backend.pipeline = s
	r.photo(engine.Subject{})
	r.editor.usePreset(r.editor.panel.presets[0])
	if r.editor.variants.stop != nil {
		t.Error("hidden variants are being drawn")
	}
	r.editor.toggleVariants()
	s.gate <- struct{}{}
	r.settled("the first picture", func() bool { return r.drawn() == 1 })
	r.editor.toggleVariants()
	if r.editor.variants.stop != nil {
		t.Error("the drawing goes on although the strip is hidden")
	}
	close(s.gate)
	r.editor.toggleVariants()
	r.settled("the others", func() bool { return r.drawn() == 5 })
	if n := len(s.requests()); n != 5 {
		t.Errorf("%d drawn, want each once", n)
	}
}

func TestContactSheetIsDrawnAndSaved(t *testing.T) {
	r := newRig(t)
	s := &sketcher{}
	r.backend.pipeline = s
	r.photo(engine.Subject{Name: "ann.jpg", Path: filepath.Join(t.TempDir(), "ann.jpg")})
	titles, _ := r.editor.contactRows()
	if want := []string{"Presets: Expression", "Presets: Age", "Presets: Hair", "Presets: Details", "All presets"}; !slices.Equal(titles, want) {
		t.Errorf("rows to choose from %q, want %q", titles, want)
	}
	r.editor.usePreset(r.editor.panel.presets[7])
	titles, rows := r.editor.contactRows()
	if titles[0] != "The changes in the list" || len(rows[titles[0]]) != 1 || rows[titles[0]][0].Caption != "Older" {
		t.Errorf("with a change: %q, %+v", titles, rows[titles[0]])
	}
	path := filepath.Join(t.TempDir(), "sheet")
	r.editor.drawContactSheet(contactOrder{rows: rows["Presets: Age"], strengths: []float64{0, 1}, side: 64}, path)
	r.settled("the sheet", func() bool { return r.editor.contact.ctx == nil })
	if got, want := wants(s.requests()), "young face 0, young face 1, old face 0, old face 1"; got != want || s.stages[0] != engine.StageFinal {
		t.Errorf("drawn %s at stage %s, want %s", got, s.stages[0], want)
	}
	f, err := os.Open(path + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if want := (contactsheet.Sheet{Title: "a", Note: "b", Rows: make([]string, 2), Columns: make([]string, 2), Side: 64}).Size(); img.Bounds().Size() != want {
		t.Errorf("size %v, want %v", img.Bounds().Size(), want)
	}
	if text := r.editor.notices.Text(noticeExport); !strings.Contains(text, "sheet.png") {
		t.Errorf("nothing says where it is: %q", text)
	}
}

// The ending chooses the format, and without one the preferences do. The longest side of
// exports is not that of a sheet.
func TestContactSheetInEveryFormat(t *testing.T) {
	r := newRig(t)
	r.backend.pipeline = &sketcher{}
	r.photo(engine.Subject{})
	_, rows := r.editor.contactRows()
	p := r.editor.app.Preferences()
	p.SetString(prefExportFormat, formatWebP)
	p.SetInt(prefExportLongest, photo.MinLongest)
	folder := t.TempDir()
	var size image.Point
	for _, c := range []struct{ name, file, format string }{
		{"a.png", "a.png", "png"}, {"a.jpg", "a.jpg", "jpeg"}, {"a.JPEG", "a.JPEG", "jpeg"}, {"a.webp", "a.webp", "webp"}, {"a.b", "a.b.webp", "webp"},
	} {
		o := contactOrder{rows: rows["Presets: Age"], strengths: []float64{0, 0.5, 1}, side: 160}
		r.editor.drawContactSheet(o, filepath.Join(folder, c.name))
		r.settled(c.file, func() bool { return r.editor.contact.ctx == nil })
		data, err := os.ReadFile(filepath.Join(folder, c.file))
		if err != nil {
			t.Fatal(err)
		}
		conf, format, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || format != c.format {
			t.Errorf("%s is %q (%v), want %q", c.file, format, err, c.format)
		}
		if got := image.Pt(conf.Width, conf.Height); size == (image.Point{}) {
			size = got
		} else if got != size {
			t.Errorf("%s has %v pixels, want %v", c.file, got, size)
		}
	}
	// More than a WebP can have: known before anything is drawn.
	o := contactOrder{rows: rows["Presets: Age"], strengths: make([]float64, contactsheet.MaxColumns), side: contactsheet.MaxSide}
	r.editor.drawContactSheet(o, filepath.Join(folder, "wide.webp"))
	if text := r.editor.notices.Text(noticeFailure); !strings.Contains(text, "16383") && !strings.Contains(text, "WebP") || r.editor.contact.ctx != nil {
		t.Errorf("a sheet too wide: %q", text)
	}
}

func TestContactSheetIsCancelledAndFails(t *testing.T) {
	r := newRig(t)
	s := &sketcher{gate: make(chan struct{})}
	r.backend.pipeline = s
	r.photo(engine.Subject{})
	_, rows := r.editor.contactRows()
	o := contactOrder{rows: rows["Presets: Age"], strengths: []float64{1}, side: 64}
	path := filepath.Join(t.TempDir(), "sheet.png")
	r.editor.drawContactSheet(o, path)
	if text := r.editor.notices.Text(noticeContact); !strings.Contains(text, "1 of 2") {
		t.Errorf("progress %q", text)
	}
	r.editor.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.editor.contact.ctx != nil || r.editor.notices.Text(noticeContact) != "" {
		t.Error("Escape does not cancel it")
	}
	close(s.gate)
	s.mu.Lock()
	s.fail = errors.New("broken")
	s.mu.Unlock()
	r.editor.drawContactSheet(o, path)
	r.settled("the error", func() bool { return strings.Contains(r.editor.notices.Text(noticeFailure), "broken") })
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file is there: %v", err)
	}
	r.editor.drawContactSheet(contactOrder{}, path)
	if text := r.editor.notices.Text(noticeFailure); !strings.Contains(text, "without pictures") {
		t.Errorf("a sheet of nothing: %q", text)
	}
}
