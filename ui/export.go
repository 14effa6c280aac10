package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// exportName returns the default file name for an export of the subject.
func exportName(sub engine.Subject, ending string) string {
	return exportStem(sub) + "-edited" + ending
}

// exportStem returns how the names of files made of the subject begin.
func exportStem(sub engine.Subject) string {
	stem := strings.TrimSuffix(filepath.Base(sub.Name), filepath.Ext(sub.Name))
	if sub.Random {
		stem = fmt.Sprintf("face-%d", sub.Seed)
	}
	if stem == "" || stem == "." || stem == string(filepath.Separator) {
		stem = "face"
	}
	return stem
}

// sameFile reports whether two paths refer to the same file.
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

// showExport asks where to save the image.
func (e *editor) showExport() {
	if !e.open() || e.dialogOpen() {
		return
	}
	e.askWhereToSave(saveDialog{
		task:    engine.TaskExport,
		name:    exportName(e.subject, e.exportExtension()),
		title:   lang.L("Export: the name’s ending, .png, .jpg or .webp, chooses the format"),
		short:   lang.L("Export"),
		endings: []string{".png", ".jpg", ".jpeg", ".webp"},
	}, e.export)
}

// export writes the image to the path chosen in the dialog. The dialog has already
// asked whether to replace an existing file.
func (e *editor) export(path string) {
	target := withExtension(path, e.exportExtension())
	if sameFile(target, e.subject.Path) || sameFile(path, e.subject.Path) || e.overOriginal(target) || e.overOriginal(path) {
		e.fail(engine.Task{Kind: engine.TaskExport}, engine.ErrOverSource)
		return
	}
	_, err := os.Lstat(target)
	if target == path || os.IsNotExist(err) {
		e.exportTo(target)
		return
	}
	e.confirm(lang.L("Overwrite?"),
		lang.L("{{.Name}} exists already. Overwrite it?", map[string]any{"Name": filepath.Base(target)}),
		func() { e.exportTo(target) })
}

// setStripPrivate sets whether exports omit metadata about place, people and devices.
// It stays in effect until it is changed.
func (e *editor) setStripPrivate(on bool) {
	e.app.Preferences().SetBool(prefStripPrivate, on)
}

// exportTo writes the image as the preferences say.
func (e *editor) exportTo(path string) {
	e.app.Preferences().SetString(prefExportFolder, filepath.Dir(path))
	e.exportAs(path, e.fileOptions())
}

// exportAs makes sure that the newest request matches the controls and the file's options,
// and lets the engine write it.
func (e *editor) exportAs(path string, file photo.Encoding) {
	e.hold(false)
	stale := e.last.StripPrivate != e.app.Preferences().Bool(prefStripPrivate) || e.last.File != file || e.compare.asked != 0
	e.file = file
	if stale || e.sliderTimer.Waiting() || e.promptTimer.Waiting() || e.resizeTimer.Waiting() {
		e.sliderTimer.Stop()
		e.promptTimer.Stop()
		e.resizeTimer.Stop()
		e.postRequest(engine.QualityRest)
	}
	e.backend.Export(path)
}
