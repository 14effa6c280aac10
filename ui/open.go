package ui

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"
)

// photoExtensions that the open dialog lists; the engine looks at the data,
// not at the name.
var photoExtensions = []string{
	".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif",
	".JPG", ".JPEG", ".PNG", ".WEBP", ".BMP", ".TIF", ".TIFF", ".GIF",
}

// Preferences that outlive the program.
const (
	prefOpenFolder   = "folder.open"
	prefExportFolder = "folder.export"
	prefAppearance   = "appearance"
	prefProvider     = "provider"
	prefStripPrivate = "export.strip-private"
)

// maxStream bounds what is read from a source that is not a file, in bytes.
const maxStream = 512 << 20

// openPath opens a file.
func (e *editor) openPath(path string) {
	if abs, err := filepath.Abs(path); err == nil { // the next start may be elsewhere
		e.app.Preferences().SetString(prefOpenFolder, filepath.Dir(abs))
	}
	e.backend.Open(path)
}

// droppedFiles opens the first of what was dropped on the window.
func (e *editor) droppedFiles(uris []fyne.URI) {
	if len(uris) == 0 {
		return
	}
	if len(uris) > 1 {
		e.notices.Show(noticeOpen, noticeInfo, lang.L("Opening the first of {{.Count}} files", map[string]any{"Count": len(uris)}))
	}
	e.openURI(uris[0])
}

// openURI opens a file by its path and anything else by reading it.
func (e *editor) openURI(uri fyne.URI) {
	if uri.Scheme() == "file" {
		e.openPath(uri.Path())
		return
	}
	data, err := readURI(uri)
	if err != nil {
		e.Failed("Opening "+uri.Name(), err)
		return
	}
	e.openStream(uri.Name(), data)
}

func readURI(uri fyne.URI) ([]byte, error) {
	r, err := storage.Reader(uri)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", uri, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxStream+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", uri, err)
	}
	if len(data) > maxStream {
		return nil, errors.New("the file is larger than 512 MiB: choose a smaller one")
	}
	return data, nil
}

// showOpen asks for a photo.
func (e *editor) showOpen() {
	if e.dialogOpen() {
		return
	}
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil {
			e.Failed("Opening a photo", err)
			return
		}
		if r == nil {
			return
		}
		uri := r.URI()
		_ = r.Close() // nothing was written
		e.openURI(uri)
	}, e.win)
	d.SetFilter(storage.NewExtensionFileFilter(photoExtensions))
	d.SetTitleText(lang.L("Open a photo"))
	e.placeDialog(d, prefOpenFolder)
	d.Show()
}

// placeDialog begins where the last one of its kind ended, and uses the
// window's space.
func (e *editor) placeDialog(d *dialog.FileDialog, pref string) {
	if dir := e.app.Preferences().String(pref); dir != "" {
		if l, err := storage.ListerForURI(storage.NewFileURI(dir)); err == nil {
			d.SetLocation(l)
		}
	}
	size := e.win.Canvas().Size()
	d.Resize(fyne.NewSize(fyne.Min(900, size.Width-4*spaceL), fyne.Min(640, size.Height-4*spaceL)))
}

// dialogOpen reports whether a dialog covers the window already.
func (e *editor) dialogOpen() bool { return e.win.Canvas().Overlays().Top() != nil }
