package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
)

// labels returns the texts of all labels below an object.
func labels(o fyne.CanvasObject) string {
	var texts []string
	for _, o := range test.LaidOutObjects(o) {
		if l, ok := o.(*widget.Label); ok {
			texts = append(texts, l.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// tapNotice taps the button of a notice.
func (r *rig) tapNotice(key noticeKey, title string) {
	r.t.Helper()
	for _, a := range r.editor.notices.bars[key].actions {
		if a.Title == title {
			a.Do()
			return
		}
	}
	r.t.Fatalf("the notice %q has no button %q", key, title)
}

func TestLicenceIsToldUntilItIsConfirmed(t *testing.T) {
	r := newRig(t)
	r.editor.tellLicence()
	if got := r.editor.notices.Text(noticeLicence); !strings.Contains(got, "non-commercial") || !strings.Contains(got, "StyleGAN2") {
		t.Fatalf("the notice says %q", got)
	}
	r.tapNotice(noticeLicence, "About…")
	about := r.win.Canvas().Overlays().Top()
	if about == nil {
		t.Fatal("About does not open")
	}
	if got := labels(about); !strings.Contains(got, engine.Version) || !strings.Contains(got, "non-commercial") {
		t.Errorf("About says %q", got)
	}
	r.editor.sheet.Hide()
	if r.app.Preferences().Bool(prefLicenceTold) || r.editor.notices.Text(noticeLicence) == "" {
		t.Error("reading About counts as a confirmation")
	}
	r.tapNotice(noticeLicence, "Understood")
	if r.editor.notices.Text(noticeLicence) != "" {
		t.Error("the notice stays after it was confirmed")
	}
	r.editor.tellLicence() // the next start
	if got := r.editor.notices.Text(noticeLicence); got != "" {
		t.Errorf("the next start says %q", got)
	}
}

func TestLicenceFolderIsBesideTheProgram(t *testing.T) {
	if got := licenceFolder(); got != "" {
		t.Fatalf("a program without licences has %q", got)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(filepath.Dir(program), "licences")
	if err := os.Mkdir(want, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(want) })
	if got := licenceFolder(); got != want {
		t.Errorf("want %q, got %q", want, got)
	}
}
