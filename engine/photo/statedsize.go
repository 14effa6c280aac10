package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"path/filepath"
)

// headBytes is how much of a file StatedSize reads first. Most files state their size
// within it.
const headBytes = 64 << 10

// StatedSize returns the size in pixels that the photo at path states, before it is
// turned upright. It reads the whole file only if the size is not at its beginning, as
// in most TIFFs. The size may be beyond the limits of Open. Errors are Open's.
func StatedSize(path string) (image.Point, error) {
	f, length, err := openFile(path)
	if err != nil {
		return image.Point{}, err
	}
	defer f.Close()
	name := filepath.Base(path)
	data, err := readAll(io.LimitReader(f, headBytes), min(length, headBytes), name)
	if err != nil {
		return image.Point{}, err
	}
	config, format, err := configOf(data)
	if err != nil && !errors.Is(err, image.ErrFormat) && length > headBytes {
		if data, err = readAll(io.MultiReader(bytes.NewReader(data), f), length, name); err != nil {
			return image.Point{}, err
		}
		config, format, err = configOf(data)
	}
	if err != nil {
		return image.Point{}, fmt.Errorf("read %s: %w", name, classify(err, format, data))
	}
	return image.Pt(config.Width, config.Height), nil
}
