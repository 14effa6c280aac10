package photo

import (
	"fmt"
	"image"
	"io"
	"path/filepath"
	"strings"

	"deltaedit/engine/photo/webpwrite"
)

// FileFormat is a format that exports are written in.
type FileFormat string

// File formats.
const (
	PNG  FileFormat = "PNG"  // lossless, with every text and up to 16 bits
	JPEG FileFormat = "JPEG" // small, 8 bits, without transparency and without texts
	WebP FileFormat = "WebP" // smaller still, 8 bits, with the texts in its XMP packet
)

// Bounds on Encoding.Quality and Encoding.Longest.
const (
	MinQuality     = 1
	MaxQuality     = 100
	DefaultQuality = 92
	MinLongest     = 16
	MaxLongest     = 30_000
)

// Encoding says how an export is written. The zero Encoding is the photo's own size, and
// DefaultQuality.
type Encoding struct {
	// Quality is that of a JPEG or a WebP, MinQuality to MaxQuality; 0 is DefaultQuality. A
	// PNG loses nothing.
	Quality int
	// Lossless makes a WebP that loses nothing either; other formats do not look at it.
	Lossless bool
	// Longest is the length in pixels that the longer side is reduced to, MinLongest to
	// MaxLongest; 0 keeps the size. Pictures are never enlarged.
	Longest int
	// New makes an existing file an error (fs.ErrExist) instead of replacing it.
	New bool
}

// FormatOf returns the format that a file's name asks for, by its ending. Without an
// ending that is known it is PNG, and false.
func FormatOf(path string) (FileFormat, bool) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		return PNG, true
	case ".jpg", ".jpeg":
		return JPEG, true
	case ".webp":
		return WebP, true
	}
	return PNG, false
}

// CheckSize returns an error if a picture of this size, in pixels, cannot be written in the
// format.
func (f FileFormat) CheckSize(size image.Point) error {
	if f == WebP {
		return webpwrite.CheckSize(size)
	}
	return nil
}

// Check returns an error for values out of range.
func (e Encoding) Check() error {
	if e.Quality != 0 && (e.Quality < MinQuality || e.Quality > MaxQuality) {
		return fmt.Errorf("quality %d: want %d to %d", e.Quality, MinQuality, MaxQuality)
	}
	if e.Longest != 0 && (e.Longest < MinLongest || e.Longest > MaxLongest) {
		return fmt.Errorf("longest %d: want %d to %d pixels", e.Longest, MinLongest, MaxLongest)
	}
	return nil
}

// quality returns the quality, DefaultQuality where none is asked for.
func (e Encoding) quality() int {
	if e.Quality == 0 {
		return DefaultQuality
	}
	return e.Quality
}

// Size returns the size in pixels that a picture of the given size is written in.
func (e Encoding) Size(size image.Point) image.Point {
	return Fit(size, image.Pt(e.Longest, e.Longest))
}

// Encode writes img in a format, with its metadata; of meta, a JPEG carries the
// profile, EXIF data and the XMP packet, and a WebP the texts as well whose keywords are
// names in XML. The picture is reduced first, if e asks for that.
func Encode(w io.Writer, img image.Image, format FileFormat, e Encoding, meta Metadata) error {
	if err := e.Check(); err != nil {
		return err
	}
	if img == nil || img.Bounds().Empty() {
		return fmt.Errorf("encode %s: the picture is empty", format)
	}
	img = Reduce(img, e.Size(img.Bounds().Size()))
	switch format {
	case JPEG:
		return encodeJPEG(w, img, e.quality(), meta)
	case WebP:
		return encodeWebP(w, img, e, meta)
	}
	return EncodePNG(w, img, meta)
}
