package webpwrite

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/HugoSmits86/nativewebp"
	"github.com/gen2brain/webp"
)

// MaxSide is the longest side of a WebP in pixels.
const MaxSide = 1<<14 - 1

// ErrSize is returned for a picture that no WebP can hold.
var ErrSize = errors.New("a picture is too large for a WebP")

// Metadata is what a WebP holds beside its pixels, nil for what it does not.
type Metadata struct {
	ICC  []byte // a colour profile
	Exif []byte // a TIFF block
	XMP  []byte // a packet
}

// CheckSize returns an error that wraps ErrSize if a picture of this size, in pixels, fits no
// WebP.
func CheckSize(size image.Point) error {
	if size.X > MaxSide || size.Y > MaxSide {
		return fmt.Errorf("%w: %d×%d pixels, want at most %d a side: reduce its longer side, or write a PNG", ErrSize, size.X, size.Y, MaxSide)
	}
	return nil
}

// effort is libwebp's "method", 0 to 6. From 3 it takes three times as long, for files that
// are no smaller at the qualities that photos are exported in.
const effort = 2

// Lossy writes img with loss: quality is 1 to 100. 12 megapixels take 1.5 s and 140 MB beside
// the image. Safe for concurrent use.
func Lossy(w io.Writer, img *image.NRGBA, quality int, meta Metadata) error {
	if err := check(img); err != nil {
		return err
	}
	var pixels bytes.Buffer
	if err := webp.Encode(&pixels, planes(img), webp.Options{Quality: quality, Method: effort}); err != nil {
		return err
	}
	return write(w, pixels.Bytes(), img, meta)
}

// Lossless writes img without loss, but for the colours of pixels that are fully transparent.
// 12 megapixels take 6 s and 345 MB beside the image. Safe for concurrent use.
func Lossless(w io.Writer, img *image.NRGBA, meta Metadata) error {
	if err := check(img); err != nil {
		return err
	}
	var pixels bytes.Buffer
	if err := nativewebp.Encode(&pixels, img, &nativewebp.Options{CompressionLevel: nativewebp.BestSpeed}); err != nil {
		return err
	}
	return write(w, pixels.Bytes(), img, meta)
}

func check(img *image.NRGBA) error {
	if img.Rect.Empty() {
		return errors.New("the picture is empty")
	}
	return CheckSize(img.Rect.Size())
}
