package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/internal/swiftshader"
	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/faultlib"
	"deltaedit/engine/pack"
)

// childVar makes the test binary choose for the pack in that folder and print what
// came of it: the Vulkan driver is chosen by the environment a process starts with.
const (
	childVar    = "DELTAEDIT_TEST_MEASURE"
	softwareVar = "DELTAEDIT_TEST_SOFTWARE"
	budgetVar   = "DELTAEDIT_TEST_BUDGET"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(childVar)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := child(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// With the race detector an ordinary end destroys what native code that does not
	// answer still works on.
	_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
}

func child(dir string) error {
	if err := onnx.Init(); err != nil {
		return err
	}
	p, err := pack.Open(dir)
	if err != nil {
		return err
	}
	c, err := New(p, os.Getenv(softwareVar) != "")
	if err != nil {
		return err
	}
	if text := os.Getenv(budgetVar); text != "" {
		if c.Budget, err = time.ParseDuration(text); err != nil {
			return err
		}
	}
	d, err := c.Choose(context.Background(), false, func(fraction float64) {
		fmt.Fprintf(os.Stderr, "measured %.2f\n", fraction)
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(d)
}

// slow skips a test where only quick ones are wanted: real providers take seconds to
// start, and minutes to be measured on a busy machine.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("real providers are measured")
	}
}

// inChild chooses in a process that has SwiftShader for a GPU, and says how long that
// took.
func inChild(t *testing.T, cache, dir string, env ...string) (Decision, time.Duration) {
	t.Helper()
	slow(t)
	start := time.Now()
	d, err := tryInChild(t, cache, dir, env...)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%s: %+v, %v", filepath.Base(dir), d, took.Round(time.Millisecond))
	return d, took
}

func tryInChild(t *testing.T, cache, dir string, env ...string) (d Decision, err error) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	// The race detector waits a second before it lets a process end.
	cmd.Env = swiftshader.Environ(t, append(env, childVar+"="+dir, "XDG_CACHE_HOME="+cache, "GORACE=atexit_sleep_ms=0")...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &d)
	}
	if err != nil {
		return d, fmt.Errorf("%w: %s\n%s", err, out, &errs)
	}
	return d, nil
}

// A driver that takes the whole program along does so twice, and not a third time:
// neither when it is only looked for nor when it is measured.
func TestCrashesAreRemembered(t *testing.T) {
	slow(t)
	library, err := onnx.Library()
	if err != nil {
		t.Fatal(err)
	}
	faulty := faultlib.Build(t, library)
	for run, task := range map[string]string{"1": Probing, "2": measuring} {
		t.Run(task, func(t *testing.T) {
			cache := t.TempDir()
			env := append(faulty.Environ(onnx.EnvLibrary, faultlib.Kill+"="+run), budgetVar+"=60s")
			for range crashLimit {
				if d, err := tryInChild(t, cache, tinyPack, env...); err == nil {
					t.Fatalf("it lives: %+v", d)
				}
			}
			d, _ := inChild(t, cache, tinyPack, env...)
			if d.Provider != CPU || !strings.Contains(d.Notice, "the program ended while "+task+" it") {
				t.Errorf("got %+v", d)
			}
		})
	}
}

// A process that may take little memory goes without OpenVINO; the next one, which
// may take more, measures it.
func TestLittleMemoryIsForgotten(t *testing.T) {
	slow(t)
	if runtime.GOARCH != "amd64" {
		t.Skip("OpenVINO is fetched for x86-64 only")
	}
	cache := t.TempDir()
	little := exec.Command("sh", "-c", `ulimit -v 3300000 && exec "$0"`, os.Args[0])
	little.Env = swiftshader.Environ(t, childVar+"="+tinyPack, "XDG_CACHE_HOME="+cache, budgetVar+"=60s", "GORACE=atexit_sleep_ms=0")
	out, err := little.CombinedOutput()
	t.Logf("%v: %.300s", err, out)
	d, _ := inChild(t, cache, tinyPack, budgetVar+"=60s")
	if vino := of(t, d, "openvino"); d.Kept || vino.Refused != "" || !(vino.FinalMS > 0) {
		t.Errorf("with memory enough: %+v", d)
	}
}

const tinyPack = "../testdata/official/pack"

// The CPU and WebGPU are really measured, and draw the same image. A GPU in software counts
// only where it is allowed.
func TestSwiftShaderIsMeasured(t *testing.T) {
	cache := t.TempDir()
	// Compiling for SwiftShader takes seconds, and more on a busy machine.
	d, _ := inChild(t, cache, tinyPack, softwareVar+"=1", budgetVar+"=90s")
	gpu, cpu := of(t, d, "webgpu"), of(t, d, CPU)
	if gpu.Refused != "" || !gpu.Software || !strings.Contains(gpu.Device, "SwiftShader") || !(gpu.PreviewMS > 0) || !(gpu.FinalMS > 0) {
		t.Errorf("webgpu: %+v", gpu)
	}
	if !(cpu.PreviewMS > 0) || !(cpu.FinalMS > 0) || cpu.Device == "" {
		t.Errorf("cpu: %+v", cpu)
	}
	if fast := fastest([]Candidate{gpu, of(t, d, "openvino"), cpu}); d.Provider != fast {
		t.Errorf("chosen: %s", d.Provider)
	}
	if want := filepath.Join(cache, "deltaedit", "providers.json"); d.File != want || d.Kept || d.Measured.IsZero() {
		t.Errorf("kept in %s, want %s: %+v", d.File, want, d)
	}
	if again, _ := inChild(t, cache, tinyPack, softwareVar+"=1"); !again.Kept || again.Provider != d.Provider || !again.Measured.Equal(d.Measured) {
		t.Errorf("the next process: %+v", again)
	}
	// Without OpenVINO beside the runtime there is nothing to choose from.
	library, err := onnx.Library()
	if err != nil {
		t.Fatal(err)
	}
	lone := filepath.Join(t.TempDir(), "libonnxruntime.so")
	if err := os.Symlink(library, lone); err != nil {
		t.Fatal(err)
	}
	if d, _ := inChild(t, cache, tinyPack, onnx.EnvLibrary+"="+lone); d.Provider != CPU || d.Kept || !d.Measured.IsZero() || !onnx.NoGPU(d.Notice) || !strings.Contains(d.Notice, "SwiftShader") {
		t.Errorf("without being told to count it: %+v", d)
	}
}

// The built-in pack on OpenVINO draws what it draws on the CPU, as near as bfloat16
// comes, and is taken where it is faster.
func TestOpenVINOIsMeasured(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("OpenVINO is fetched for x86-64 only")
	}
	packtest.Builtin(t)
	dir, err := pack.Find("")
	if err != nil {
		t.Fatal(err)
	}
	d, _ := inChild(t, t.TempDir(), dir, budgetVar+"=60s")
	vino, cpu := of(t, d, "openvino"), of(t, d, CPU)
	if vino.Refused != "" || vino.Software || vino.Device == "" || !(vino.PreviewMS > 0) || !(vino.FinalMS > 0) {
		t.Errorf("openvino: %+v", vino)
	}
	if d.Provider != fastest([]Candidate{vino, cpu}) || d.Notice != "" {
		t.Errorf("chosen: %s, with notice %q", d.Provider, d.Notice)
	}
}

// The built-in pack on a GPU that is far too slow: its native code is stopped when
// its time is over, and another is used.
func TestMeasuringIsBounded(t *testing.T) {
	packtest.Builtin(t)
	dir, err := pack.Find("")
	if err != nil {
		t.Fatal(err)
	}
	var d Decision
	budget := 10 * time.Second
	for ; budget < time.Minute; budget *= 2 {
		var took time.Duration
		d, took = inChild(t, t.TempDir(), dir, softwareVar+"=1", fmt.Sprint(budgetVar, "=", budget))
		if took > budget+15*time.Second {
			t.Errorf("with %v it took %v", budget, took)
		}
		if !d.Measured.IsZero() {
			break // otherwise this machine is so busy that even the CPU takes seconds
		}
	}
	gpu := of(t, d, "webgpu")
	if d.Provider == "webgpu" || !gpu.Broken || !strings.Contains(gpu.Refused, "took longer than") || !strings.Contains(d.Notice, "webgpu is not used") {
		t.Errorf("got %+v", d)
	}
}
