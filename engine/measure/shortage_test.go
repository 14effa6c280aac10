package measure

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/onnx"
)

// used are errors of runtimes when memory, file descriptors or threads are used up.
var used = func() (list []error) {
	for _, text := range []string{
		"std::bad_alloc",
		"Exception during initialization: bad allocation",
		"Failed to allocate memory for requested buffer of size 301989888",
		"CUDA failure 2: out of memory ; GPU=0",
		"CUBLAS_STATUS_ALLOC_FAILED",
		"vkAllocateMemory: VK_ERROR_OUT_OF_DEVICE_MEMORY",
		"libopenvino.so.2540: failed to map segment from shared object",
		"pthread_setaffinity_np failed: pthread_create: Resource temporarily unavailable",
		"all CUDA-capable devices are busy or unavailable",
		strings.Repeat("a long beginning ", 40) + "Too many open files",
	} {
		list = append(list, errors.New(text))
	}
	return append(
		list,
		fmt.Errorf("open model.xml: %w", syscall.EMFILE),
		fmt.Errorf("load: %w", &os.PathError{Op: "open", Path: "x", Err: syscall.ENFILE}),
		fmt.Errorf("map the weights: %w", syscall.ENOMEM),
		errors.New("component generator: std::bad_alloc"),
	)
}()

// A shortage counts for this time, and not for the next: as soon as it is over, the
// provider is measured, and that is kept.
func TestShortagesPass(t *testing.T) {
	for _, err := range used {
		if got := causeOf(err); got != shortage {
			t.Errorf("%v: %d", err, got)
		}
	}
	for _, err := range used[len(used)-2:] { // one that wraps the system's, one in words
		bad := &fake{took: time.Millisecond, open: err}
		r := newRig(t, map[string]*fake{"cuda": bad, "webgpu": {took: 20 * time.Millisecond}})
		for range 2 { // for as long as it lasts
			d := r.choose(t, false)
			if got := of(t, d, "cuda"); d.Provider != "webgpu" || !got.Broken || d.Kept || !strings.Contains(d.Notice, "next start") {
				t.Errorf("%v: %+v", err, d)
			}
			if _, ok := r.Kept(); ok {
				t.Errorf("%v: it is kept", err)
			}
		}
		bad.open = nil
		if d := r.choose(t, false); d.Provider != "cuda" || d.Notice != "" {
			t.Errorf("%v: when it was over: %+v", err, d)
		}
		if d := r.choose(t, false); d.Provider != "cuda" || !d.Kept {
			t.Errorf("%v: the measurement is not kept: %+v", err, d)
		}
		// A measurement that was asked for and met a shortage leaves what was kept.
		bad.open = err
		if d := r.choose(t, true); d.Provider != "webgpu" {
			t.Errorf("%v: measured again: %+v", err, d)
		}
		if d, ok := r.Kept(); !ok || d.Provider != "cuda" {
			t.Errorf("%v: the earlier decision is lost: %+v", err, d)
		}
	}
}

// So does one that shows while the providers are looked for.
func TestShortagesWhileProbingPass(t *testing.T) {
	infos := []onnx.ProviderInfo{
		{Name: "openvino", Detail: "libopenvino.so.2540: failed to map segment from shared object"},
		{Name: "webgpu", Usable: true, Device: "a card"},
		{Name: "coreml", Detail: "not built in"},
	}
	r := newRig(t, map[string]*fake{"openvino": {took: time.Millisecond}, "webgpu": {took: 20 * time.Millisecond}})
	r.Candidates = func() []Candidate { return candidates(infos, false) }
	if d := r.choose(t, false); d.Provider != "webgpu" {
		t.Errorf("%+v", d)
	}
	if _, ok := r.Kept(); ok {
		t.Error("a decision without OpenVINO, for a shortage, is kept")
	}
	infos[0] = onnx.ProviderInfo{Name: "openvino", Usable: true}
	if d := r.choose(t, false); d.Provider != "openvino" || d.Notice != "" {
		t.Errorf("when it was over: %+v", d)
	}
	if _, ok := r.Kept(); !ok {
		t.Error("it is not kept")
	}
}

// One that does not finish in time may have met a busy machine: it is believed when
// it happens again and again, and for a day.
func TestLateProvidersAreTriedAgain(t *testing.T) {
	slow := &fake{took: time.Millisecond, hangDraw: true}
	r := newRig(t, map[string]*fake{"cuda": slow, "webgpu": {took: 20 * time.Millisecond}})
	r.Budget = 300 * time.Millisecond
	for n := 1; n <= lateRuns; n++ {
		if d := r.choose(t, false); d.Kept || d.Provider != "webgpu" || !strings.Contains(of(t, d, "cuda").Refused, "took longer than") {
			t.Fatalf("time %d: %+v", n, d)
		}
		if _, ok := r.Kept(); ok != (n == lateRuns) {
			t.Fatalf("time %d: kept %t", n, ok)
		}
	}
	e := load(r.File).Entries[0]
	if !e.valid(time.Now().Add(lateAge-time.Minute)) || e.valid(time.Now().Add(lateAge+time.Minute)) {
		t.Errorf("it holds for another time than %v", lateAge)
	}
	slow.hangDraw = false
	r.Budget = 5 * time.Second
	if d := r.choose(t, true); d.Provider != "cuda" || d.Notice != "" {
		t.Errorf("on a machine at rest: %+v", d)
	}
	if e := load(r.File).Entries[0]; e.Late != 0 {
		t.Errorf("what was late is still counted: %+v", e)
	}
	// A quiet start in between begins the count anew.
	slow.hangDraw = true
	r.Budget = 300 * time.Millisecond
	r.choose(t, true)
	if e := load(r.File).Entries[0]; e.Late != 1 {
		t.Errorf("counted %d times", e.Late)
	}
}

// Times that differ much were measured on a busy machine: they are kept for a day.
func TestUnsteadyTimesHoldForADay(t *testing.T) {
	for name, c := range map[string]struct {
		took []time.Duration // draw by draw
		want bool
	}{
		"steady":         {[]time.Duration{9, 9, 10, 9, 8, 9}, false},
		"one slow":       {[]time.Duration{9, 9, 90, 9, 8, 9}, false},
		"most are slow":  {[]time.Duration{9, 9, 90, 80, 8, 90}, true},
		"slow to set up": {[]time.Duration{900, 9, 9, 9, 9, 9}, false},
	} {
		f := &fake{}
		f.spoil = func(_, drawn int, d *Drawn) {
			d.FinalTook = c.took[min(drawn, len(c.took))-1] * time.Millisecond
			d.PreviewTook = time.Millisecond
		}
		r := newRig(t, map[string]*fake{"cuda": f})
		r.choose(t, false)
		e := load(r.File).Entries[0]
		if e.Unsteady != c.want || !e.valid(time.Now()) || e.valid(time.Now().Add(lateAge+time.Minute)) == c.want {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// Wrong results are not a shortage, and neither is what a provider never has.
func TestLastingCauses(t *testing.T) {
	for text, want := range map[string]cause{
		"its picture is another than the CPU's": lasting, "no Vulkan device: the loader is missing": lasting, "boom": lasting,
		"not built in": lasting, "std::bad_alloc": shortage, "OUT OF MEMORY": shortage,
	} {
		if got := causeOf(errors.New(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	if got := causeOf(fmt.Errorf("%w 3.0 s (%w)", errLate, errStuck)); got != late {
		t.Errorf("late: %d", got)
	}
	if got := causeOf(fmt.Errorf("%w 3.0 s (%w)", errLate, syscall.ENOMEM)); got != shortage {
		t.Errorf("late for want of memory: %d", got)
	}
}
