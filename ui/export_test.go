package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExportName(t *testing.T) {
	for _, tc := range []struct {
		sub  engine.Subject
		want string
	}{
		{engine.Subject{Name: "portrait.jpg"}, "portrait-edited.png"},
		{engine.Subject{Name: "two.dots.tiff"}, "two.dots-edited.png"},
		{engine.Subject{Name: "no extension"}, "no extension-edited.png"},
		{engine.Subject{Name: "/etc/passwd"}, "passwd-edited.png"},
		{engine.Subject{Name: ".jpg"}, "face-edited.png"},
		{engine.Subject{Name: ""}, "face-edited.png"},
		{engine.Subject{Random: true, Seed: -3, Name: "x"}, "face--3-edited.png"},
	} {
		if got := exportName(tc.sub, ".png"); got != tc.want {
			t.Errorf("%+v: want %q, got %q", tc.sub, tc.want, got)
		}
	}
}

func TestWithExtension(t *testing.T) {
	for in, want := range map[string]string{
		"/a/b.png": "/a/b.png", "/a/b.PNG": "/a/b.PNG", "/a/b": "/a/b.png", "/a/b.jpg": "/a/b.jpg", "/a/b.JPEG": "/a/b.JPEG", "/a/b.txt": "/a/b.txt.png", "/a.png/b": "/a.png/b.png",
	} {
		if got := withExtension(in, ".png"); got != want {
			t.Errorf("%s: want %s, got %s", in, want, got)
		}
	}
}

func TestSameFile(t *testing.T) {
	dir := t.TempDir()
	a := write(t, filepath.Join(dir, "a.png"), "a")
	b := write(t, filepath.Join(dir, "b.png"), "b")
	link, hard := filepath.Join(dir, "link.png"), filepath.Join(dir, "hard.png")
	if err := os.Symlink(a, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(a, hard); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{a, a, true},
		{a, filepath.Join(dir, "x", "..", "a.png"), true},
		{link, a, true},
		{hard, a, true},
		{a, b, false},
		{a, "", false},
		{filepath.Join(dir, "missing"), a, false},
	} {
		if got := sameFile(tc.a, tc.b); got != tc.want {
			t.Errorf("%s, %s: want %v", tc.a, tc.b, tc.want)
		}
	}
}

func TestExportRefusesTheSource(t *testing.T) {
	dir := t.TempDir()
	photo := write(t, filepath.Join(dir, "a.png"), "pixels")
	link := filepath.Join(dir, "link.png")
	if err := os.Symlink(photo, link); err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.photo(engine.Subject{Path: photo, Name: "a.png"})
	for _, path := range []string{photo, filepath.Join(dir, "a"), link} {
		r.editor.notices.Clear(noticeFailure)
		r.editor.export(path)
		if len(r.backend.exported) != 0 {
			t.Fatalf("%s: exported over the photo", path)
		}
		if r.editor.notices.Text(noticeFailure) == "" {
			t.Errorf("%s: nothing says why", path)
		}
	}
	other := filepath.Join(dir, "b")
	r.editor.export(other)
	if len(r.backend.exported) != 1 || r.backend.exported[0] != other+".png" {
		t.Errorf("want %s.png exported, got %q", other, r.backend.exported)
	}
}

func TestExportAsksBeforeTheAddedExtensionOverwrites(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b.png"), "old")
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	r.editor.export(filepath.Join(dir, "b"))
	if len(r.backend.exported) != 0 || !r.editor.dialogOpen() {
		t.Fatal("did not ask")
	}
}

func TestExportTakesWhatTheControlsSay(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	r.target("old face")
	r.editor.panel.strength.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(250, 10)}})
	want := r.editor.panel.strength.Value()
	r.editor.hold(true)
	r.editor.export(filepath.Join(t.TempDir(), "b.png"))
	got := r.backend.requests[r.backend.exportedOf[0]-1]
	if len(got.Edits) != 1 || got.Edits[0].Strength != want || got.Quality != engine.QualityRest {
		t.Errorf("exported %+v, want strength %v at rest", got, want)
	}
}

func TestExportWithoutPrivateData(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	for _, on := range []bool{true, false} {
		r.editor.setStripPrivate(on)
		r.editor.export(filepath.Join(t.TempDir(), "b.png"))
		of := r.backend.exportedOf[len(r.backend.exportedOf)-1]
		if got := r.backend.requests[of-1]; got.StripPrivate != on {
			t.Errorf("want private data stripped %t, got %+v", on, got)
		}
	}
	// The choice holds for the next photo.
	r.editor.setStripPrivate(true)
	r.photo(engine.Subject{Name: "b.jpg", Photo: 2})
	before := len(r.backend.requests)
	r.editor.export(filepath.Join(t.TempDir(), "c.png"))
	if !r.backend.newest().StripPrivate || len(r.backend.requests) != before {
		t.Errorf("%d requests for an export that changes nothing, the newest %+v", len(r.backend.requests)-before, r.backend.newest())
	}
}

func TestPhotoNotices(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg", Notices: []photo.Notice{photo.NoticeCMYK, "something new"}})
	if got := r.editor.notices.Text(noticePhoto); !strings.Contains(got, "CMYK") || !strings.Contains(got, "\nSomething new.") {
		t.Errorf("notice %q", got)
	}
	for _, n := range []photo.Notice{
		photo.NoticeCMYK, photo.NoticeMetadataDamaged, photo.NoticeProfileDamaged, photo.NoticeProfileMisfit, photo.NoticeProfileTables,
	} {
		if want, got := sentence(string(n))+".", photoNotice(n); got != want {
			t.Errorf("the window says %q, the command line %q", got, want)
		}
	}
	r.photo(engine.Subject{Name: "b.jpg"})
	if got := r.editor.notices.Text(noticePhoto); got != "" {
		t.Errorf("the next photo has the notice %q", got)
	}
}

// The library's dialog opens a writer that empties the file; nothing may be
// lost before the engine has agreed.
func TestDeferredFilesTouchNothingBeforeAWrite(t *testing.T) {
	test.NewTempApp(t)
	for range 2 {
		if err := deferFiles(); err != nil {
			t.Fatal(err)
		}
	}
	path := write(t, filepath.Join(t.TempDir(), "a.png"), "precious")
	content := func() string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	w, err := storage.Writer(storage.NewFileURI(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := content(); got != "precious" {
		t.Fatalf("opening a writer changed the file to %q", got)
	}
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("a closed writer writes")
	}
	w, err = storage.Writer(storage.NewFileURI(path))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := content(); got != "new" {
		t.Errorf("want %q, got %q", "new", got)
	}
}
