package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"

	"deltaedit/engine"
)

// saveDialog says what a dialog that asks where to save something shows.
type saveDialog struct {
	task    engine.TaskKind // that failed, where the dialog fails
	name    string          // of the file, to begin with
	title   string
	short   string   // the title where there is no room for it
	endings []string // of the files that are listed, in lower case
}

// askWhereToSave asks where to save something and calls save with the path. The dialog asks
// whether to replace an existing file.
func (e *editor) askWhereToSave(s saveDialog, save func(path string)) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil {
			e.Failed(engine.Task{Kind: s.task}, err)
			return
		}
		if w == nil {
			return
		}
		uri := w.URI()
		_ = w.Close() // nothing was opened: see deferredFiles
		if uri.Scheme() != "file" {
			e.Failed(engine.Task{Kind: s.task}, fmt.Errorf("%s: %w", uri, errRemote))
			return
		}
		save(uri.Path())
	}, e.win)
	d.SetFileName(s.name)
	d.SetTitleText(e.fittingTitle(s.title, s.short))
	d.SetConfirmText(lang.L("Export"))
	endings := slices.Clone(s.endings)
	for _, ending := range s.endings {
		endings = append(endings, strings.ToUpper(ending))
	}
	d.SetFilter(storage.NewExtensionFileFilter(endings))
	e.showFileDialog(d, prefExportFolder)
}
