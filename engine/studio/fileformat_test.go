package studio

import (
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// TestExportAsTheFileSays: format by the path, size and care for existing files by the
// request.
func TestExportAsTheFileSays(t *testing.T) {
	s, _, _ := onTable(t)
	r := smile(1)
	r.File = photo.Encoding{Longest: 120, Quality: 80, New: true}
	for name, format := range map[string]string{"a.jpg": "jpeg", "a.JPEG": "jpeg", "a.png": "png"} {
		path := filepath.Join(t.TempDir(), name)
		if err := s.Export(t.Context(), r, path, engine.Timings{}, quiet); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		config, got, err := image.DecodeConfig(f)
		f.Close()
		size := image.Pt(config.Width, config.Height)
		want, sizeErr := s.Size(r)
		if err != nil || sizeErr != nil || got != format || size != image.Pt(120, 100) || size != want {
			t.Errorf("%s: a %s of %v (Size says %v): %v, %v", name, got, size, want, err, sizeErr)
		}
		if err := s.Export(t.Context(), r, path, engine.Timings{}, quiet); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s again: %v", name, err)
		}
	}
	r.File.Quality = 1000
	if err := s.Export(t.Context(), r, filepath.Join(t.TempDir(), "a.jpg"), engine.Timings{}, quiet); err == nil {
		t.Error("a quality of 1000 was accepted")
	}
}
