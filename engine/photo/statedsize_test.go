package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// A file states its size at its beginning, behind much metadata, or at its end.
func TestStatedSize(t *testing.T) {
	dir := t.TempDir()
	jpg := encoded(t, sample(8, 4), "jpeg")
	behind := jpg
	for range 3 {
		behind = phototest.Segment(behind, 0xe1, make([]byte, 60_000))
	}
	tiff := phototest.TIFF{
		Order: binary.BigEndian, Width: 400, Height: 300, Bits: 8, Samples: 1, Photometric: 1, Compression: 1,
		Value: func(x, y, s int) uint16 { return uint16(x) },
	}.Encode()
	if len(tiff) < headBytes || len(behind) < headBytes {
		t.Fatal("the files are too short for this test")
	}
	webp := fixture(t, "lossless.webp")
	cut := append(bytes.Clone(webp[:4]), 0, 0, 0, 0)
	cut = append(cut, webp[8:]...) // states the length 0
	for name, c := range map[string]struct {
		data []byte
		want image.Point
		err  error
	}{
		"jpeg":         {jpg, image.Pt(8, 4), nil},
		"metadata":     {behind, image.Pt(8, 4), nil},
		"turned":       {phototest.EXIFSegment(jpg, oriented(6)), image.Pt(8, 4), nil},
		"tiff":         {tiff, image.Pt(400, 300), nil},
		"webp":         {cut, sizeOf(t, webp), nil},
		"half a tiff":  {tiff[:len(tiff)/2], image.Point{}, ErrTruncated},
		"short":        {behind[:len(behind)-len(jpg)], image.Point{}, ErrTruncated},
		"text":         {bytes.Repeat([]byte("dear diary "), 10_000), image.Point{}, ErrNotImage},
		"empty":        {nil, image.Point{}, ErrNotImage},
		"no such file": {nil, image.Point{}, fs.ErrNotExist},
	} {
		path := filepath.Join(dir, name)
		if c.err != fs.ErrNotExist {
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := StatedSize(path); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v; want %v, %v", name, got, err, c.want, c.err)
		}
	}
	if _, err := StatedSize(dir); err == nil {
		t.Error("a folder has a size")
	}
}

func sizeOf(t *testing.T, data []byte) image.Point {
	t.Helper()
	p, err := DecodeBytes(data, "x")
	if err != nil {
		t.Fatal(err)
	}
	return p.Image.Rect.Size()
}
