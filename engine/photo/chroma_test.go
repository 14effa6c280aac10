package photo

import (
	"fmt"
	"image"
	"image/color"
	"testing"
)

// TestChromaIsInterpolated lays a ramp of colour into the halved samples and
// expects the ramp at every pixel, not its steps.
func TestChromaIsInterpolated(t *testing.T) {
	const w, h = 64, 48
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422} {
		t.Run(ratio.String(), func(t *testing.T) {
			src := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
			for i := range src.Y {
				src.Y[i] = 128
			}
			for i := range src.Cb {
				src.Cb[i] = byte(64 + 4*(i%src.CStride)) // 2 a pixel
				src.Cr[i] = 128
			}
			got := fromYCbCr(src, 1, color.YCbCrToRGB)
			for y := range h {
				for x := 1; x < w-1; x++ {
					// Sample k stands between pixels 2k and 2k+1.
					_, _, want := color.YCbCrToRGB(128, byte(64+2*x-1), 128)
					if b := got.NRGBAAt(x, y).B; !(abs(int(b)-int(want)) <= 2) {
						t.Fatalf("pixel (%d, %d): want blue %d ± 2, got %d", x, y, want, b)
					}
				}
			}
		})
	}
}

// TestChromaKeepsFlatColours holds every small and odd size, whose borders have
// no neighbour, to the standard library where there is nothing to interpolate.
func TestChromaKeepsFlatColours(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440,
	} {
		for _, size := range []image.Point{{1, 1}, {1, 2}, {2, 1}, {3, 5}, {7, 4}, {33, 67}} {
			t.Run(fmt.Sprintf("%v %v", ratio, size), func(t *testing.T) {
				src := image.NewYCbCr(image.Rectangle{Max: size}, ratio)
				for i := range src.Y {
					src.Y[i] = byte(i * 37)
				}
				for i := range src.Cb {
					src.Cb[i], src.Cr[i] = 90, 170
				}
				got := fromYCbCr(src, 1, color.YCbCrToRGB)
				for y := range size.Y {
					for x := range size.X {
						r, g, b := color.YCbCrToRGB(src.YCbCrAt(x, y).Y, 90, 170)
						if c := got.NRGBAAt(x, y); !near(c.R, r) || !near(c.G, g) || !near(c.B, b) || c.A != 255 {
							t.Fatalf("pixel (%d, %d): want %d %d %d, got %v", x, y, r, g, b, c)
						}
					}
				}
			})
		}
	}
}

func abs(v int) int { return max(v, -v) }
