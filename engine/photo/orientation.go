package photo

import (
	"image"

	"deltaedit/engine/internal/parallel"
)

// upright applies an EXIF orientation. The result shares img's pixels when no pixel
// moves.
func upright(img *image.NRGBA, o int) *image.NRGBA {
	if o < 2 || o > 8 {
		return img
	}
	dst := image.NewNRGBA(turned(img.Rect, o))
	turn(dst.Pix, img.Pix, dst.Stride, img.Stride, dst.Rect.Size(), o, 4)
	return dst
}

// uprightRows makes an upright image from the rows of a stored one of w × h pixels with
// an EXIF orientation. fill writes row y of the stored image.
func uprightRows(w, h, o int, fill func(y int, row []byte)) *image.NRGBA {
	dst := image.NewNRGBA(turned(image.Rect(0, 0, w, h), o))
	if o < 2 || o > 8 {
		rows(h, func(y int) { fill(y, dst.Pix[y*dst.Stride:][:4*w]) })
		return dst
	}
	// The orientation that turns the upright image into the stored one. All but the
	// quarter turns are their own inverse.
	back := o
	switch o {
	case 6:
		back = 8
	case 8:
		back = 6
	}
	parallel.Ranges(h, 32, func(from, to int) {
		row := make([]byte, 4*w)
		for y := from; y < to; y++ {
			fill(y, row)
			first, step := storedRow(back, y, dst.Rect.Size())
			i, next := offset(first, dst.Stride, 4), offset(step, dst.Stride, 4)
			for x := 0; x < len(row); x += 4 {
				*(*[4]byte)(dst.Pix[i:]) = *(*[4]byte)(row[x:])
				i += next
			}
		}
	})
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

// turned returns the rectangle of an image after an orientation is applied.
func turned(r image.Rectangle, o int) image.Rectangle {
	if o >= 5 {
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

// turn fills an image of the given size with another, to which an orientation from 2
// to 8 is applied. A pixel has n bytes, 4 or 8.
func turn(dst, src []byte, dstStride, srcStride int, size image.Point, o, n int) {
	stored := size
	if o >= 5 {
		stored = image.Pt(size.Y, size.X)
	}
	rows(size.Y, func(y int) {
		out := dst[y*dstStride:][:n*size.X]
		first, step := storedRow(o, y, stored)
		i, next := offset(first, srcStride, n), offset(step, srcStride, n)
		if n == 8 {
			for x := 0; x < len(out); x += 8 {
				*(*[8]byte)(out[x:]) = *(*[8]byte)(src[i:])
				i += next
			}
			return
		}
		for x := 0; x < len(out); x += 4 {
			*(*[4]byte)(out[x:]) = *(*[4]byte)(src[i:])
			i += next
		}
	})
}

// storedRow says where the pixels of row y of an upright image are in the stored image
// of the given size, whose orientation is from 2 to 8: the first one, and the step from
// each to the next.
func storedRow(o, y int, stored image.Point) (first, step image.Point) {
	right, bottom := stored.X-1, stored.Y-1
	switch o {
	case 2: // mirrored left to right
		return image.Pt(right, y), image.Pt(-1, 0)
	case 3: // upside down
		return image.Pt(right, bottom-y), image.Pt(-1, 0)
	case 4: // mirrored top to bottom
		return image.Pt(0, bottom-y), image.Pt(1, 0)
	case 5: // transposed
		return image.Pt(y, 0), image.Pt(0, 1)
	case 6: // turned left: turn it clockwise
		return image.Pt(y, bottom), image.Pt(0, -1)
	case 7: // transposed along the other diagonal
		return image.Pt(right-y, bottom), image.Pt(0, -1)
	default: // turned right: turn it counter-clockwise
		return image.Pt(right-y, 0), image.Pt(0, 1)
	}
}

// offset returns the offset of a pixel, or of a step between pixels, in an image whose
// pixels have n bytes.
func offset(p image.Point, stride, n int) int { return p.Y*stride + n*p.X }
