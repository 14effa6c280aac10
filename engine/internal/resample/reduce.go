package resample

import (
	"image"

	"deltaedit/engine/internal/parallel"
)

// Reduce averages k × k blocks of region, which must lie inside src, into a new opaque
// image; the last blocks of a row or column may be smaller. Transparent pixels are
// composited over white. With k = 1 and an opaque region the result shares src's
// pixels.
func Reduce(src *image.NRGBA, region image.Rectangle, k int) *image.RGBA {
	sub := src.SubImage(region).(*image.NRGBA)
	w, h := region.Dx(), region.Dy()
	opaque := sub.Opaque()
	if k == 1 && opaque {
		// For opaque pixels, straight and premultiplied alpha are the same bytes.
		return &image.RGBA{Pix: sub.Pix, Stride: sub.Stride, Rect: image.Rect(0, 0, w, h)}
	}
	dst := image.NewRGBA(image.Rect(0, 0, (w+k-1)/k, (h+k-1)/k))
	parallel.Ranges(dst.Rect.Dy(), 4, func(from, to int) {
		line := make([]byte, 4*w)
		sums := make([]uint32, 3*dst.Rect.Dx())
		for y := from; y < to; y++ {
			clear(sums)
			y1 := min((y+1)*k, h)
			for sy := y * k; sy < y1; sy++ {
				row := sub.Pix[sy*sub.Stride:][:4*w]
				if !opaque {
					overWhite(line, row)
					row = line
				}
				addBlocks(sums, row, k)
			}
			storeBlocks(dst.Pix[y*dst.Stride:][:4*dst.Rect.Dx()], sums, k, y1-y*k, w)
		}
	})
	return dst
}

func addBlocks(sums []uint32, row []byte, k int) {
	for x := 0; 3*x < len(sums); x++ {
		block := row[4*x*k : min(4*(x+1)*k, len(row))]
		var r, g, b uint32
		for len(block) >= 4 {
			r += uint32(block[0])
			g += uint32(block[1])
			b += uint32(block[2])
			block = block[4:]
		}
		sums[3*x] += r
		sums[3*x+1] += g
		sums[3*x+2] += b
	}
}

func storeBlocks(dst []byte, sums []uint32, k, rows, width int) {
	for x := 0; 4*x < len(dst); x++ {
		n := uint32(rows * (min((x+1)*k, width) - x*k))
		for c := range 3 {
			dst[4*x+c] = byte((sums[3*x+c] + n/2) / n)
		}
		dst[4*x+3] = 255
	}
}

// overWhite composites pixels with straight alpha over white.
func overWhite(dst, src []byte) {
	for i := 0; i+3 < len(src); i += 4 {
		a := uint32(src[i+3])
		for c := range 3 {
			dst[i+c] = byte((uint32(src[i+c])*a + 255*(255-a) + 127) / 255)
		}
		dst[i+3] = 255
	}
}
