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
	dst := image.NewNRGBA(turned(img.Rect, o))
	turn(dst.Pix, img.Pix, dst.Stride, img.Stride, dst.Rect.Size(), o, 4)
	return dst
}

// upright64 is upright for 16 bits.
func upright64(img *image.NRGBA64, o int) *image.NRGBA64 {
	if o < 2 || o > 8 {
		return img
	}
	dst := image.NewNRGBA64(turned(img.Rect, o))
	turn(dst.Pix, img.Pix, dst.Stride, img.Stride, dst.Rect.Size(), o, 8)
	return dst
}

// turned returns the rectangle of a picture once it is upright.
func turned(r image.Rectangle, o int) image.Rectangle {
	if o >= 5 {
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

// turn fills a picture of the given size with another under an orientation from
// 2 to 8; a pixel has n bytes, 4 or 8.
func turn(dst, src []byte, dstStride, srcStride int, size image.Point, o, n int) {
	w, h := size.X, size.Y // of src
	if o >= 5 {
		w, h = h, w
	}
	rows(size.Y, func(y int) {
		out := dst[y*dstStride:][:n*size.X]
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
		i := sy*srcStride + n*sx
		step := dy*srcStride + n*dx
		if n == 8 {
			for x := 0; x < len(out); x += 8 {
				*(*[8]byte)(out[x:]) = *(*[8]byte)(src[i:])
				i += step
			}
			return
		}
		for x := 0; x < len(out); x += 4 {
			*(*[4]byte)(out[x:]) = *(*[4]byte)(src[i:])
			i += step
		}
	})
}
