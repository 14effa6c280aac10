package resample

import (
	"image"
	"math"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
)

// Premultiplied fills dst with the part of src that m maps dst's pixel coordinates to, by
// cubic interpolation, with alpha. m must hardly scale. Both pictures begin at (0, 0); beyond
// its edges src goes on with its last pixels.
func Premultiplied(dst, src *image.RGBA, m geometry.Affine) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	parallel.Ranges(dst.Rect.Dy(), 8, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range dst.Rect.Dx() {
				p := m.Apply(geometry.Pt(float64(x)+0.5, float64(y)+0.5))
				fx, fy := math.Floor(p.X-0.5), math.Floor(p.Y-0.5)
				wx, wy := Cubic(float32(p.X-0.5-fx)), Cubic(float32(p.Y-0.5-fy))
				var sum [4]float32
				for j, v := range wy {
					row := src.Pix[min(max(int(fy)-1+j, 0), h-1)*src.Stride:]
					for i, u := range wx {
						c := 4 * min(max(int(fx)-1+i, 0), w-1)
						q := row[c : c+4 : c+4]
						for k := range sum {
							sum[k] += u * v * float32(q[k])
						}
					}
				}
				out := dst.Pix[y*dst.Stride+4*x:][:4]
				alpha := round8(sum[3])
				out[0], out[1], out[2], out[3] = min(round8(sum[0]), alpha), min(round8(sum[1]), alpha), min(round8(sum[2]), alpha), alpha
			}
		}
	})
}
