package ui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"

	"deltaedit/engine"
)

var errOverSource = errors.New("this is the photo itself: choose another name, the original is never overwritten")

// exportName is what an export of the subject is called unless someone says
// otherwise.
func exportName(sub engine.Subject) string {
	stem := strings.TrimSuffix(filepath.Base(sub.Name), filepath.Ext(sub.Name))
	if sub.Random {
		stem = fmt.Sprintf("face-%d", sub.Seed)
	}
	if stem == "" || stem == "." || stem == string(filepath.Separator) {
		stem = "face"
	}
	return stem + "-edited.png"
}

// pngPath gives the path the extension that its content will have.
func pngPath(path string) string {
	if strings.EqualFold(filepath.Ext(path), ".png") {
		return path
	}
	return path + ".png"
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	x, err := filepath.Abs(a)
	if err != nil {
		return false
	}
	y, err := filepath.Abs(b)
	if err != nil {
		return false
	}
	if x == y {
		return true
	}
	i, err := os.Stat(x)
	if err != nil {
		return false
	}
	j, err := os.Stat(y)
	return err == nil && os.SameFile(i, j)
}

// showExport asks where to save the picture.
func (e *editor) showExport() {
	if !e.open() || e.dialogOpen() {
		return
	}
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil {
			e.Failed("Exporting", err)
			return
		}
		if w == nil {
			return
		}
		uri := w.URI()
		_ = w.Close() // nothing was opened: see deferredFiles
		if uri.Scheme() != "file" {
			e.Failed("Exporting", fmt.Errorf("%s is not a place for files: choose a folder of this computer", uri))
			return
		}
		e.export(uri.Path())
	}, e.win)
	d.SetFileName(exportName(e.subject))
	d.SetTitleText(lang.L("Export PNG"))
	d.SetConfirmText(lang.L("Export"))
	d.SetFilter(storage.NewExtensionFileFilter([]string{".png", ".PNG"}))
	e.placeDialog(d, prefExportFolder)
	d.Show()
}

// export writes the picture to the path that the dialog gave; the dialog has
// asked already if that file exists.
func (e *editor) export(path string) {
	target := pngPath(path)
	if sameFile(target, e.subject.Path) || sameFile(path, e.subject.Path) {
		e.fail("Exporting", errOverSource)
		return
	}
	_, err := os.Lstat(target)
	if target == path || os.IsNotExist(err) {
		e.exportTo(target)
		return
	}
	dialog.ShowConfirm(lang.L("Overwrite?"),
		lang.L("{{.Name}} exists already. Overwrite it?", map[string]any{"Name": filepath.Base(target)}),
		func(yes bool) {
			if yes {
				e.exportTo(target)
			}
		}, e.win)
}

// setStripPrivate says whether exports leave out what tells of place, people
// and devices. It holds until it is changed.
func (e *editor) setStripPrivate(on bool) {
	e.app.Preferences().SetBool(prefStripPrivate, on)
}

// exportTo makes sure that the newest request is what the controls say and
// has the engine write it.
func (e *editor) exportTo(path string) {
	e.app.Preferences().SetString(prefExportFolder, filepath.Dir(path))
	e.hold(false)
	stale := e.last.StripPrivate != e.app.Preferences().Bool(prefStripPrivate)
	if stale || e.sliderTimer.Waiting() || e.promptTimer.Waiting() || e.resizeTimer.Waiting() {
		e.sliderTimer.Stop()
		e.promptTimer.Stop()
		e.resizeTimer.Stop()
		e.postRequest(engine.QualityRest)
	}
	e.backend.Export(path)
}
