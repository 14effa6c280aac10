package ui

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/ui/clipimage"
)

// copies is what is known of a copy that the engine writes. It belongs to the UI thread.
type copies struct {
	// folder holds the file that becomes the clipboard's picture, "" for none.
	folder string
}

// saveBeside writes the image beside the photo under a name that is free, without asking.
// A photo that has no file is exported in the usual way.
func (e *editor) saveBeside() {
	if !e.open() || e.dialogOpen() {
		return
	}
	if e.subject.Path == "" {
		e.showExport()
		return
	}
	file := e.fileOptions()
	file.New = true
	e.exportAs(freePath(filepath.Join(filepath.Dir(e.subject.Path), exportName(e.subject, e.exportExtension()))), file)
}

// copyImage puts the image on the clipboard, in its own size. The engine writes it into a
// temporary file first.
func (e *editor) copyImage() {
	if !e.open() || e.copies.folder != "" {
		return
	}
	dir, err := os.MkdirTemp("", "deltaedit-copy-")
	if err != nil {
		e.Failed(engine.Task{Kind: engine.TaskExport}, err)
		return
	}
	e.copies.folder = dir
	e.exportAs(filepath.Join(dir, "picture.png"), photo.Encoding{})
}

// copied puts the file that was exported on the clipboard when it is the one for it, and
// reports whether it is.
func (e *editor) copied(path string) bool {
	dir := e.copies.folder
	if dir == "" || filepath.Dir(path) != dir {
		return false
	}
	e.copies.folder = ""
	go func() {
		data, err := os.ReadFile(path)
		_ = os.RemoveAll(dir)
		if err == nil {
			err = e.clipboard.Write(data)
		}
		e.post(func() {
			if err != nil {
				e.clipboardFailed(err)
				return
			}
			e.notices.Show(noticeExport, noticeSuccess, lang.L("Copied the picture to the clipboard"))
			e.exportTimer.Trigger(func() { e.notices.Clear(noticeExport) })
		})
	}()
	return true
}

// copyFailed forgets the copy after an export has failed.
func (e *editor) copyFailed() {
	if dir := e.copies.folder; dir != "" {
		e.copies.folder = ""
		_ = os.RemoveAll(dir) // in the folder for temporary files
	}
}

// paste opens the picture on the clipboard, or the file that the clipboard's text names.
func (e *editor) paste() {
	if e.dialogOpen() {
		return
	}
	text := e.app.Clipboard().Content()
	go func() {
		data, err := e.clipboard.Read()
		path := ""
		if err != nil {
			path = pathIn(text)
		}
		e.post(func() {
			switch {
			case err == nil:
				e.openStream(lang.L("Pasted picture"), data)
			case path != "":
				e.openURI(storage.NewFileURI(path))
			default:
				e.clipboardFailed(err)
			}
		})
	}()
}

// clipboardFailed says why a picture was not copied or pasted.
func (e *editor) clipboardFailed(err error) {
	e.log.Warn("Clipboard", "error", err)
	text := err.Error()
	switch {
	case errors.Is(err, clipimage.ErrNone):
		text = lang.L("There is no picture on the clipboard: copy one in another program first.")
	case errors.Is(err, clipimage.ErrUnavailable) && strings.Contains(text, "wl-clipboard"):
		text = lang.L("The clipboard's pictures cannot be reached: install the package wl-clipboard.")
	case errors.Is(err, clipimage.ErrUnavailable):
		text = lang.L("The clipboard's pictures cannot be reached on this system.")
	}
	e.notices.Show(noticeFailure, noticeWarning, sentence(text))
}

// pathIn returns the file that a text names, as a path or as a file's address, or "".
func pathIn(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "file://") {
		uri, err := storage.ParseURI(line)
		if err != nil {
			return ""
		}
		line = uri.Path()
	}
	if !filepath.IsAbs(line) {
		return ""
	}
	if info, err := os.Stat(line); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return line
}
