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

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
)

// Limits of what is decoded. A picture of MaxPixels takes 480 MB.
const (
	MaxPixels = 120_000_000
	MaxSide   = 30_000
	MaxBytes  = 512 << 20 // of a file
)

// Photo is a decoded photograph. Its owner may change Image where Own is not
// needed afterwards.
type Photo struct {
	// Image is the photo for models and windows: sRGB of 8 bits, upright, with
	// its origin at (0, 0) and straight alpha. Colours that sRGB lacks are
	// clipped.
	Image *image.NRGBA
	// Format is the decoder's name: jpeg, png, gif, webp, tiff or bmp.
	Format string
	// Path is the file it was opened from, "" when it was decoded from data.
	Path string
	// Orientation is the file's EXIF orientation, 1 to 8, already applied.
	Orientation int
	// ICC is the RGB colour profile of Own's pixels, nil for sRGB without one.
	// Of a grey profile it is one that says the same for RGB.
	ICC []byte
	// Exif is the file's EXIF data as a TIFF block, made to fit the upright
	// picture; nil when there is none.
	Exif []byte
	// XMP is the file's XMP packet as it stands there, nil when there is none.
	XMP []byte
	// Notices say what of the file could not be taken as it is.
	Notices []Notice

	own   image.Image    // nil when it is Image
	space *icc.Transform // of own; nil for sRGB
}

// Own returns the photo's pixels in its own colour space (see ICC) and depth:
// *image.NRGBA with 8 bits a colour or *image.NRGBA64 with 16, upright, with its
// origin at (0, 0) and straight alpha. It is the photo's own memory, Image itself
// where both are the same, and must not be changed.
func (p *Photo) Own() image.Image {
	if p.own == nil {
		return p.Image
	}
	return p.own
}

// ImageICC returns the profile of Image's pixels, nil for sRGB without one.
func (p *Photo) ImageICC() []byte {
	if p.space != nil {
		return nil
	}
	return p.ICC
}

// Open reads the photo at path. Errors name the file and wrap one of this
// package's errors or the operating system's.
func Open(path string) (*Photo, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := DecodeBytes(data, filepath.Base(path))
	if err != nil {
		return nil, err
	}
	p.Path = path
	return p, nil
}

// ReadFile reads the file of a photo, up to MaxBytes. Errors are Open's.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open photo: %s is not a file", path)
	}
	if info.Size() > MaxBytes {
		return nil, tooManyBytes(filepath.Base(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	defer f.Close()
	// The size is known: growing as io.ReadAll does would take several times
	// the file's memory.
	return read(f, info.Size(), filepath.Base(path))
}

// Decode reads a photo from r to its end; name is for messages only.
func Decode(r io.Reader, name string) (*Photo, error) {
	data, err := read(r, 0, name)
	if err != nil {
		return nil, err
	}
	return DecodeBytes(data, name)
}

// read reads up to MaxBytes; size is how many are expected.
func read(r io.Reader, size int64, name string) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead) // the end is met without growing
	if _, err := b.ReadFrom(io.LimitReader(r, MaxBytes+1)); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if b.Len() > MaxBytes {
		return nil, tooManyBytes(name)
	}
	return b.Bytes(), nil
}

// DecodeBytes reads a photo from the bytes of its file, which it does not keep;
// name is for messages only.
func DecodeBytes(data []byte, name string) (*Photo, error) {
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
	if kind := special(data, format); kind != "" {
		return nil, fmt.Errorf("%w (this is %s)", ErrUnsupported, kind)
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
	p := &Photo{Format: format, Orientation: o}
	c := carriedBy(data, format)
	kind := inkOf(img, data, format)
	var own image.Image
	if isDeep(img) {
		own = upright64(toNRGBA64(img), o)
	} else {
		own = upright(toNRGBA(img, format), o)
	}
	p.colours(own, c, kind)
	p.describe(c)
	return p, nil
}

// describe keeps the metadata that goes into an export.
func (p *Photo) describe(c carried) {
	size := p.Image.Rect.Size()
	damaged := false
	if len(c.exif) > 0 {
		block, err := exif.Rewrite(c.exif, exif.Options{Width: size.X, Height: size.Y})
		p.Exif, damaged = block, err != nil
	}
	if len(c.xmp) > 0 {
		_, err := readProperties(c.xmp, func(string) bool { return false })
		if err == nil && len(c.xmp) <= maxPacket {
			p.XMP = bytes.Clone(c.xmp)
		}
		damaged = damaged || err != nil
	}
	if damaged {
		p.notice(NoticeMetadataDamaged)
	}
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
