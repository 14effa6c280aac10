package synth

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/internal/swiftshader"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// childVar makes the test binary run compareProviders instead of its tests: the
// Vulkan driver is chosen by the environment a process starts with.
const childVar = "DELTAEDIT_TEST_WEBGPU"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		os.Exit(m.Run())
	}
	if err := compareProviders(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The graph that makes previews gives the same result on WebGPU as on the CPU.
func TestWebGPUAgreesWithCPU(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SwiftShader stands in for a GPU on Linux only")
	}
	packtest.Builtin(t) // fails and says what to do when make setup has not been run
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = swiftshader.Environ(t, childVar+"=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// tolerance is for image values of about [-1, 1]; features are larger and are compared
// relative to their own range.
const tolerance = 1e-2

func compareProviders() error {
	ctx := context.Background()
	dir, err := pack.Find("")
	if err != nil {
		return err
	}
	p, err := pack.Open(dir)
	if err != nil {
		return err
	}
	g, err := New(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		return err
	}
	defer g.Close()
	style, err := g.Random(ctx, 1, 0.7)
	if err != nil {
		return err
	}
	offset := make([]float32, g.OffsetLen())
	for i, v := range Noise(2, len(offset)) {
		offset[i] = 0.1 * v
	}
	// Use another face before the edit, so that some features are retained and the
	// offset is reduced.
	other, err := g.Random(ctx, 2, 0.7)
	if err != nil {
		return err
	}
	if err := g.SetReference(ctx, other); err != nil {
		return err
	}
	in := map[string][]float32{"style": style, "offset": offset, "reference": g.reference}
	if _, err := compareGraph(ctx, p, g, 0, in); err != nil {
		return err
	}
	return compareStyleGAN2(ctx)
}

// compareStyleGAN2 compares both graphs of a tiny StyleGAN2 (see engine/testdata).
func compareStyleGAN2(ctx context.Context) error {
	p, err := pack.Open(filepath.Join("..", "testdata", "official", "pack"))
	if err != nil {
		return err
	}
	g, err := New(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		return err
	}
	defer g.Close()
	if err := g.Wait(ctx); err != nil {
		return err
	}
	style, wplus, err := g.RandomCode(ctx, 1, 0.7)
	if err != nil {
		return err
	}
	low, err := compareGraph(ctx, p, g, 0, map[string][]float32{"style": style, "w_plus": wplus})
	if err != nil {
		return err
	}
	in := maps.Clone(low)
	in["style"], in["w_plus"] = style, wplus
	if _, err = compareGraph(ctx, p, g, 1, in); err != nil {
		return err
	}
	return compareInverter(ctx, p)
}

// compareInverter compares a tiny e4e, which runs on the generator's provider.
func compareInverter(ctx context.Context, p *pack.Pack) error {
	cpu, err := onnx.Load(p, "inverter", 0, onnx.Options{Provider: "cpu"})
	if err != nil {
		return err
	}
	defer cpu.Close()
	in := map[string][]float32{"image": Noise(3, len(cpu.Input("image")))}
	want, err := cpu.Run(ctx, in)
	if err != nil {
		return err
	}
	return compareGPU(ctx, p, "inverter", cpu.Graph(), 0, in, want)
}

// compareGraph runs a graph of the generator on both providers and returns the CPU's
// results.
func compareGraph(ctx context.Context, p *pack.Pack, g *Generator, i int, in map[string][]float32) (map[string][]float32, error) {
	want, err := g.parts[i].sess.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	return want, compareGPU(ctx, p, "generator", g.graphs[i], i, in, want)
}

func compareGPU(ctx context.Context, p *pack.Pack, component string, graph pack.Graph, i int, in, want map[string][]float32) error {
	gpu, err := onnx.Load(p, component, i, onnx.Options{Provider: "webgpu"})
	if err != nil {
		return err
	}
	defer gpu.Close()
	if gpu.Provider() != "webgpu" {
		return fmt.Errorf("want webgpu, got %s", gpu.Provider())
	}
	got, err := gpu.Run(ctx, in)
	if err != nil {
		return err
	}
	for role := range graph.Outputs {
		scale := math.Max(1, largest(want[role]))
		worst := 0.0
		for i, w := range want[role] {
			d := math.Abs(float64(got[role][i]-w)) / scale
			if !(d <= tolerance) {
				return fmt.Errorf("%s: value %d: want %v, got %v", role, i, w, got[role][i])
			}
			worst = math.Max(worst, d)
		}
		if spread := slices.Max(want[role]) - slices.Min(want[role]); !(spread > 0.1) {
			return fmt.Errorf("%s: all values within %v: nothing was compared", role, spread)
		}
		fmt.Printf("%s: %d values, largest difference %.2g of %.3g\n", role, len(want[role]), worst, scale)
	}
	return nil
}

func largest(v []float32) float64 {
	m := 0.0
	for _, x := range v {
		m = math.Max(m, math.Abs(float64(x)))
	}
	return m
}
