package photo

import "image"

// shrink averages blocks of k × k pixels (a box filter); the last blocks of a row or
// column may be smaller. The result is premultiplied.
func shrink(img *image.NRGBA, k int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, (w+k-1)/k, (h+k-1)/k))
	dw := dst.Rect.Dx()
	rows(dst.Rect.Dy(), func(y int) {
		sums := make([]uint32, 4*dw) // colours times alpha; fits for k up to 256
		y1 := min((y+1)*k, h)
		for sy := y * k; sy < y1; sy++ {
			row := img.Pix[sy*img.Stride:][:4*w]
			for x := range dw {
				s := sums[4*x : 4*x+4 : 4*x+4]
				block := row[4*x*k : min(4*(x+1)*k, len(row))]
				for ; len(block) >= 4; block = block[4:] {
					a := uint32(block[3])
					s[0] += uint32(block[0]) * a
					s[1] += uint32(block[1]) * a
					s[2] += uint32(block[2]) * a
					s[3] += a
				}
			}
		}
		out := dst.Pix[y*dst.Stride:][:4*dw]
		for x := range dw {
			n := uint32((y1 - y*k) * (min((x+1)*k, w) - x*k))
			for c := range 3 {
				out[4*x+c] = byte((sums[4*x+c] + 255*n/2) / (255 * n))
			}
			out[4*x+3] = byte((sums[4*x+3] + n/2) / n)
		}
	})
	return dst
}
