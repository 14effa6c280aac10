package synth

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"deltaedit/engine/onnx"
)

// visible is the PSNR in dB below which a difference may be visible.
const visible = 46

// On OpenVINO the built-in generator makes the CPU's images, although it computes in
// bfloat16 where the processor can, and the same code gives the same image.
func TestOpenVINOAgreesWithCPU(t *testing.T) {
	if testing.Short() {
		t.Skip("the real model takes many seconds to compile")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("OpenVINO is fetched for Linux on x86-64 only")
	}
	cpu, vino := builtin(t, onnx.Options{Provider: "cpu"}), builtin(t, onnx.Options{Provider: "openvino"})
	offset := make([]float32, cpu.OffsetLen())
	for i, v := range Noise(2, len(offset)) {
		offset[i] = 0.1 * v
	}
	codes := styles(t, cpu, 3)
	if other := styles(t, vino, 1); !slices.Equal(codes[0], other[0]) {
		t.Error("the same seed gives another style code")
	}
	for i, style := range codes[:2] {
		draw := func(g *Generator) (preview, full []float32) {
			if err := g.SetReference(t.Context(), codes[2]); err != nil {
				t.Fatal(err)
			}
			g.done = 0 // compute everything again
			p, err := g.Preview(t.Context(), style, offset)
			if err != nil {
				t.Fatal(err)
			}
			preview = slices.Clone(p.Pix)
			f, err := g.Full(t.Context(), style, offset)
			if err != nil {
				t.Fatal(err)
			}
			return preview, slices.Clone(f.Pix)
		}
		wantPreview, wantFull := draw(cpu)
		preview, full := draw(vino)
		again, fullAgain := draw(vino)
		if vino.Provider() != "openvino" || vino.Notice() != "" {
			t.Errorf("it ran on %s: %s", vino.Provider(), vino.Notice())
		}
		a, b := psnr(preview, wantPreview), psnr(full, wantFull)
		t.Logf("face %d: PSNR %.1f dB of the preview, %.1f of the picture", i, a, b)
		if !(a > visible) || !(b > visible) {
			t.Errorf("want more than %d dB", visible)
		}
		if !slices.Equal(preview, again) || !slices.Equal(full, fullAgain) {
			t.Error("the same code gave another picture")
		}
	}
}

// psnr returns the peak signal-to-noise ratio in dB of images with values in [-1, 1].
func psnr(a, b []float32) float64 { return 20 * math.Log10(2/rms(a, b)) }
