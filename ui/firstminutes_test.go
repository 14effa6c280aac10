package ui

import (
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/prompt"
	"deltaedit/ui/stack"
)

// known are concepts of a pack.
var known = []prompt.Known{
	{Name: "smiling", Target: "smiling face"},
	{Name: "blond hair", Target: "face with blond hair"},
	{Name: "freckles", Target: "face with freckles", OutOfRange: "they do not show"},
	{Name: "busy background", Target: "face in front of a busy background", Behind: true},
}

func TestCompletion(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	c, entry := r.editor.completions, r.editor.panel.target
	c.SetConcepts(known)
	r.win.Canvas().Focus(entry)
	test.Type(entry, "face with ")
	if c.box.Visible() {
		t.Error("a list is open when there is nothing to complete")
	}
	test.Type(entry, "bl")
	if !c.box.Visible() || len(c.found) != 1 || r.win.Canvas().Focused() != entry {
		t.Fatalf("after typing: %+v, focus %v", c.found, r.win.Canvas().Focused())
	}
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if entry.Text != "face with blond hair" || c.box.Visible() {
		t.Fatalf("took %q", entry.Text)
	}
	if got := r.backend.newest().Edits; len(got) != 1 || got[0].Target != "face with blond hair" {
		t.Errorf("posted %+v", got)
	}

	entry.SetText("")
	test.Type(entry, "smi")
	row := c.rows.Objects[0].(*completionRow)
	entry.FocusLost() // as the press of the pointer does
	test.Tap(row)
	if entry.Text != "smiling face" {
		t.Errorf("a click took %q", entry.Text)
	}

	entry.SetText("")
	test.Type(entry, "f")
	if !c.box.Visible() {
		t.Fatal("no list")
	}
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if c.box.Visible() {
		t.Error("Escape leaves the list open")
	}
	r.win.Canvas().Focus(entry)
	test.Type(entry, "r")
	r.win.Canvas().Unfocus()
	r.rest(completionLeave)
	if c.box.Visible() {
		t.Error("the list stays when the field is left")
	}
	// Return without a choice is the field's own.
	entry.SetText("")
	test.Type(entry, "smi")
	posted := len(r.backend.requests)
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(r.backend.requests) != posted+1 || r.backend.newest().Edits[0].Target != "smi" {
		t.Errorf("Return did not enter the text: %+v", r.backend.newest().Edits)
	}
}

func TestCompletionsLieInTheWindow(t *testing.T) {
	r := newRig(t)
	r.win.Resize(fyne.NewSize(900, 600))
	c := r.editor.completions
	c.SetConcepts(known)
	test.Type(r.editor.panel.target, "f")
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(c.box)
	end := at.AddXY(c.box.Size().Width, c.box.Size().Height)
	if at.X < 0 || end.X > 900 || end.Y > 600 || c.box.Size().Width < 200 {
		t.Errorf("the list lies from %v to %v", at, end)
	}
	if len(c.rows.Objects) == 0 {
		t.Error("it has no rows")
	}
}

func TestConceptsComeFromThePack(t *testing.T) {
	dir := filepath.Join("..", "build", "packs", "faces")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the pack is not built")
	}
	r := newRig(t)
	r.editor.Status(engine.Status{Ready: true, Pack: "faces", PackDir: dir})
	r.background()
	if n := len(r.editor.completions.concepts); n < 50 {
		t.Errorf("%d concepts", n)
	}
}

func TestHelpOpensWhileAPromptIsTyped(t *testing.T) {
	r := newRig(t)
	for _, entry := range []*promptEntry{r.editor.panel.source, r.editor.panel.target} {
		r.win.Canvas().Focus(entry)
		entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF1})
		if r.editor.sheet == nil {
			t.Fatal("F1 in a text field opens no help")
		}
		r.editor.escape()
		if r.editor.sheet != nil {
			t.Fatal("Escape does not close it")
		}
	}
}

func TestHelpAndPreferencesFitASmallWindow(t *testing.T) {
	for _, size := range []fyne.Size{fyne.NewSize(900, 600), fyne.NewSize(1280, 800)} {
		for name, open := range map[string]func(*editor){
			"help":        func(e *editor) { e.typedKey(&fyne.KeyEvent{Name: fyne.KeyF1}) },
			"keys":        func(e *editor) { e.typedRune('?') },
			"preferences": func(e *editor) { e.typedShortcut(shortcut(fyne.KeyComma, 0)) },
		} {
			r := newRig(t)
			r.win.Resize(size)
			open(r.editor)
			top := r.win.Canvas().Overlays().Top()
			if top == nil {
				t.Errorf("%s: nothing opened", name)
				continue
			}
			if got := r.win.Canvas().Size(); got != size {
				t.Errorf("%s: the window grew from %v to %v", name, size, got)
			}
			open(r.editor)
			defer func() {
				r.editor.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
				if r.win.Canvas().Overlays().Top() != nil {
					t.Errorf("%s: Escape does not close it", name)
				}
			}()
			if n := len(r.win.Canvas().Overlays().List()); n != 1 {
				t.Errorf("%s: %d dialogs are open", name, n)
			}
		}
	}
}

// TestLargeTextFitsASmallWindow: text of one and a half times the size needs no larger
// window, in no language.
func TestLargeTextFitsASmallWindow(t *testing.T) {
	defer func() {
		if err := loadTranslations(assets.Translations, "en"); err != nil {
			t.Fatal(err)
		}
	}()
	t.Setenv("LANGUAGE", "")
	small := fyne.NewSize(900, 600)
	for _, l := range languages {
		if err := loadTranslations(assets.Translations, l.value); err != nil {
			t.Fatal(err)
		}
		r := newRig(t)
		r.app.Preferences().SetString(prefLanguage, l.value)
		r.editor.setTextSize("150")
		r.win.Resize(small)
		fits := func(what string) {
			t.Helper()
			if got := r.win.Content().MinSize(); got.Width > small.Width || got.Height > small.Height {
				t.Errorf("%s, %s: the window needs %v", l.value, what, got)
			}
		}
		for _, m := range modes {
			r.editor.compareBy(m)
			fits(modeTitle(m))
		}
		r.editor.toggleBatch()
		fits("batch")
		outside(r.win.Content(), fyne.Position{}, small, false, func(o fyne.CanvasObject, at fyne.Position) {
			t.Errorf("%s, batch: %T at %v of %v leaves the window", l.value, o, at, o.Size())
		})
	}
}

func TestErrorsHaveDetails(t *testing.T) {
	r := newRig(t)
	r.editor.Failed(engine.Task{Kind: engine.TaskExport, Name: "a.png"}, errLong)
	bar := r.editor.notices.bars[noticeFailure]
	if !strings.Contains(bar.details, errLong.Error()) || !strings.Contains(bar.details, engine.Program) {
		t.Errorf("details: %q", bar.details)
	}
	find := func(title string) *pushButton {
		for _, o := range test.LaidOutObjects(bar) {
			if b, ok := o.(*pushButton); ok && b.Text == title {
				return b
			}
		}
		t.Fatalf("no button %q", title)
		return nil
	}
	folded := bar.MinSize().Height
	test.Tap(find("Details"))
	if open := bar.MinSize().Height; !(open > folded+100) {
		t.Errorf("unfolded from %v to %v", folded, open)
	}
	test.Tap(find("Copy"))
	if got := r.app.Clipboard().Content(); got != bar.details {
		t.Errorf("copied %q", got)
	}
	test.Tap(find("Details"))
	if again := bar.MinSize().Height; again != folded {
		t.Errorf("folded to %v, want %v", again, folded)
	}
}

func TestPreferencesApply(t *testing.T) {
	r := newRig(t)
	r.editor.setTextSize("200")
	if got := r.app.Settings().Theme().Size(theme.SizeNameText); got != 26 {
		t.Errorf("text of 200 %% is %v high", got)
	}
	r.editor.setAppearance("light")
	if got := r.app.Settings().Theme().Size(theme.SizeNameText); got != 26 {
		t.Error("another appearance forgets the size of the text")
	}
	r.app.Preferences().SetInt(prefTextSize, 7)
	if got := textPercent(r.app.Preferences()); got != 100 {
		t.Errorf("a size out of range: %d", got)
	}
	for text, want := range map[string]int{"": 0, " 1600 ": 1600} {
		if got, err := longestOf(text); got != want || err != nil {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"0", "5", "x", "99999", "-3", "1e3"} {
		if _, err := longestOf(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestChosenLanguage(t *testing.T) {
	t.Setenv("LANGUAGE", "")
	for _, name := range []string{"", "de", "en", "es", "fr", "ja", "zh_Hans", "xx"} {
		if err := loadTranslations(assets.Translations, name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	// The other tests want English.
	if err := loadTranslations(assets.Translations, "en"); err != nil {
		t.Fatal(err)
	}
}

// blended is a colour over a ground.
func blended(over, ground color.Color) color.Color {
	o, g := color.NRGBAModel.Convert(over).(color.NRGBA), color.NRGBAModel.Convert(ground).(color.NRGBA)
	mix := func(a, b uint8) uint8 { return uint8((int(a)*int(o.A) + int(b)*(255-int(o.A))) / 255) }
	return color.NRGBA{mix(o.R, g.R), mix(o.G, g.G), mix(o.B, g.B), 255}
}

// TestFocusIsSeen: a focused button differs from the others, and is readable.
func TestFocusIsSeen(t *testing.T) {
	test.NewTempApp(t)
	th := newTheme(nil)
	for name, v := range variants {
		button := th.Color(theme.ColorNameButton, v)
		focused := blended(th.Color(theme.ColorNameFocus, v), button)
		if got := contrast(focused, button); !(got >= 1.6) {
			t.Errorf("%s: a focused button has a contrast of %.2f to another", name, got)
		}
		if got := contrast(th.Color(theme.ColorNameForeground, v), focused); !(got >= 4.5) {
			t.Errorf("%s: its text has a contrast of %.2f", name, got)
		}
	}
}

// TestRowsAreReadable: the title of a row can be read whether it is in hand, off or empty.
func TestRowsAreReadable(t *testing.T) {
	a := test.NewTempApp(t)
	for name, v := range variants {
		th := newTheme(&v)
		a.Settings().SetTheme(th)
		panel := th.Color(colorPanel, v)
		for _, inHand := range []bool{false, true} {
			ground := panel
			if inHand {
				ground = blended(th.Color(theme.ColorNameSelection, v), panel)
			}
			for _, off := range []bool{false, true} {
				for _, title := range []string{"", "Smiling"} {
					row := stack.NewRow()
					row.Off = off
					w := newStackRow()
					view := w.CreateRenderer().(*stackRowRenderer)
					w.SetRow(row, title, inHand)
					view.paint()
					ink := view.title.Segments[0].(*widget.TextSegment).Style.ColorName
					if got := contrast(th.Color(ink, v), ground); !(got >= 4.5) {
						t.Errorf("%s: %q, in hand %t, off %t: a contrast of %.2f", name, title, inHand, off, got)
					}
				}
			}
		}
	}
}
