package measure

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"deltaedit/engine/onnx"
)

// fake is the work on a provider that behaves as a test wants.
type fake struct {
	took     time.Duration // that a draw says it took, preview and picture alike
	spoil    func(n, drawn int, d *Drawn)
	open     error
	failAt   int // the draw that fails, from 1; 0 for none
	hangOpen bool
	hangDraw bool
	deaf     bool // to its context
	panics   bool

	release chan struct{} // ends what hangs
	opened  atomic.Int32
	closed  atomic.Int32
	drawn   int
}

var errBoom = errors.New("boom")

func (f *fake) hang(ctx context.Context) error {
	if f.deaf {
		<-f.release
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (f *fake) Draw(ctx context.Context, n int) (Drawn, error) {
	f.drawn++
	if f.panics {
		panic("injected")
	}
	if f.drawn == f.failAt {
		return Drawn{}, errBoom
	}
	if f.hangDraw {
		if err := f.hang(ctx); err != nil {
			return Drawn{}, err
		}
	}
	d := Drawn{Preview: ramp(16, n), Final: ramp(64, n), PreviewTook: f.took, FinalTook: f.took}
	if f.spoil != nil {
		f.spoil(n, f.drawn, &d)
	}
	return d, nil
}

func (f *fake) Close() error { f.closed.Add(1); return nil }

// ramp is a picture from -1 to 1, another for each n.
func ramp(size, n int) []float32 {
	v := make([]float32, size)
	for i := range v {
		v[i] = 2*float32((i+n*size/3)%size)/float32(size-1) - 1
	}
	return v
}

// rig is a chooser over fakes, by provider.
type rig struct {
	*Chooser
	fakes map[string]*fake
	asked atomic.Int32 // for candidates
	at    []float64
}

func newRig(t *testing.T, fakes map[string]*fake) *rig {
	t.Helper()
	r := &rig{fakes: fakes}
	if fakes[CPU] == nil {
		fakes[CPU] = &fake{took: 50 * time.Millisecond}
	}
	for _, f := range fakes {
		f.release = make(chan struct{})
		t.Cleanup(func() { close(f.release) })
	}
	r.Chooser = &Chooser{
		Key:  someKey(),
		File: filepath.Join(t.TempDir(), "deltaedit", fileName),
		Candidates: func() []Candidate {
			r.asked.Add(1)
			var out []Candidate
			for _, name := range []string{"cuda", "webgpu", "directml"} {
				if fakes[name] != nil {
					out = append(out, Candidate{Provider: name, Device: "a " + name})
				}
			}
			return append(out, Candidate{Provider: "coreml", Refused: "not built in"})
		},
		Without: func() string { return "no GPU can be used" },
		Open: func(ctx context.Context, provider string) (Runner, error) {
			f := r.fakes[provider]
			f.opened.Add(1)
			if f.open != nil {
				return nil, f.open
			}
			if f.hangOpen {
				if err := f.hang(ctx); err != nil {
					return nil, err
				}
			}
			f.drawn = 0
			return f, nil
		},
		CPUDevice: "a processor",
		Budget:    5 * time.Second,
	}
	return r
}

func someKey() Key {
	return Key{
		Machine: onnx.Machine{Runtime: "1.27.0, 5 bytes", Devices: []string{"Vulkan: a card, driver 1"}, CPU: "a processor", Threads: 2},
		Pack:    "faces", Version: "1", Manifest: "00",
	}
}

func (r *rig) progress(fraction float64) {
	r.at = append(r.at, fraction)
}

// choose chooses and fails the test on an error.
func (r *rig) choose(t *testing.T, again bool) Decision {
	t.Helper()
	d, err := r.Choose(t.Context(), again, r.progress)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func of(t *testing.T, d Decision, provider string) Candidate {
	t.Helper()
	c, ok := d.Of(provider)
	if !ok {
		t.Fatalf("nothing is known of %s: %+v", provider, d)
	}
	return c
}

var nan = float32(math.NaN())
