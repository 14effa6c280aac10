package studio

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// A picture that waits to be written is what Export writes, whatever the studio
// does meanwhile.
func TestRenderIsWhatExportWrites(t *testing.T) {
	s, _, path := onTable(t)
	other := writePhoto(t)
	square := smile(1)
	square.Aligned = true
	for name, r := range map[string]engine.Request{"edit": smile(1), "untouched": smile(0), "aligned": square} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, nil, quiet); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "o.png")
			if err := s.Export(t.Context(), r, out, engine.Timings{}, quiet); err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			pic, err := s.Render(t.Context(), r, engine.Timings{}, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if size, err := s.Size(r); err != nil || pic.Size() != size {
				t.Errorf("size %v, want %v, %v", pic.Size(), size, err)
			}
			var got bytes.Buffer
			done := make(chan error)
			go func() { done <- pic.Encode(&got) }()
			if _, err := s.Open(t.Context(), 2, engine.Source{Path: other}, nil, quiet); err != nil {
				t.Error(err)
			}
			next := smile(-1)
			next.Photo = 2
			if _, err := s.Render(t.Context(), next, engine.Timings{}, quiet); err != nil {
				t.Error(err)
			}
			if err := <-done; err != nil || !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%v, other bytes than Export's: %t", err, !bytes.Equal(got.Bytes(), want))
			}
			if err := pic.CheckTarget(path); !errors.Is(err, photo.ErrWouldOverwriteSource) {
				t.Errorf("over the photo: %v", err)
			}
		})
	}
}

func TestOpenDecodedIsOpen(t *testing.T) {
	s, _, path := onTable(t)
	want, err := s.Open(t.Context(), 5, engine.Source{Path: path}, nil, quiet)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Decode(engine.Source{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	timings := engine.Timings{}
	got, err := s.OpenDecoded(t.Context(), 5, d, timings, quiet)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if timings[engine.TimingDecode] <= 0 || timings[engine.TimingDetect] < 0 || d.Size() != want.Size || d.SHA256() != s.current.source.SHA256 {
		t.Errorf("timings %v, size %v, hash %s", timings, d.Size(), d.SHA256())
	}
	if _, err := Decode(engine.Source{Path: path + "x"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing photo: %v", err)
	}
}

// What was decoded while the pack was loaded is opened once, and only for its own path.
func TestPhotoDecodedAhead(t *testing.T) {
	s, _, path := onTable(t)
	other := writePhoto(t)
	want, err := s.Open(t.Context(), 5, engine.Source{Path: path}, nil, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ahead := func() {
		s.ahead.path, s.ahead.decode = path, decodeAhead(path)
		if _, err := s.ahead.decode(); err != nil { // as Open, so that the file may go
			t.Fatal(err)
		}
	}
	ahead()
	if got, err := s.Open(t.Context(), 6, engine.Source{Path: other}, nil, quiet); err != nil || got.Path != other {
		t.Errorf("another photo: %+v, %v", got, err)
	}
	ahead()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	timings := engine.Timings{}
	got, err := s.Open(t.Context(), 5, engine.Source{Path: path}, timings, quiet)
	if err != nil || !reflect.DeepEqual(got, want) || timings[engine.TimingDecode] <= 0 {
		t.Errorf("got %+v, %v in %v; want %+v", got, err, timings, want)
	}
	if _, err := s.Open(t.Context(), 5, engine.Source{Path: path}, nil, quiet); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opened again: %v", err)
	}
	s.ahead.path, s.ahead.decode = path, decodeAhead(path)
	if _, err := s.Open(t.Context(), 5, engine.Source{Path: path}, nil, quiet); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("decoding ahead failed with %v", err)
	}
}
