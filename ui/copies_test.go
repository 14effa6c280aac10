package ui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/ui/clipimage"
)

func TestSaveBesideTakesAFreeName(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	r.photo(engine.Subject{Name: "a.jpg", Path: filepath.Join(dir, "a.jpg")})
	save := shortcut(fyne.KeyS, fyne.KeyModifierShift)
	for _, want := range []string{"a-edited.png", "a-edited-2.png", "a-edited-3.png"} {
		r.editor.typedShortcut(save)
		got := r.backend.exported[len(r.backend.exported)-1]
		if got != filepath.Join(dir, want) {
			t.Fatalf("want %s, got %s", want, got)
		}
		if !r.backend.newest().File.New {
			t.Error("the engine may replace a file that comes meanwhile")
		}
		write(t, got, "x")
	}
	r.app.Preferences().SetString(prefExportFormat, "jpg")
	r.app.Preferences().SetInt(prefExportQuality, 70)
	r.app.Preferences().SetInt(prefExportLongest, 2000)
	r.editor.saveBeside()
	if got := r.backend.exported[3]; got != filepath.Join(dir, "a-edited.jpg") {
		t.Errorf("as a JPEG: %s", got)
	}
	if got, want := r.backend.newest().File, (photo.Encoding{Quality: 70, Longest: 2000, New: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for format, lossless := range map[string]bool{formatWebP: false, formatLossless: true} {
		r.app.Preferences().SetString(prefExportFormat, format)
		r.editor.saveBeside()
		if got := r.backend.exported[len(r.backend.exported)-1]; got != filepath.Join(dir, "a-edited.webp") || r.backend.newest().File.Lossless != lossless {
			t.Errorf("as %s: %s, %+v", format, got, r.backend.newest().File)
		}
	}
	// An ordinary export may replace what the dialog has asked about.
	r.editor.exportTo(filepath.Join(dir, "a-edited.png"))
	if r.backend.newest().File.New {
		t.Error("an export to a chosen name must not be one of a new file")
	}
	if n := r.backend.exportedOf[6]; n != r.backend.Generation() {
		t.Error("the export is of an older request")
	}
}

func TestPreferencesOutOfRangeAreDefaults(t *testing.T) {
	r := newRig(t)
	r.app.Preferences().SetInt(prefExportQuality, 1000)
	r.app.Preferences().SetInt(prefExportLongest, -4)
	if got := r.editor.fileOptions(); got != (photo.Encoding{}) {
		t.Errorf("%+v", got)
	}
}

func TestCopy(t *testing.T) {
	r := newRig(t)
	r.editor.copyImage() // without a photo
	r.photo(engine.Subject{Name: "a.jpg"})
	r.app.Preferences().SetInt(prefExportLongest, 100)
	r.editor.typedShortcut(&fyne.ShortcutCopy{})
	r.editor.copyImage() // while one is being made
	if len(r.backend.exported) != 1 || r.backend.newest().File != (photo.Encoding{}) {
		t.Fatalf("exported %q as %+v: want one at full size", r.backend.exported, r.backend.newest().File)
	}
	path := r.backend.exported[0]
	write(t, path, "the picture")
	r.editor.Exported(path)
	r.background()
	if string(r.clip.picture) != "the picture" || !strings.Contains(r.editor.notices.Text(noticeExport), "Copied") {
		t.Errorf("copied %q, said %q", r.clip.picture, r.editor.notices.Text(noticeExport))
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("the temporary file is left: %v", err)
	}

	r.clip.err = fmt.Errorf("%w: install the package wl-clipboard", clipimage.ErrUnavailable)
	r.editor.copyImage()
	path = r.backend.exported[1]
	write(t, path, "x")
	r.editor.Exported(path)
	r.background()
	if got := r.editor.notices.Text(noticeFailure); !strings.Contains(got, "wl-clipboard") {
		t.Errorf("a clipboard that cannot be reached: %q", got)
	}

	r.editor.copyImage()
	path = r.backend.exported[2]
	r.editor.Failed(engine.Task{Kind: engine.TaskExport}, errors.New("no memory"))
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) || r.editor.copies.folder != "" {
		t.Error("a failed copy leaves its folder")
	}
}

func TestPaste(t *testing.T) {
	r := newRig(t)
	r.clip.picture = []byte("a picture")
	r.editor.typedShortcut(&fyne.ShortcutPaste{})
	r.background()
	if len(r.backend.data) != 1 || string(r.backend.data[0]) != "a picture" {
		t.Fatalf("opened %q", r.backend.read)
	}
	r.clip.err = clipimage.ErrNone
	r.editor.paste()
	r.background()
	if r.editor.notices.Text(noticeFailure) == "" {
		t.Error("nothing says that there is no picture")
	}
	file := write(t, filepath.Join(t.TempDir(), "ä b.jpg"), "x")
	for _, text := range []string{file, storage.NewFileURI(file).String() + "\nmore"} {
		r.app.Clipboard().SetContent(text)
		r.editor.paste()
		r.background()
		if n := len(r.backend.opened); n == 0 || r.backend.opened[n-1] != file {
			t.Errorf("%q opened %q", text, r.backend.opened)
		}
	}
	for _, text := range []string{"", "hello", "a.jpg", filepath.Dir(file), "/nowhere/x.jpg", "file://%zz"} {
		if got := pathIn(text); got != "" {
			t.Errorf("%q names the file %q", text, got)
		}
	}
}

func TestRecentPhotos(t *testing.T) {
	r := newRig(t)
	if menu := r.editor.recentMenu(); len(menu.Items) != 1 || !menu.Items[0].Disabled {
		t.Errorf("at first: %+v", menu.Items)
	}
	r.photo(engine.Subject{Name: "a.jpg", Path: "/p/a.jpg"})
	r.photo(engine.Subject{Photo: 2, Name: "b.jpg", Path: "/p/b.jpg"})
	r.photo(engine.Subject{Photo: 3, Random: true})
	menu := r.editor.recentMenu()
	if menu.Items[0].Label != "b.jpg – p" || menu.Items[1].Label != "a.jpg – p" {
		t.Fatalf("%q, %q", menu.Items[0].Label, menu.Items[1].Label)
	}
	menu.Items[1].Action()
	if !slices.Equal(r.backend.opened, []string{"/p/a.jpg"}) {
		t.Errorf("opened %q", r.backend.opened)
	}
	menu.Items[len(menu.Items)-1].Action()
	if got := r.app.Preferences().StringList(prefRecent); len(got) != 0 {
		t.Errorf("after forgetting: %q", got)
	}
}

// exportedPicture writes a picture with a recipe, in the format of the path.
func exportedPicture(t *testing.T, path string, rec recipe.Recipe) string {
	t.Helper()
	rec.Task, rec.Program, rec.Provider, rec.Renderer = recipe.TaskEdit, "p", "cpu", "gan"
	if rec.Random != nil {
		rec.Task = recipe.TaskRandom
	}
	rec.Pack = recipe.Pack{Name: "faces", Version: "1", Manifest: strings.Repeat("0", 64)}
	text, err := rec.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	format, _ := photo.FormatOf(path)
	if err := photo.Write(path, image.NewNRGBA(image.Rect(0, 0, 3, 3)), format, photo.Encoding{}, photo.Metadata{Text: map[string]string{recipe.Key: string(text)}}); err != nil {
		t.Fatal(err)
	}
	return path
}

// press taps the button of a title in the topmost dialog.
func (r *rig) press(title string) {
	r.t.Helper()
	top := r.win.Canvas().Overlays().Top()
	if top == nil {
		r.t.Fatalf("no dialog with %q is open", title)
	}
	for _, o := range test.LaidOutObjects(top) {
		if b, ok := o.(*widget.Button); ok && b.Text == title {
			test.Tap(b)
			return
		}
	}
	r.t.Fatalf("the dialog has no button %q", title)
}

func TestDroppedExportIsRestored(t *testing.T) {
	dir := t.TempDir()
	original := write(t, filepath.Join(dir, "a.jpg"), "the photo")
	hash := sha256.Sum256([]byte("the photo"))
	sum := hex.EncodeToString(hash[:])
	path := exportedPicture(t, filepath.Join(dir, "b.png"), recipe.Recipe{
		Source: &recipe.Source{Name: "a.jpg", SHA256: sum}, Face: 2, Threshold: 0.2,
		Edits: []recipe.Edit{
			{Source: "face", Target: "old face", Strength: 1.5},
			{Source: "face", Target: "smiling face", Strength: 0.5, Threshold: new(float64)},
		},
		Others: []recipe.FaceEdits{{Face: 1, Edits: []recipe.Edit{{Source: "face", Target: "bald face", Strength: 1}}}},
	})
	r := newRig(t)
	r.editor.droppedFiles([]fyne.URI{storage.NewFileURI(path)})
	r.background()
	if len(r.backend.opened) != 0 {
		t.Fatal("the export was opened without asking")
	}
	r.press("Restore the work")
	r.background()
	if !slices.Equal(r.backend.opened, []string{original}) {
		t.Fatalf("opened %q, want the photo", r.backend.opened)
	}
	box := engine.FaceBox{Box: image.Rect(0, 0, 50, 50)}
	r.editor.Opened(engine.Subject{Photo: 1, Name: "a.jpg", Path: original, Size: image.Pt(100, 100), Faces: []engine.FaceBox{box, box}})
	got := r.backend.newest()
	edit := func(target string, strength, threshold float64) engine.Edit {
		return engine.Edit{Source: "face", Target: target, Strength: strength, Threshold: threshold, HasThreshold: true}
	}
	if !slices.Equal(got.Edits, []engine.Edit{edit("old face", 1.5, 0.2), edit("smiling face", 0.5, 0)}) || got.Face != 1 ||
		len(got.Others) != 1 || got.Others[0].Face != 0 || !slices.Equal(got.Others[0].Edits, []engine.Edit{edit("bald face", 1, 0.2)}) {
		t.Errorf("restored %+v", got)
	}

	r.editor.droppedFiles([]fyne.URI{storage.NewFileURI(path)})
	r.background()
	r.press("Open as a picture")
	if !slices.Equal(r.backend.opened, []string{original, path}) {
		t.Errorf("opened %q", r.backend.opened)
	}
}

func TestRestoreWithoutThePhoto(t *testing.T) {
	r := newRig(t)
	path := exportedPicture(t, filepath.Join(t.TempDir(), "b.png"), recipe.Recipe{
		Source: &recipe.Source{Name: "gone.jpg", SHA256: strings.Repeat("1", 64)}, Face: 1,
		Edits: []recipe.Edit{{Source: "face", Target: "old face", Strength: 1}},
	})
	r.editor.openFile(path)
	r.background()
	r.press("Restore the work")
	r.background()
	if got := r.editor.notices.Text(noticeRecipe); !strings.Contains(got, "gone.jpg") {
		t.Errorf("said %q", got)
	}
	if r.editor.panel.target.Text != "old face" {
		t.Errorf("the prompt is %q", r.editor.panel.target.Text)
	}
	path = exportedPicture(t, filepath.Join(t.TempDir(), "c.webp"), recipe.Recipe{Random: &recipe.Random{Seed: 7, Truncation: 0.7}, Face: 1})
	r.editor.openFile(path)
	r.background()
	r.press("Restore the work")
	if !slices.Equal(r.backend.seeds, []int64{7}) {
		t.Errorf("seeds %v", r.backend.seeds)
	}
	r.editor.openFile(write(t, filepath.Join(t.TempDir(), "plain.png"), "no picture"))
	r.background()
	if len(r.backend.opened) != 1 {
		t.Errorf("a PNG without a recipe: opened %q", r.backend.opened)
	}
}

func TestAnimationAsGIF(t *testing.T) {
	r := large(t)
	path := filepath.Join(t.TempDir(), "x.gif")
	r.editor.animate(path)
	for range animationFrames {
		r.editor.Frame(r.answer())
	}
	r.background()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil || len(g.Image) != 2*animationFrames-2 || g.Config.Width != animationSide {
		t.Errorf("%v, %+v", err, g)
	}
}

func TestAnimation(t *testing.T) {
	r := large(t)
	path := filepath.Join(t.TempDir(), "x.png")
	r.editor.compareBy(0)
	engines := r.shown()
	r.editor.animate(path)
	shown := r.shown()
	engines.Pix[0]++ // the engine draws into its image again
	if shown == engines || shown.Pix[0] == engines.Pix[0] {
		t.Error("the engine draws into what is displayed")
	}
	for i := range animationFrames {
		req := r.backend.newest()
		if want := float64(i) / (animationFrames - 1); !(req.Edits[0].Strength-want < 1e-9 && want-req.Edits[0].Strength < 1e-9) {
			t.Fatalf("frame %d has strength %v, want %v", i, req.Edits[0].Strength, want)
		}
		preview := r.answer()
		preview.Stage = engine.StagePreview
		r.editor.Frame(preview)
		r.editor.Frame(r.answer())
	}
	if r.shown() != shown {
		t.Error("a frame of the animation was displayed")
	}
	if got := r.backend.newest(); got.Edits[0].Strength != 1 {
		t.Errorf("after the animation the newest request has strength %v", got.Edits[0].Strength)
	}
	r.background()
	p, err := photo.Open(path)
	if err != nil || p.Image.Rect.Dx() != animationSide {
		t.Errorf("the animation: %v, %v", p, err)
	}

	// Another edit ends an animation.
	r.editor.animate(path)
	r.target("young face")
	if r.editor.animation.path != "" || r.editor.notices.Text(noticeAnimation) != "" {
		t.Error("the animation goes on without its frames")
	}
	r.editor.animate(path)
	r.editor.escape()
	if r.editor.animation.path != "" || r.backend.newest().Edits[0].Strength != 1 {
		t.Error("Escape did not end the animation")
	}
	r.rest(time.Hour)
	r.editor.settings = r.editor.settings.withTexts("", "")
	r.editor.animate(path)
	if r.editor.animation.path != "" {
		t.Error("an animation of nothing began")
	}
}
