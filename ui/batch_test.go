package ui

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
	"deltaedit/ui/queue"
)

// copier is an engine that finds two faces in every photo and writes grey pictures.
type copier struct {
	edits chan []engine.Edit // of every picture
	gate  chan struct{}      // received from before each picture, if not nil
}

func (c *copier) Status() engine.Status { return engine.Status{Provider: "cpu"} }
func (c *copier) Pack() recipe.Pack {
	return recipe.Pack{Name: "faces", Version: "1", Manifest: "00"}
}

func (c *copier) OpenDecoded(_ context.Context, id uint64, d *studio.Decoded, _ engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	return engine.Subject{Photo: id, Size: d.Size(), Faces: make([]engine.FaceBox, 2)}, nil
}

func (c *copier) Invert(context.Context, engine.Request, engine.Timings) error { return nil }

func (c *copier) Directions(_ context.Context, r engine.Request, _ engine.Timings) ([]engine.PromptReport, error) {
	return make([]engine.PromptReport, len(r.Edits)), nil
}

func (c *copier) Render(ctx context.Context, r engine.Request, _ engine.Timings, _ engine.ProgressFunc) (*studio.Rendered, error) {
	if c.gate != nil {
		select {
		case <-c.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c.edits <- r.Edits
	return studio.NewRendered(image.NewNRGBA(image.Rect(0, 0, 8, 8)), photo.Metadata{Text: map[string]string{recipe.Key: "{}"}}), nil
}

// batchRig is a window whose batch is kept in a folder and done by a copier.
type batchRig struct {
	*rig
	copier *copier
	dir    string
	uris   []fyne.URI
}

func newBatchRig(t *testing.T, photos int) *batchRig {
	t.Helper()
	b := &batchRig{rig: newRig(t), copier: &copier{edits: make(chan []engine.Edit, 100)}, dir: t.TempDir()}
	for i := range photos {
		var data bytes.Buffer
		if err := png.Encode(&data, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
			t.Fatal(err)
		}
		b.uris = append(b.uris, b.file(fmt.Sprintf("in/%c.png", 'a'+i), data.Bytes()))
	}
	b.reopen()
	t.Cleanup(func() { b.editor.closeBatch() })
	return b
}

func (b *batchRig) file(name string, data []byte) fyne.URI {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return storage.NewFileURI(path)
}

// reopen is what a start of the window does.
func (b *batchRig) reopen() {
	b.backend.pipeline = &sketcher{}
	b.editor.aside = func(engine.Pipeline) (batch.Studio, error) { return b.copier, nil }
	b.editor.openBatch(filepath.Join(b.dir, "state"))
}

// drop drops files on the window and waits until they are in the list.
func (b *batchRig) drop(uris ...fyne.URI) {
	b.t.Helper()
	want := len(b.snapshot().Items) + len(uris)
	b.editor.droppedFiles(uris)
	b.settled("the photos in the list", func() bool { return len(b.editor.batch.page.shown.Items) == want })
}

func (b *batchRig) snapshot() queue.Snapshot { return b.editor.batch.queue.Snapshot() }

// row returns what the list displays of a photo.
func (b *batchRig) row(i int) *batchRow {
	r := newBatchRow()
	b.editor.showBatchRow(b.editor.batch.page.shown.Items[i], r)
	return r
}

func (b *batchRig) ended() {
	b.t.Helper()
	b.settled("the end of the run", func() bool { return !b.snapshot().Running && b.editor.batch.ends == b.snapshot().Ends })
}

func TestDroppedPhotosBecomeABatch(t *testing.T) {
	b := newBatchRig(t, 2)
	bad := b.file("in/notes.txt", []byte("words"))
	b.drop(b.uris[0], bad, b.uris[1])
	p := b.editor.batch.page
	if !b.editor.batch.shown() || len(b.backend.opened) != 0 || p.start.Disabled() || p.start.Text != "Start" || p.status.Text != "0 of 3 done" {
		t.Fatalf("shown %v, start %q, status %q", b.editor.batch.shown(), p.start.Text, p.status.Text)
	}
	test.Tap(p.start) // without an edit
	if text := b.editor.notices.Text(noticeBatch); !strings.Contains(text, "nothing to change") {
		t.Errorf("without an edit: %q", text)
	}
	p.edits.SetSelected("Older")
	p.template.SetText("{n} {name}")
	test.Tap(p.start)
	b.ended()
	if got := <-b.copier.edits; len(got) != 1 || got[0].Target != "old face" || got[0].Strength != 1 {
		t.Errorf("edits %+v", got)
	}
	for i, want := range []string{"Done: 1 a.png, faces: 2", "", "Done: 3 b.png, faces: 2"} {
		r := b.row(i)
		if want != "" && r.detail.Text != want {
			t.Errorf("row %d: %q, want %q", i+1, r.detail.Text, want)
		}
		if r.action.Hidden != (i != 1) {
			t.Errorf("row %d: button hidden %v", i+1, r.action.Hidden)
		}
	}
	if r := b.row(1); r.name.Text != "notes.txt" || r.detail.Text != "It is no picture: use a JPEG, PNG, WebP, TIFF, BMP or GIF file" {
		t.Errorf("the bad file: %q, %q", r.name.Text, r.detail.Text)
	}
	b.editor.pickBatchRow(p.shown.Items[1])
	if text := b.editor.notices.Text(noticeBatch); !strings.HasPrefix(text, "notes.txt: ") {
		t.Errorf("picked: %q", text)
	}
	for _, name := range []string{"1 a.png", "3 b.png", batch.JournalName} {
		if _, err := os.Stat(filepath.Join(b.dir, "in", "edited", name)); err != nil {
			t.Error(err)
		}
	}
	if p.status.Text != "2 of 3 done, 1 failed" || b.editor.statusbar.batch.Text != "Batch 3/3" || b.editor.statusbar.batch.Hidden || !p.edits.Disabled() {
		t.Errorf("status %q, chip %q", p.status.Text, b.editor.statusbar.batch.Text)
	}

	// Mended, it works with the button of its row.
	good, err := os.ReadFile(b.uris[0].Path())
	if err != nil {
		t.Fatal(err)
	}
	b.file("in/notes.txt", good)
	test.Tap(b.row(1).action)
	b.ended()
	if got := b.snapshot().Count(queue.Done); got != 3 {
		t.Errorf("%d done after the retry", got)
	}
	test.Tap(p.clear)
	b.settled("an empty list", func() bool { return len(p.shown.Items) == 0 })
	if !b.editor.statusbar.batch.Hidden || p.hint.Hidden || p.edits.Disabled() {
		t.Error("the page is not as at the beginning")
	}
}

func TestTheStackInHandForAll(t *testing.T) {
	b := newBatchRig(t, 1)
	b.photo(engine.Subject{})
	b.editor.usePreset(b.editor.panel.presets[0])
	b.editor.usePreset(b.editor.panel.presets[7])
	b.drop(storage.NewFileURI(filepath.Join(b.dir, "in"))) // a folder with one photo
	if err := os.MkdirAll(filepath.Join(b.dir, "in", "edited"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.file("in/edited/a-edited.png", []byte("precious"))
	test.Tap(b.editor.batch.page.start)
	b.ended()
	if got := <-b.copier.edits; len(got) != 2 || got[0].Target != "smiling face" || got[1].Target != "old face" {
		t.Errorf("edits %+v", got)
	}
	if got, want := b.snapshot().Order.Folder, filepath.Join(b.dir, "in", "edited-2"); got != want {
		t.Errorf("folder %q, want %q", got, want)
	}
	if data, _ := os.ReadFile(filepath.Join(b.dir, "in", "edited", "a-edited.png")); string(data) != "precious" {
		t.Error("a picture was written over")
	}
	// Opening a photo shows it.
	b.photo(engine.Subject{Photo: 2})
	if b.editor.batch.shown() {
		t.Error("the batch hides the photo that was opened")
	}
}

func TestAFolderOfAnotherBatch(t *testing.T) {
	b := newBatchRig(t, 1)
	b.drop(b.uris[0], b.file("in/b.txt", nil))
	b.file("out/results.jsonl", []byte(`{"status":"ok","id":"7","out":"a.png","plan_sha256":"00"}`+"\n"))
	b.editor.batch.folder = filepath.Join(b.dir, "out")
	b.editor.batch.page.edits.SetSelected("Older")
	test.Tap(b.editor.batch.page.start)
	b.settled("the question", func() bool { return b.editor.notices.bars[noticeBatch] != nil })
	bar := b.editor.notices.bars[noticeBatch]
	if !strings.Contains(bar.text, filepath.Join(b.dir, "out")) || len(bar.actions) != 2 {
		t.Fatalf("it says %q with %d answers", bar.text, len(bar.actions))
	}
	bar.actions[0].Do()
	b.ended()
	if s := b.snapshot(); s.Count(queue.Done) != 1 || s.Order.Folder != filepath.Join(b.dir, "in", "edited") {
		t.Errorf("%d done in %s", s.Count(queue.Done), s.Order.Folder)
	}
}

func TestPauseCloseAndGoOnInTheWindow(t *testing.T) {
	b := newBatchRig(t, 3)
	b.copier.gate = make(chan struct{})
	b.drop(b.uris...)
	p := b.editor.batch.page
	p.edits.SetSelected("Older")
	test.Tap(p.start)
	b.copier.gate <- struct{}{}
	b.settled("the second photo", func() bool {
		return len(p.shown.Items) == 3 && p.shown.Items[0].State == queue.Done && p.shown.Items[1].State == queue.Working
	})
	if p.start.Text != "Pause" || b.row(1).detail.Text != "Being edited…" || !b.row(2).action.Hidden {
		t.Errorf("button %q, row 2 %q", p.start.Text, b.row(1).detail.Text)
	}
	test.Tap(p.start)
	b.ended()
	if p.start.Text != "Go on" || b.row(1).detail.Text != "Waiting" || b.editor.notices.Text(noticeBatch) != "" {
		t.Errorf("paused: button %q, row 2 %q, notice %q", p.start.Text, b.row(1).detail.Text, b.editor.notices.Text(noticeBatch))
	}
	b.editor.openBatch("") // another one; the first is closed
	b.reopen()
	bar := b.editor.notices.bars[noticeBatch]
	if bar == nil || !strings.Contains(bar.text, "2 of 3") {
		t.Fatalf("after the restart: %+v", bar)
	}
	close(b.copier.gate)
	bar.actions[0].Do()
	b.ended()
	if s := b.snapshot(); s.Count(queue.Done) != 3 || len(b.copier.edits) != 3 {
		t.Errorf("%d done, %d drawn", s.Count(queue.Done), len(b.copier.edits))
	}
	if text := b.editor.notices.Text(noticeBatch); !strings.Contains(text, "3 pictures") {
		t.Errorf("at the end: %q", text)
	}
}

func TestDropsThatAddNothing(t *testing.T) {
	b := newBatchRig(t, 1)
	if err := os.MkdirAll(filepath.Join(b.dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.editor.droppedFiles([]fyne.URI{storage.NewFileURI(filepath.Join(b.dir, "empty"))})
	b.settled("a word about it", func() bool { return strings.Contains(b.editor.notices.Text(noticeBatch), "No photo was added") })
	web, err := storage.ParseURI("https://example.com/a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	b.editor.droppedFiles([]fyne.URI{web})
	if text := b.editor.notices.Text(noticeFailure); !strings.Contains(text, "no file of this computer") {
		t.Errorf("a web address: %q", text)
	}
	b.editor.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.editor.batch.shown() {
		t.Error("Escape does not leave the batch")
	}
	b.editor.droppedFiles(b.uris)
	b.settled("one photo to be opened", func() bool { return len(b.backend.opened) == 1 })
}

func TestThumbsOfTheListAreLoadedOneAtATime(t *testing.T) {
	var asked []string
	th := thumbs{load: func(path string) { asked = append(asked, path) }}
	for i := range 30 {
		if th.of(fmt.Sprint(i)) != nil {
			t.Fatal("a picture came from nowhere")
		}
	}
	if len(asked) != 1 || len(th.wanted) != maxThumbWanted {
		t.Fatalf("%q asked for, %d wait", asked, len(th.wanted))
	}
	img := image.NewGray(image.Rect(0, 0, 1, 1))
	th.done("0", img)
	if th.of("0") != img || len(asked) != 2 || asked[1] != "29" {
		t.Errorf("asked for %q, want the newest next", asked)
	}
	dir := t.TempDir()
	if photoThumb(filepath.Join(dir, "gone.jpg"), 10) != nil {
		t.Error("a picture of no file")
	}
}

// TestNoticesLeaveTheBatchItsControls: a notice lies above the page, and not over it.
func TestNoticesLeaveTheBatchItsControls(t *testing.T) {
	r := newRig(t)
	r.editor.win.Resize(fyne.NewSize(900, 600))
	r.editor.toggleBatch()
	page, driver := r.editor.batch.page, fyne.CurrentApp().Driver()
	before := driver.AbsolutePositionForObject(page.close).Y
	r.editor.notices.Show(noticeBatch, noticeWarning, "The batch is done, and some of its photos failed.")
	box := r.editor.notices.box
	foot := driver.AbsolutePositionForObject(box).Y + box.MinSize().Height
	if got := driver.AbsolutePositionForObject(page.close).Y; got < foot {
		t.Errorf("the button at %v lies below the notice, which ends at %v", got, foot)
	}
	if got := driver.AbsolutePositionForObject(page.start).Y + page.start.Size().Height; got > 600 {
		t.Errorf("the button that starts ends at %v of 600", got)
	}
	r.editor.notices.Clear(noticeBatch)
	if got := driver.AbsolutePositionForObject(page.close).Y; got != before {
		t.Errorf("without the notice: %v, want %v as before", got, before)
	}
}
