package studio

import (
	"context"
	"image"
	"path/filepath"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// Decoded is a photo that was decoded but not opened. After OpenDecoded nobody may
// change it.
type Decoded struct {
	src   engine.Source
	photo *photo.Photo
	sum   string // SHA-256 of the file, in hexadecimal
	took  time.Duration
}

// Decode reads a photo's file. It needs no models and is safe for concurrent use. Its
// errors are about the file and its format.
func Decode(src engine.Source) (*Decoded, error) {
	if src.Name == "" {
		src.Name = filepath.Base(src.Path)
	}
	start := time.Now()
	ph, sum, err := decode(src)
	if err != nil {
		return nil, err
	}
	return &Decoded{src: src, photo: ph, sum: sum, took: time.Since(start)}, nil
}

// Size returns the photo's size in pixels, upright.
func (d *Decoded) Size() image.Point { return d.photo.Image.Rect.Size() }

// SHA256 returns the hash of the photo's file, in hexadecimal.
func (d *Decoded) SHA256() string { return d.sum }

// OpenDecoded is Open for a photo that was decoded before. The time of decoding is
// added to t, too.
func (s *Studio) OpenDecoded(ctx context.Context, id uint64, d *Decoded, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error) {
	if t != nil {
		t[engine.TimingDecode] += d.took
	}
	return s.openPhoto(ctx, id, d, t, progress)
}
