package photo

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"deltaedit/engine/photo/bmp"
	"deltaedit/engine/photo/tiff"
)

// format is a file format that is read. The list below is complete: formats that other
// packages register with image.RegisterFormat are not used, so that the window and the
// command line open the same files.
type format struct {
	name   string
	magics []string // first bytes of its files; '?' matches any byte
	config func(data []byte) (image.Config, error)
	decode func(data []byte) (image.Image, error)
	// repair decodes a file with damage that image viewers tolerate, after decode
	// has failed. It returns the image and a notice about the damage ("" where none
	// need be told), or a nil image for other damage. It is nil for formats without
	// such a function.
	repair func(data []byte) (image.Image, Notice)
}

var formats = []format{
	{"jpeg", []string{"\xff\xd8"}, read(jpeg.DecodeConfig), read(jpeg.Decode), repairJPEG},
	{"png", []string{signature}, pngConfig, read(png.Decode), repairPNG},
	{"gif", []string{"GIF8?a"}, gifConfig, read(gif.Decode), repairGIF},
	{"webp", []string{"RIFF????WEBPVP8"}, webpConfig, read(webp.Decode), repairWebP},
	{"tiff", []string{"II*\x00", "MM\x00*"}, tiff.Config, tiff.Decode, nil},
	{"bmp", []string{"BM????\x00\x00\x00\x00"}, bmp.Config, bmp.Decode, repairBMP},
}

// read returns a function that takes a file's bytes, from one that takes a reader.
func read[T any](decode func(io.Reader) (T, error)) func([]byte) (T, error) {
	return func(data []byte) (T, error) { return decode(bytes.NewReader(data)) }
}

// formatOf returns a file's format by its first bytes, nil for one that is not read.
func formatOf(data []byte) *format {
	for i, f := range formats {
		for _, magic := range f.magics {
			if begins(data, magic) {
				return &formats[i]
			}
		}
	}
	return nil
}

func begins(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range magic {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

// configOf returns the size that a file states, and the name of its format. The
// error is image.ErrFormat for a format that is not read.
func configOf(data []byte) (c image.Config, name string, err error) {
	f := formatOf(data)
	if f == nil {
		return image.Config{}, "", image.ErrFormat
	}
	defer recoverDecoder(&err)
	c, err = f.config(data)
	return c, f.name, err
}

// pixels decodes a file of the format. The notices are about damage that was
// tolerated.
func (f *format) pixels(data []byte) (image.Image, []Notice, error) {
	img, err := guarded(func() (image.Image, error) { return f.decode(data) })
	if err == nil || f.repair == nil {
		return img, nil, err
	}
	var notice Notice
	repaired, failed := guarded(func() (img image.Image, _ error) {
		img, notice = f.repair(data)
		return img, nil
	})
	if repaired == nil || failed != nil {
		return nil, nil, err
	}
	if notice == "" {
		return repaired, nil, nil
	}
	return repaired, []Notice{notice}, nil
}

// repairBMP decodes a BMP that lacks padding bytes of its last row.
func repairBMP(data []byte) (image.Image, Notice) {
	img, err := bmp.Decode(data)
	if !errors.Is(err, bmp.ErrPadding) {
		return nil, ""
	}
	return img, NoticeEndMissing
}

// guarded calls decode and returns a panic as an error.
func guarded(decode func() (image.Image, error)) (img image.Image, err error) {
	defer recoverDecoder(&err)
	return decode()
}
