package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"deltaedit/engine/photo/bmp"
	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/tiff"
)

// Limits of what is decoded. An image of MaxPixels takes 480 MB.
const (
	MaxPixels = 120_000_000
	MaxSide   = 30_000
	MaxBytes  = 512 << 20 // of a file
)

// Photo is a decoded photograph. Its owner may change Image where Own is not
// needed afterwards.
type Photo struct {
	// Image is the photo for models and windows: 8-bit sRGB, upright, with its
	// origin at (0, 0) and straight alpha. Colours outside of sRGB are clipped.
	Image *image.NRGBA
	// Format is the decoder's name: jpeg, png, gif, webp, tiff or bmp.
	Format string
	// Path is the file it was opened from, "" when it was decoded from data.
	Path string
	// Orientation is the file's EXIF orientation, 1 to 8, already applied.
	Orientation int
	// ICC is the RGB colour profile of Own's pixels, nil for sRGB without one.
	// Of a grey profile, and of a file that describes its colours by other means, it
	// is one that says the same.
	ICC []byte
	// Exif is the file's EXIF data as a TIFF block, changed to match the upright
	// image; nil when there is none.
	Exif []byte
	// XMP is the file's XMP packet as it stands there, nil when there is none.
	XMP []byte
	// Notices are about parts of the file that could not be used as they are.
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
	f, length, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// The size is known: growing as io.ReadAll does would take several times
	// the file's memory.
	return readAll(f, length, filepath.Base(path))
}

// openFile opens the file of a photo, and returns its length in bytes. Errors are
// Open's.
func openFile(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, cannotOpen(path, err)
	}
	if info.IsDir() {
		return nil, 0, fmt.Errorf("open photo: %s is a folder, not a file: open a photo in it", path)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("open photo: %s is not a file", path)
	}
	if info.Size() > MaxBytes {
		return nil, 0, tooManyBytes(filepath.Base(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, cannotOpen(path, err)
	}
	return f, info.Size(), nil
}

// IsLink reports whether a name is that of something on the web ("https://…", "data:…"),
// as browsers hand over what is dragged out of a page. It may stand behind a folder,
// where it was taken for a relative path. Nothing is fetched from there.
func IsLink(name string) bool { return linkPattern.MatchString(name) }

// A single letter before the colon is a drive of Windows.
var linkPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:.*|[\\/](https?|ftp|blob|data):.*`)

// cannotOpen explains an error of the operating system about the file at path.
func cannotOpen(path string, err error) error {
	name := filepath.Base(path)
	switch info, lerr := os.Lstat(path); {
	case IsLink(path):
		link := strings.TrimLeft(linkPattern.FindString(path), `\/`)
		return fmt.Errorf("open photo: %.80s is a link and not a file: save the picture that it leads to, and open that file (%w)", link, fs.ErrNotExist)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open photo: you may not read %s: change its permissions, or open a copy (%w)", name, err)
	case errors.Is(err, fs.ErrNotExist) && lerr == nil && info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("open photo: %s is a link to a file that does not exist: open the file itself (%w)", name, err)
	}
	return fmt.Errorf("open photo: %w", err)
}

// Decode reads a photo from r to its end; name is for messages only.
func Decode(r io.Reader, name string) (*Photo, error) {
	data, err := readAll(r, 0, name)
	if err != nil {
		return nil, err
	}
	return DecodeBytes(data, name)
}

// readAll reads up to MaxBytes; size is how many are expected.
func readAll(r io.Reader, size int64, name string) ([]byte, error) {
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
	if kind := unsupportedVariant(data, format); kind != "" {
		return nil, fmt.Errorf("%w (this is %s)", ErrUnsupported, kind)
	}
	c := embeddedIn(data, format)
	if c.hdr != "" {
		return nil, fmt.Errorf("%w (this is a picture in high dynamic range, HDR with the curve %s: save it in standard dynamic range, SDR)", ErrUnsupported, c.hdr)
	}
	img, notices, err := formatOf(data).pixels(data)
	if err != nil {
		return nil, classify(err, format, data)
	}
	// The decoded size may differ from the stated one.
	if err := checkSize(img.Bounds().Dx(), img.Bounds().Dy()); err != nil {
		return nil, err
	}
	if format == "gif" {
		img = onLogicalScreen(img, config)
	}
	o := exif.Orientation(c.exif)
	p := &Photo{Format: format, Orientation: o, Notices: notices}
	kind := colourModelOf(img, data, format)
	var own image.Image
	if is16Bit(img) {
		own = upright64(toNRGBA64(img), o)
	} else {
		own = uprightNRGBA(img, format, o)
	}
	p.setPixels(own, c, kind)
	p.describe(c)
	p.Notices = append(p.Notices, auxiliaryIn(data, format, c.xmp).notices()...)
	return p, nil
}

// describe sets the metadata for the export.
func (p *Photo) describe(c embedded) {
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

// checkSize compares an image's size with the limits.
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

// errPanic marks an error that was a panic in a decoder.
var errPanic = errors.New("the decoder failed")

func recoverDecoder(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errPanic, p)
	}
}

// classify wraps a decoder's error in the matching error of this package.
func classify(err error, format string, data []byte) error {
	if errors.Is(err, image.ErrFormat) {
		if kind := otherKind(data); kind != "" {
			return fmt.Errorf("%w (this is %s)", ErrNotImage, kind)
		}
		if kind := unsupportedFormat(data); kind != "" {
			return fmt.Errorf("%w (this is %s)", ErrUnsupported, kind)
		}
		return ErrNotImage
	}
	var ofTIFF tiff.Unsupported
	var ofBMP bmp.Unsupported
	switch {
	case errors.As(err, &ofTIFF):
		return fmt.Errorf("%w (this is a TIFF with %s)", ErrUnsupported, string(ofTIFF))
	case errors.As(err, &ofBMP):
		return fmt.Errorf("%w (this is a BMP with %s)", ErrUnsupported, string(ofBMP))
	}
	text := err.Error()
	switch {
	case errors.Is(err, tiff.ErrDamaged), errors.Is(err, bmp.ErrDamaged):
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
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
