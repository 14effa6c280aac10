package ui

import (
	"errors"
	"fmt"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage/repository"
)

// fileRepository is the full set of interfaces that Fyne's own file repository
// implements.
type fileRepository interface {
	repository.AppendableRepository
	repository.ListableRepository
	repository.HierarchicalRepository
	repository.DeleteAllRepository
	repository.CopyableRepository
	repository.MovableRepository
}

// deferredFiles is Fyne's file repository, except that a writer opens its file at the
// first Write. Fyne's save dialog returns a writer that has already truncated the
// chosen file. The engine writes to a temporary file and renames it, and may refuse to
// write, so the old file must not be lost before that.
type deferredFiles struct{ fileRepository }

// deferFiles registers deferredFiles. Calling it again does nothing.
func deferFiles() error {
	r, err := repository.ForScheme("file")
	if err != nil {
		return fmt.Errorf("ui: find the repository of files: %w", err)
	}
	if _, done := r.(deferredFiles); done {
		return nil
	}
	files, ok := r.(fileRepository)
	if !ok {
		return fmt.Errorf("ui: the repository of files is a %T that lacks a method", r)
	}
	repository.Register("file", deferredFiles{files})
	return nil
}

// Writer returns a writer that does not touch the file before the first Write.
func (d deferredFiles) Writer(u fyne.URI) (fyne.URIWriteCloser, error) {
	return &deferredWriter{uri: u, open: d.fileRepository.Writer}, nil
}

// CanWrite asks Fyne's repository.
func (d deferredFiles) CanWrite(u fyne.URI) (bool, error) { return d.fileRepository.CanWrite(u) }

var _ io.WriteCloser = (*deferredWriter)(nil)

type deferredWriter struct {
	uri    fyne.URI
	open   func(fyne.URI) (fyne.URIWriteCloser, error)
	file   fyne.URIWriteCloser
	closed bool
}

// URI returns where the writer writes to.
func (w *deferredWriter) URI() fyne.URI { return w.uri }

func (w *deferredWriter) Write(p []byte) (int, error) {
	if w.closed {
		return 0, errors.New("write to a closed file")
	}
	if w.file == nil {
		f, err := w.open(w.uri)
		if err != nil {
			return 0, err
		}
		w.file = f
	}
	return w.file.Write(p)
}

func (w *deferredWriter) Close() error {
	w.closed = true
	if w.file == nil {
		return nil
	}
	return w.file.Close()
}
