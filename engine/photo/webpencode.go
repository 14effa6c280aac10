package photo

import (
	"fmt"
	"image"
	"image/draw"
	"io"
	"math"

	"deltaedit/engine/photo/webpwrite"
)

// encodeWebP writes a WebP with its metadata.
func encodeWebP(w io.Writer, img image.Image, e Encoding, meta Metadata) error {
	if err := meta.check(); err != nil {
		return err
	}
	size := img.Bounds().Size()
	if err := WebP.CheckSize(size); err != nil {
		return fmt.Errorf("encode WebP: %w", err)
	}
	beside := webpwrite.Metadata{
		ICC:  meta.profile(),
		Exif: meta.exifBlock(size, math.MaxInt32),
		XMP:  []byte(meta.packet(meta.textElements())),
	}
	pixels, err := straight8(img), error(nil)
	if e.Lossless {
		err = webpwrite.Lossless(w, pixels, beside)
	} else {
		err = webpwrite.Lossy(w, pixels, e.quality(), beside)
	}
	if err != nil {
		return fmt.Errorf("encode WebP: %w", err)
	}
	return nil
}

// straight8 returns an image in 8 bits with straight alpha. It may share img's memory.
func straight8(img image.Image) *image.NRGBA {
	switch own := img.(type) {
	case *image.NRGBA:
		return own
	case *image.NRGBA64:
		return rounded8(own)
	case *image.RGBA:
		if own.Opaque() {
			return &image.NRGBA{Pix: own.Pix, Stride: own.Stride, Rect: own.Rect}
		}
	}
	r := img.Bounds()
	out := image.NewNRGBA(image.Rectangle{Max: r.Size()})
	draw.Draw(out, out.Rect, img, r.Min, draw.Src)
	return out
}
