package ui

import (
	"fmt"
	"image"
	"io"
	"path/filepath"

	"deltaedit/engine"
	"deltaedit/engine/photo"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"
)

// photoExtensions are the extensions that the open dialog lists. The engine looks at
// the data and not at the name.
var photoExtensions = []string{
	".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif",
	".JPG", ".JPEG", ".PNG", ".WEBP", ".BMP", ".TIF", ".TIFF", ".GIF",
}

// Names of preferences that are stored between starts.
const (
	prefOpenFolder   = "folder.open"
	prefExportFolder = "folder.export"
	prefAppearance   = "appearance"
	prefProvider     = "provider"
	prefStripPrivate = "export.strip-private"
)

// maxStream is the maximum size of a source that is not a file, in bytes.
const maxStream = 512 << 20

// openPath opens a file.
func (e *editor) openPath(path string) { e.openBoxed(path, nil) }

// openBoxed opens a file, with boxes around faces.
func (e *editor) openBoxed(path string, boxes []image.Rectangle) {
	if abs, err := filepath.Abs(path); err == nil && !photo.IsLink(path) { // the working directory may be another at the next start
		e.app.Preferences().SetString(prefOpenFolder, filepath.Dir(abs))
	}
	e.backend.OpenSource(engine.Source{Path: path, Name: filepath.Base(path), Boxes: boxes})
}

// droppedFiles opens a file that was dropped on the window. Several, or a folder, are for
// the batch, and so is every file while the batch is shown.
func (e *editor) droppedFiles(uris []fyne.URI) {
	switch {
	case len(uris) == 0:
	case len(uris) > 1 || e.batch.shown() || isFolder(uris[0]):
		e.addToBatch(uris)
	default:
		e.openURI(uris[0])
	}
}

// openURI opens a file by its path, and any other source by reading it. A link to the
// web is not followed: opening it fails with the advice to save the picture.
func (e *editor) openURI(uri fyne.URI) {
	switch uri.Scheme() {
	case "file":
		e.openFile(uri.Path())
		return
	case "http", "https":
		e.openPath(uri.String())
		return
	}
	data, err := readURI(uri)
	if err != nil {
		e.Failed(engine.Task{Kind: engine.TaskOpen, Name: uri.Name()}, err)
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
		return nil, fmt.Errorf("%w: its file has more than 512 MiB", photo.ErrTooLarge)
	}
	return data, nil
}

// showOpen asks for a photo to open.
func (e *editor) showOpen() {
	if e.dialogOpen() {
		return
	}
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil {
			e.Failed(engine.Task{Kind: engine.TaskOpen}, err)
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
	e.showFileDialog(d, prefOpenFolder)
}

// showFileDialog opens a dialog in the folder that was used last, as large as the window
// allows. Fyne 2.8.1 does not bear a size before the dialog is shown.
func (e *editor) showFileDialog(d *dialog.FileDialog, pref string) {
	if dir := e.app.Preferences().String(pref); dir != "" {
		if l, err := storage.ListerForURI(storage.NewFileURI(dir)); err == nil {
			d.SetLocation(l)
		}
	}
	d.Show()
	size := e.win.Canvas().Size()
	d.Resize(fyne.NewSize(fyne.Min(900, size.Width-4*spaceL), fyne.Min(640, size.Height-4*spaceL)))
}

// dialogOpen reports whether a dialog is already open.
func (e *editor) dialogOpen() bool { return e.win.Canvas().Overlays().Top() != nil }
