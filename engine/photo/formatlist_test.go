package photo

import (
	"errors"
	"image"
	"io"
	"strings"
	"testing"
)

// The window's library registers formats of its own with the image package. They
// do not open: what is read is this package's list and no more.
func TestOnlyListedFormatsOpen(t *testing.T) {
	asked := false
	icon := "\x00\x00\x01\x00\x01\x00"
	for _, magic := range []string{icon, "odd format", "\x00\x00\x02\x00"} {
		image.RegisterFormat("odd", magic, func(io.Reader) (image.Image, error) {
			asked = true
			return image.NewNRGBA(image.Rect(0, 0, 4, 4)), nil
		}, func(io.Reader) (image.Config, error) {
			asked = true
			return image.Config{Width: 4, Height: 4}, nil
		})
	}
	for data, want := range map[string]error{
		icon: ErrUnsupported, "\x00\x00\x02\x00": ErrUnsupported, "icns\x00\x00\x01\x00": ErrUnsupported, "odd format": ErrNotImage,
	} {
		p, err := DecodeBytes([]byte(data), "x.ico")
		if p != nil || !errors.Is(err, want) || asked {
			t.Errorf("%q: %v, %v, want %v; another's decoder was asked: %t", data, p, err, want, asked)
		}
	}
}

// The message about what is no image names every format that is read.
func TestFormatsAreNamed(t *testing.T) {
	for _, f := range formats {
		if !strings.Contains(strings.ToLower(ErrNotImage.Error()), f.name) {
			t.Errorf("%q does not name %s", ErrNotImage, f.name)
		}
	}
}
