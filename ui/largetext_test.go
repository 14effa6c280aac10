package ui

import (
	"image"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"deltaedit/assets"
	"deltaedit/engine"
)

// larger is a rig in a language with text of 200 %, in the smallest window that is promised.
func larger(t *testing.T, language string) *rig {
	t.Helper()
	if err := loadTranslations(assets.Translations, language); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := loadTranslations(assets.Translations, "en"); err != nil {
			t.Fatal(err)
		}
	})
	r := newRig(t)
	r.app.Preferences().SetString(prefLanguage, language)
	r.app.Preferences().SetInt(prefTextSize, 200)
	r.editor.applyTheme()
	r.win.Resize(smallest)
	return r
}

var smallest = fyne.NewSize(900, 600)

// TestTextOfTwiceTheSizeFits: at 200 % every page and dialog needs no more than 900×600, in
// every language, and what is seen of it lies in the window.
func TestTextOfTwiceTheSizeFits(t *testing.T) {
	t.Setenv("LANGUAGE", "")
	for _, l := range languages {
		language := l.value
		r := larger(t, language)
		fits := func(what string) {
			t.Helper()
			if least := r.win.Content().MinSize(); least.Width > smallest.Width || least.Height > smallest.Height {
				t.Errorf("%s, %s: the window needs %v", language, what, least)
			}
		}
		inside := func(what string) {
			t.Helper()
			r.win.Content().Refresh() // as the window's driver does when a part needs more room
			fits(what)
			outside(r.win.Content(), fyne.Position{}, smallest, false, func(o fyne.CanvasObject, pos fyne.Position) {
				t.Errorf("%s, %s: %T at %v of %v leaves the window", language, what, o, pos, o.Size())
			})
		}
		dialogs := func(open map[string]func()) {
			t.Helper()
			for name, f := range open {
				f()
				top := r.win.Canvas().Overlays().Top()
				if top == nil {
					t.Fatalf("%s: no %s is open", language, name)
				}
				if least := top.MinSize(); least.Width > smallest.Width || least.Height > smallest.Height {
					t.Errorf("%s: the dialog %s needs %v", language, name, least)
				}
				r.win.Canvas().Overlays().Remove(top)
				r.editor.sheet = nil
			}
		}
		inside("empty")
		r.editor.tellLicence()
		inside("licence")
		r.editor.notices.Clear(noticeLicence)
		dialogs(map[string]func(){
			"help": func() { r.editor.showHelp(false) }, "keys": func() { r.editor.showHelp(true) },
			"preferences": r.editor.showPreferences, "about": r.editor.showAbout, "open": r.editor.showOpen,
		})
		r.photo(engine.Subject{Name: "a rather long name of a photograph.jpg", Path: "/a rather long name of a photograph.jpg", Size: image.Pt(9000, 6000)})
		r.editor.Frame(r.frame(engine.StageFinal))
		r.target("smiling face with red hair")
		r.editor.addRow()
		r.target("face with a beard")
		r.rest(time.Hour)
		inside("rows")
		for range modes {
			r.editor.nextMode()
			b := r.editor.viewbar
			if b.compare.Size().Width < b.compare.MinSize().Width || overlap(b.compare, b.out) {
				t.Errorf("%s: %q has no room in the bar below the photo", language, b.compare.Text)
			}
		}
		r.editor.toggleMasking()
		inside("mask")
		r.editor.toggleMasking()
		r.editor.panel.toggleAdvanced()
		inside("advanced")
		dialogs(map[string]func(){
			"contact sheet": r.editor.showContactSheet, "animate": r.editor.showAnimate, "export": r.editor.showExport,
			"folder": r.editor.showAddFolder, "question": func() { r.editor.confirm("A question", errLong.Error(), func() {}) },
		})
		r.editor.Failed(engine.Task{Kind: engine.TaskOpen}, errLong)
		r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskLoadModels}, Fraction: -1})
		inside("busy")
		r.editor.toggleBatch()
		inside("batch")
		r.editor.toggleBatch()
		r.editor.toggleHistory()
		r.editor.toggleVariants() // its strip is scrolled sidewards
		fits("history and variants")
	}
}

// overlap reports whether two objects of the window cover the same place.
func overlap(a, b fyne.CanvasObject) bool {
	driver := fyne.CurrentApp().Driver()
	p, q := driver.AbsolutePositionForObject(a), driver.AbsolutePositionForObject(b)
	return p.X < q.X+b.Size().Width && q.X < p.X+a.Size().Width && p.Y < q.Y+b.Size().Height && q.Y < p.Y+a.Size().Height
}

// TestRowsGrowWithText: the rows of the stack are as high as their text, also when its size is
// changed while they are shown.
func TestRowsGrowWithText(t *testing.T) {
	r := newRig(t)
	row := r.editor.panel.rows.rows[0]
	before := row.MinSize().Height
	r.editor.setTextSize("200")
	if got := row.MinSize().Height; got != 2*before {
		t.Errorf("rows are %v high at 200 %%, and %v at 100 %%", got, before)
	}
	if label := r.editor.panel.strengthValue.MinSize().Height; label > row.MinSize().Height {
		t.Errorf("a text of %v in a row of %v", label, row.MinSize().Height)
	}
}

// TestPairsOfButtons: equally wide with room, as wide as they need with less, and else below
// each other.
func TestPairsOfButtons(t *testing.T) {
	newRig(t)
	short, long := newButton("a", nil, nil), newButton("a rather long title", nil, nil)
	o := []fyne.CanvasObject{short, long}
	s, l := short.MinSize(), long.MinSize()
	for _, c := range []struct {
		room      float32
		widths    [2]float32
		sideward  bool
		rowsCount float32
	}{
		{2*l.Width + spaceS, [2]float32{l.Width, l.Width}, true, 1},
		{s.Width + l.Width + spaceS, [2]float32{s.Width, l.Width}, true, 1},
		{l.Width + 1, [2]float32{l.Width + 1, l.Width + 1}, false, 2},
	} {
		p := pairLayout{func() float32 { return c.room }}
		if got, want := p.MinSize(o).Height, c.rowsCount*(l.Height+spaceS)-spaceS; got != want {
			t.Errorf("in %v: height %v, want %v", c.room, got, want)
		}
		p.Layout(o, fyne.NewSize(c.room, p.MinSize(o).Height))
		if got := [2]float32{short.Size().Width, long.Size().Width}; got != c.widths {
			t.Errorf("in %v: widths %v, want %v", c.room, got, c.widths)
		}
		if got := long.Position().X > 0; got != c.sideward {
			t.Errorf("in %v: side by side: %v", c.room, got)
		}
	}
}

// TestTheTopOfThePhotoIsNotCovered: without notices nothing lies over the photo that takes the wheel.
func TestTheTopOfThePhotoIsNotCovered(t *testing.T) {
	r := newRig(t)
	r.win.Resize(smallest)
	r.photo(engine.Subject{})
	r.editor.Frame(r.frame(engine.StageFinal))
	before := r.editor.viewport.zoom.Place().Scale
	test.Scroll(r.win.Canvas(), fyne.NewPos(200, 5), 0, 30)
	if after := r.editor.viewport.zoom.Place().Scale; !(after > before) {
		t.Errorf("the wheel at the top of the photo zooms from %v to %v", before, after)
	}
}
