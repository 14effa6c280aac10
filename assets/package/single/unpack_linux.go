package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// unpack writes the files of a tar.gz into a folder. Nothing is written outside of it.
func unpack(packed io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	unzipped, err := gzip.NewReader(packed)
	if err != nil {
		return fmt.Errorf("%w: %w", errForm, err)
	}
	for archive := tar.NewReader(unzipped); ; {
		h, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			// The checksum stands after the last entry.
			if _, err := io.Copy(io.Discard, unzipped); err != nil {
				return fmt.Errorf("%w: %w", errForm, err)
			}
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", errForm, err)
		}
		if err := write(root, h, archive); err != nil {
			return fmt.Errorf("unpack %s: %w", h.Name, err)
		}
	}
}

// write writes one entry.
func write(root *os.Root, h *tar.Header, content io.Reader) error {
	name := filepath.Clean(filepath.FromSlash(h.Name))
	switch h.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	case tar.TypeReg:
		f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, os.FileMode(h.Mode)&0o755)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Close())
	default:
		return fmt.Errorf("%w: an entry of type %q", errForm, h.Typeflag)
	}
}
