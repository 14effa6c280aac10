package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is a picture that compresses like a photograph: smooth shapes with a
// sensor's noise.
func scene(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			v := 120 + 60*math.Sin(float64(x)/90)*math.Cos(float64(y)/70) + 3*r.NormFloat64()
			p := img.Pix[y*img.Stride+4*x:]
			p[0], p[1], p[2], p[3] = byte(v), byte(v*0.8+10), byte(v*0.6+30), 255
		}
	}
	return img
}

// BenchmarkPNGLevels is what EncodePNG's choice of level rests on.
func BenchmarkPNGLevels(b *testing.B) {
	img := scene(4000, 3000)
	for name, level := range map[string]png.CompressionLevel{"default": png.DefaultCompression, "speed": png.BestSpeed, "none": png.NoCompression} {
		b.Run(name, func(b *testing.B) {
			var n counter
			for b.Loop() {
				n = 0
				if err := (&png.Encoder{CompressionLevel: level}).Encode(&n, img); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/1e6, "MB")
		})
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func BenchmarkEncodePNG12MP(b *testing.B) {
	img := scene(4000, 3000)
	for b.Loop() {
		if err := EncodePNG(io.Discard, img, Metadata{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJPEG12MP(b *testing.B) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, scene(4000, 3000), nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(buf.Bytes()), "x"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScale12MP(b *testing.B) {
	img := scene(4000, 3000)
	for b.Loop() {
		Scale(img, image.Pt(933, 700))
	}
}

func BenchmarkUpright12MP(b *testing.B) {
	img := scene(4000, 3000)
	for b.Loop() {
		upright(img, 6)
	}
}
