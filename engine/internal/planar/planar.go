// Package planar converts between RGBA images and the planes of float32 that image
// models read and write: channel by channel (NCHW), red first.
package planar

import (
	"fmt"
	"image"
	"math"

	"deltaedit/engine/internal/parallel"
)

// Norm maps a colour value in [0, 1] to (v - Mean) / Std, per channel.
type Norm struct {
	Mean, Std [3]float32
}

// Signed maps [0, 1] to [-1, 1].
var Signed = Norm{Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.5, 0.5, 0.5}}

// From writes img, scaled to w×h, as three planes of w·h values into dst. Where the
// image shrinks, scaling averages areas (a box filter over exactly the covered pixels,
// like Pillow's BOX); where it grows, scaling interpolates linearly. Alpha is ignored:
// img is assumed to be opaque. It is an error when dst has the wrong length or img is
// empty.
func From(dst []float32, img *image.RGBA, w, h int, n Norm) error {
	b := img.Bounds()
	if b.Empty() {
		return fmt.Errorf("picture is empty (%v)", b)
	}
	if len(dst) != 3*w*h {
		return fmt.Errorf("want room for 3×%d×%d values, got %d", h, w, len(dst))
	}
	xs, ys := weights(b.Dx(), w), weights(b.Dy(), h)
	// Scale the rows first: each source row becomes w values per channel.
	rows := make([]float32, b.Dy()*3*w)
	parallel.Ranges(b.Dy(), 32, func(from, to int) {
		for y := from; y < to; y++ {
			src := img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):][:4*b.Dx()]
			out := rows[y*3*w:][:3*w]
			for x, k := range xs {
				var r, g, bl float32
				for i, c := range k.w {
					p := src[4*(k.from+i):][:3]
					r += c * float32(p[0])
					g += c * float32(p[1])
					bl += c * float32(p[2])
				}
				out[x], out[w+x], out[2*w+x] = r, g, bl
			}
		}
	})
	var scale, shift [3]float32
	for c := range 3 {
		scale[c] = 1 / (255 * n.Std[c])
		shift[c] = -n.Mean[c] / n.Std[c]
	}
	parallel.Ranges(h, 32, func(from, to int) {
		for c := range 3 {
			for y := from; y < to; y++ {
				out := dst[(c*h+y)*w:][:w]
				clear(out)
				for i, k := range ys[y].w {
					src := rows[((ys[y].from+i)*3+c)*w:][:w]
					for x, v := range src {
						out[x] += k * v
					}
				}
				for x, v := range out {
					out[x] = v*scale[c] + shift[c]
				}
			}
		}
	})
	return nil
}

// tap holds the weights of the source pixels, from index from on, that make up one
// target pixel.
type tap struct {
	from int
	w    []float32
}

func weights(src, dst int) []tap {
	taps := make([]tap, dst)
	ratio := float64(src) / float64(dst)
	for i := range taps {
		if ratio >= 1 {
			lo, hi := float64(i)*ratio, math.Min(float64(i+1)*ratio, float64(src))
			from, to := int(lo), int(math.Ceil(hi-1e-9))
			t := tap{from: from, w: make([]float32, to-from)}
			for j := range t.w {
				a, b := math.Max(lo, float64(from+j)), math.Min(hi, float64(from+j+1))
				t.w[j] = float32((b - a) / (hi - lo))
			}
			taps[i] = t
			continue
		}
		at := math.Max(0, math.Min((float64(i)+0.5)*ratio-0.5, float64(src-1)))
		from := int(at)
		f := float32(at - float64(from))
		t := tap{from: from, w: []float32{1 - f, f}}
		if from+1 >= src {
			t.w = []float32{1}
		}
		taps[i] = t
	}
	return taps
}

// To writes three planes of values in [-1, 1] into dst, whose area w·h must be a third
// of len(pix). Values outside the range are clamped. The result is opaque.
func To(dst *image.RGBA, pix []float32) error {
	b := dst.Bounds()
	w, h := b.Dx(), b.Dy()
	if len(pix) != 3*w*h {
		return fmt.Errorf("want 3×%d×%d values, got %d", h, w, len(pix))
	}
	n := w * h
	parallel.Ranges(h, 32, func(from, to int) {
		for y := from; y < to; y++ {
			out := dst.Pix[dst.PixOffset(b.Min.X, b.Min.Y+y):][:4*w]
			r, g, bl := pix[y*w:][:w], pix[n+y*w:][:w], pix[2*n+y*w:][:w]
			for x := range w {
				p := out[4*x:][:4]
				p[0], p[1], p[2], p[3] = to8(r[x]), to8(g[x]), to8(bl[x]), 255
			}
		}
	})
	return nil
}

func to8(v float32) uint8 {
	return uint8(min(max(v*127.5+128, 0), 255))
}

// Shape returns the width and height of an image tensor of shape [1 3 h w].
func Shape(s []int64) (w, h int, err error) {
	if len(s) != 4 || s[0] != 1 || s[1] != 3 || s[2] < 1 || s[3] < 1 {
		return 0, 0, fmt.Errorf("want shape [1 3 height width], got %v", s)
	}
	return int(s[3]), int(s[2]), nil
}
