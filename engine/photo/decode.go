package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // decoder
	_ "image/jpeg" // decoder
	_ "image/png"  // decoder
	"io"
	"os"
	"path/filepath"
	"strings"

	_ "golang.org/x/image/bmp"  // decoder
	_ "golang.org/x/image/tiff" // decoder
	_ "golang.org/x/image/webp" // decoder
)

// Limits of what is decoded. A picture of MaxPixels takes 480 MB.
const (
	MaxPixels = 120_000_000
	MaxSide   = 30_000
	MaxBytes  = 512 << 20 // of a file
)

// Photo is a decoded photograph. Its owner may change Image.
type Photo struct {
	// Image is upright, has its origin at (0, 0) and straight alpha.
	Image *image.NRGBA
	// Format is the decoder's name: jpeg, png, gif, webp, tiff or bmp.
	Format string
	// Path is the file it was opened from, "" when it was decoded from data.
	Path string
	// Orientation is the file's EXIF orientation, 1 to 8, already applied.
	Orientation int
	// ICC is the file's RGB colour profile, nil when it has none. The pixels
	// are not converted.
	ICC []byte
}

// Open reads the photo at path. Errors name the file and wrap one of this
// package's errors or the operating system's.
func Open(path string) (*Photo, error) {
	name := filepath.Base(path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open photo: %s is not a file", path)
	}
	if info.Size() > MaxBytes {
		return nil, tooManyBytes(name)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	defer f.Close()
	p, err := Decode(f, name)
	if err != nil {
		return nil, err
	}
	p.Path = path
	return p, nil
}

// Decode reads a photo from r to its end; name is for messages only.
func Decode(r io.Reader, name string) (*Photo, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > MaxBytes {
		return nil, tooManyBytes(name)
	}
	p, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return p, nil
}

func tooManyBytes(name string) error {
	return fmt.Errorf("read %s: %w: the file is larger than %d MB", name, ErrTooLarge, MaxBytes>>20)
}

func decode(data []byte) (*Photo, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("%w (the file is empty)", ErrNotImage)
	}
	config, format, err := configOf(data)
	if err != nil {
		return nil, classify(err, format, data)
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	img, err := pixelsOf(data)
	if err != nil {
		return nil, classify(err, format, data)
	}
	// A decoder may disagree with the configuration it announced.
	if err := checkSize(img.Bounds().Dx(), img.Bounds().Dy()); err != nil {
		return nil, err
	}
	if format == "gif" {
		img = onCanvas(img, config)
	}
	o := orientation(data, format)
	return &Photo{
		Image:       upright(toNRGBA(img), o),
		Format:      format,
		Orientation: o,
		ICC:         profile(data, format),
	}, nil
}

// checkSize compares a picture's size with the limits.
func checkSize(w, h int) error {
	if w <= 0 || h <= 0 {
		return fmt.Errorf("%w: it states a size of %d×%d pixels", ErrDamaged, w, h)
	}
	if w > MaxSide || h > MaxSide || int64(w)*int64(h) > MaxPixels {
		return fmt.Errorf("%w: %d×%d pixels, where %d million pixels and %d to a side can be edited; make it smaller first",
			ErrTooLarge, w, h, MaxPixels/1_000_000, MaxSide)
	}
	return nil
}

func configOf(data []byte) (c image.Config, format string, err error) {
	defer recoverDecoder(&err)
	return image.DecodeConfig(bytes.NewReader(data))
}

func pixelsOf(data []byte) (img image.Image, err error) {
	defer recoverDecoder(&err)
	img, _, err = image.Decode(bytes.NewReader(data))
	return img, err
}

// errPanic marks an error that was a decoder's panic.
var errPanic = errors.New("the decoder gave up")

func recoverDecoder(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errPanic, p)
	}
}

// classify wraps a decoder's error with the error of this package that fits.
func classify(err error, format string, data []byte) error {
	if errors.Is(err, image.ErrFormat) {
		if kind := foreign(data); kind != "" {
			return fmt.Errorf("%w (this is %s)", ErrUnsupported, kind)
		}
		return ErrNotImage
	}
	text := err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		strings.Contains(text, "EOF"), strings.Contains(text, "short chunk"), strings.Contains(text, "short Huffman"),
		strings.Contains(text, "not enough"), strings.Contains(text, "too short"):
		return fmt.Errorf("%w (%w)", ErrTruncated, err)
	case strings.Contains(text, "unsupported"):
		return fmt.Errorf("%w (%w)", ErrUnsupported, err)
	default:
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
}
