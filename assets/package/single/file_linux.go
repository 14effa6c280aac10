package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const mark = "deltaedit-single"

// errForm is wrapped when the file does not end as it should.
var errForm = errors.New("this file is not whole: fetch it again")

// bundle is what follows the program in the single file.
type bundle struct {
	// ID names the contents: other contents have another.
	ID string `json:"id"`
	// Files has the size of every file of the installation in bytes, by its
	// slash-separated path.
	Files map[string]int64 `json:"files"`

	packed *io.SectionReader // a tar.gz
}

// readBundle finds the bundle in a single file of that size.
func readBundle(file io.ReaderAt, size int64) (bundle, error) {
	end := make([]byte, 16+len(mark))
	if _, err := file.ReadAt(end, size-int64(len(end))); err != nil {
		return bundle{}, fmt.Errorf("%w: %w", errForm, err)
	}
	if string(end[16:]) != mark {
		return bundle{}, errForm
	}
	start, index := int64(binary.LittleEndian.Uint64(end)), int64(binary.LittleEndian.Uint64(end[8:]))
	last := size - int64(len(end))
	if start < 0 || index < start || last < index {
		return bundle{}, fmt.Errorf("%w: parts at %d and %d of %d bytes", errForm, start, index, size)
	}
	var b bundle
	if err := json.NewDecoder(io.NewSectionReader(file, index, last-index)).Decode(&b); err != nil {
		return bundle{}, fmt.Errorf("%w: %w", errForm, err)
	}
	if b.ID == "" || b.ID != filepath.Base(b.ID) || len(b.Files) == 0 {
		return bundle{}, fmt.Errorf("%w: contents %q with %d files", errForm, b.ID, len(b.Files))
	}
	b.packed = io.NewSectionReader(file, start, index-start)
	return b, nil
}

// bytes returns how much the bundle takes on the disk.
func (b bundle) bytes() int64 {
	var n int64
	for _, size := range b.Files {
		n += size
	}
	return n
}

// wholeIn reports whether a folder has all files of the bundle. Only sizes are compared:
// the program itself checks the hashes of its models.
func (b bundle) wholeIn(dir string) bool {
	for name, size := range b.Files {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !info.Mode().IsRegular() || info.Size() != size {
			return false
		}
	}
	return true
}
