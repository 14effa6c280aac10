package face

import "image"

const (
	// colourless is the difference between the largest and the smallest of a
	// pixel's colours, in levels, up to which it counts as grey: a scan or a
	// compressed file of a grey photo is not quite so.
	colourless = 12
	// strays is the share of other pixels that a grey photo may have.
	strays = 0.005
)

// monochrome reports whether a picture has no colours.
func monochrome(img *image.RGBA) bool {
	size := img.Rect.Size()
	left := int(strays * float64(size.X*size.Y))
	for y := range size.Y {
		row := img.Pix[y*img.Stride : y*img.Stride+4*size.X]
		for len(row) >= 4 {
			r, g, b := row[0], row[1], row[2]
			if max(r, g, b)-min(r, g, b) > colourless {
				if left--; left < 0 {
					return false
				}
			}
			row = row[4:]
		}
	}
	return size.X > 0
}

// desaturate gives the three values of every pixel their luma (Rec. 601).
func desaturate(pix []float32) {
	for ; len(pix) >= 3; pix = pix[3:] {
		v := 0.299*pix[0] + 0.587*pix[1] + 0.114*pix[2]
		pix[0], pix[1], pix[2] = v, v, v
	}
}
