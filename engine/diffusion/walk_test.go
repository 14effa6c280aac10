package diffusion

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// gauss is the best denoiser of pictures that are N(mean, 0.25²), in float64.
// Under it (x − mean)/√(0.25² + σ²) stays what it is along a walk.
func gauss(mean float64) Denoise {
	return func(_ context.Context, x []float32, sigma float64) ([]float32, error) {
		out := make([]float32, len(x))
		for i, v := range x {
			out[i] = float32((variance*float64(v) + sigma*sigma*mean) / (variance + sigma*sigma))
		}
		return out, nil
	}
}

const variance = 0.25 * 0.25

// scale is by how much a walk stretches the distance from the mean.
func scale(from, to float64) float64 {
	return math.Sqrt((variance + to*to) / (variance + from*from))
}

var wide = params{SigmaMin: 0.01, SigmaMax: 20, Rho: 7, Steps: 20}

func up(p params, n int) []float64 {
	s := p.karras(n)
	slices.Reverse(s)
	return s
}

func noise(n int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]float32, n)
	for i := range out {
		out[i] = 0.4*r.Float32() - 0.2
	}
	return out
}

// relative is the largest error of a walk against the exact solution, as a share
// of the largest distance from the mean.
func relative(t *testing.T, sigmas []float64, mean float64) float64 {
	t.Helper()
	x := noise(64)
	from, to := sigmas[0], sigmas[len(sigmas)-1]
	for i := range x {
		x[i] *= float32(math.Sqrt(1 + from*from))
	}
	got, err := NewWalk(x, sigmas, gauss(mean)).Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var worst, most float64
	for i, v := range x {
		want := (float64(v) - mean) * scale(from, to)
		worst = max(worst, math.Abs(float64(got[i])-mean-want))
		most = max(most, math.Abs(want))
	}
	return worst / most
}

func TestGrid(t *testing.T) {
	s := wide.karras(20)
	if len(s) != 21 || s[0] != 20 || s[20] != 0.01 || !slices.IsSortedFunc(s, func(a, b float64) int { return -cmpFloat(a, b) }) {
		t.Errorf("grid %v", s)
	}
	// Equation 5 of the paper, in the middle.
	want := math.Pow((math.Pow(20, 1.0/7)+math.Pow(0.01, 1.0/7))/2, 7)
	if !(math.Abs(s[10]-want) < 1e-9) {
		t.Errorf("the middle is %v, want %v", s[10], want)
	}
}

func cmpFloat(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

func TestWalksConvergeWithSecondOrder(t *testing.T) {
	for name, grid := range map[string]func(int) []float64{
		"decode": wide.karras,
		"encode": func(n int) []float64 { return up(wide, n) },
	} {
		t.Run(name, func(t *testing.T) {
			var errs []float64
			for _, n := range []int{10, 20, 40, 80} {
				errs = append(errs, relative(t, grid(n), 0.1))
			}
			t.Logf("errors %.5f", errs)
			if !(errs[1] < 0.03 && errs[3] < 0.002) {
				t.Errorf("errors %v at 10, 20, 40 and 80 steps", errs)
			}
			// Of second order: four times less with twice the steps, more or less.
			if order := math.Log2(errs[2] / errs[3]); !(order > 1.7) {
				t.Errorf("order %.2f, want about 2", order)
			}
		})
	}
}

func TestThereAndBack(t *testing.T) {
	picture := noise(192)
	ctx := t.Context()
	for _, tc := range []struct {
		steps int
		eps   float64
	}{{10, 0.004}, {20, 0.003}, {100, 0.0001}} {
		x, err := NewWalk(picture, up(wide, tc.steps), gauss(0.1)).Run(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := NewWalk(x, wide.karras(tc.steps), gauss(0.1)).Run(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for i, v := range picture {
			worst = max(worst, math.Abs(float64(back[i]-v)))
		}
		t.Logf("%d steps: %.5f", tc.steps, worst)
		if !(worst < tc.eps) {
			t.Errorf("%d steps: the picture is off by %v, want below %v", tc.steps, worst, tc.eps)
		}
		// Under another mean it moves there.
		moved, err := NewWalk(x, wide.karras(tc.steps), gauss(0.4)).Run(ctx, nil)
		if err != nil || !(moved[0] > back[0]+0.2) {
			t.Errorf("%v under another mean, %v before; %v", moved[0], back[0], err)
		}
	}
}

func TestAWalkIsTakenUpAgain(t *testing.T) {
	whole, err := NewWalk(noise(64), up(wide, 12), gauss(0)).Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := NewWalk(noise(64), up(wide, 12), gauss(0))
	var told []int
	_, err = w.Run(ctx, func(s Step) error {
		if told = append(told, s.Index); s.Index == 5 {
			cancel()
		}
		if s.Steps != 12 || len(s.Estimate) != 64 {
			t.Errorf("told %d of %d, %d values", s.Index, s.Steps, len(s.Estimate))
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || w.Taken() != 5 || w.Done() {
		t.Fatalf("%d steps taken, %v", w.Taken(), err)
	}
	got, err := w.Run(t.Context(), func(s Step) error { told = append(told, s.Index); return nil })
	if err != nil || !slices.Equal(got, whole) || !slices.Equal(told, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) {
		t.Errorf("another result, told of %v, %v", told, err)
	}
	if _, err := w.Next(t.Context()); err == nil {
		t.Error("a step beyond the end")
	}
}

func TestAFailedRunLeavesTheWalk(t *testing.T) {
	fail := true
	broken := errors.New("broken")
	d := gauss(0)
	w := NewWalk(noise(8), wide.karras(10), func(ctx context.Context, x []float32, sigma float64) ([]float32, error) {
		if fail {
			return nil, broken
		}
		return d(ctx, x, sigma)
	})
	if _, err := w.Next(t.Context()); !errors.Is(err, broken) || w.Taken() != 0 {
		t.Errorf("%d steps taken, %v", w.Taken(), err)
	}
	fail = false
	if _, err := w.Run(t.Context(), nil); err != nil {
		t.Error(err)
	}
	w = NewWalk(noise(8), wide.karras(10), d)
	if _, err := w.Run(t.Context(), func(Step) error { return broken }); !errors.Is(err, broken) || w.Taken() != 1 {
		t.Errorf("%d steps taken, %v", w.Taken(), err)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		at   func(x []float32, sigma float64) []float32
		says string
	}{
		"not a number":     {func(x []float32, _ float64) []float32 { x[3] = float32(math.NaN()); return x }, "NaN at index 3"},
		"an infinity":      {func(x []float32, _ float64) []float32 { x[0] = float32(math.Inf(-1)); return x }, "-Inf"},
		"far from any":     {func(x []float32, _ float64) []float32 { x[5] = -41; return x }, "reaches 41, want about 1"},
		"noise that grows": {func(x []float32, s float64) []float32 { x[1] = 15; x[2] = -15; x[3] = 15; return x }, "times what it should be"},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			sigmas := wide.karras(10)
			if strings.HasPrefix(name, "noise") {
				sigmas = []float64{2, 0.1, 0.05}
			}
			w := NewWalk(make([]float32, 8), sigmas, func(_ context.Context, x []float32, s float64) ([]float32, error) {
				runs++
				out := make([]float32, len(x))
				if runs < 2 && !strings.HasPrefix(name, "noise") {
					return out, nil
				}
				return tc.at(out, s), nil
			})
			_, err := w.Run(t.Context(), nil)
			if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), "the GAN") {
				t.Fatalf("got %v", err)
			}
			if again := runs; w.Done() {
				t.Error("done")
			} else if _, err := w.Run(t.Context(), nil); !errors.Is(err, ErrDiverged) || runs != again {
				t.Errorf("the walk went on after %v", err)
			}
		})
	}
	short := NewWalk(make([]float32, 8), wide.karras(10), func(context.Context, []float32, float64) ([]float32, error) {
		return make([]float32, 7), nil
	})
	if _, err := short.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "want 8") {
		t.Errorf("got %v", err)
	}
}
