package engine

import (
	"context"
	"image"
	"path/filepath"
	"time"

	"deltaedit/engine/photo"
)

// Decoded is a photo whose pixels have been read and about which nothing has
// been computed yet. It belongs to whoever decoded it until OpenDecoded takes
// it; nobody changes it after that.
type Decoded struct {
	src   Source
	photo *photo.Photo
	sum   string // SHA-256 of the file, in hexadecimal
	took  time.Duration
}

// Decode reads a photo's file. It needs no models and may be called from any
// goroutine, also several at a time. Errors are those of Studio.Open about the
// file and its format.
func Decode(src Source) (*Decoded, error) {
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

// OpenDecoded is Open for a photo that has been decoded before: it finds the
// faces. The time that decoding took is added to t as well.
func (s *Studio) OpenDecoded(ctx context.Context, id uint64, d *Decoded, t Timings, report Report) (Subject, error) {
	if t != nil {
		t[lapDecode] += d.took
	}
	return s.lay(ctx, id, d, t, report)
}
