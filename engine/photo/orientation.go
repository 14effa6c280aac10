package photo

import (
	"bytes"
	"image"
	"io"

	"github.com/bep/imagemeta"
)

// orientation returns the EXIF orientation of an image file, 1 when it states
// none or nonsense: bad metadata is no reason to refuse a picture.
func orientation(data []byte, format string) (o int) {
	kinds := map[string]imagemeta.ImageFormat{
		"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP, "tiff": imagemeta.TIFF,
	}
	kind, ok := kinds[format]
	if !ok {
		return 1
	}
	o = 1
	defer func() {
		if recover() != nil {
			o = 1
		}
	}()
	// An error after the tag was read does not matter.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:           bytes.NewReader(data),
		ImageFormat: kind,
		Sources:     imagemeta.EXIF,
		HandleXMP:   func(io.Reader) error { return nil },
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return t.Tag == "Orientation" && t.Namespace == "IFD0"
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if v := toInt(t.Value); v >= 1 && v <= 8 {
				o = v
			}
			return nil
		},
	})
	return o
}

func toInt(v any) int {
	switch v := v.(type) {
	case uint8:
		return int(v)
	case uint16:
		return int(v)
	case uint32:
		return int(min(v, 1<<16))
	case int:
		return v
	default:
		return 0
	}
}

// upright applies an EXIF orientation. The result shares img's pixels when
// nothing needs to move.
func upright(img *image.NRGBA, o int) *image.NRGBA {
	if o < 2 || o > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	dw, dh := w, h
	if o >= 5 {
		dw, dh = h, w
	}
	dst := image.NewNRGBA(image.Rect(0, 0, dw, dh))
	rows(dh, func(y int) {
		out := dst.Pix[y*dst.Stride:][:4*dw]
		// The source pixel of out's first pixel, and the step to the next.
		var sx, sy, dx, dy int
		switch o {
		case 2: // mirrored left to right
			sx, sy, dx = w-1, y, -1
		case 3: // upside down
			sx, sy, dx = w-1, h-1-y, -1
		case 4: // mirrored top to bottom
			sx, sy, dx = 0, h-1-y, 1
		case 5: // transposed
			sx, sy, dy = y, 0, 1
		case 6: // turned left: turn it clockwise
			sx, sy, dy = y, h-1, -1
		case 7: // transposed along the other diagonal
			sx, sy, dy = w-1-y, h-1, -1
		case 8: // turned right: turn it counter-clockwise
			sx, sy, dy = w-1-y, 0, 1
		}
		i := sy*img.Stride + 4*sx
		step := dy*img.Stride + 4*dx
		for x := 0; x < len(out); x += 4 {
			*(*[4]byte)(out[x:]) = *(*[4]byte)(img.Pix[i:])
			i += step
		}
	})
	return dst
}
