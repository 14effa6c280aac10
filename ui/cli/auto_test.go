package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/faultlib"
	"deltaedit/ui/cli/bench"
)

// measured is a decision as a machine with a GPU has it.
func measured() *engine.Decision {
	return &engine.Decision{
		Provider: "webgpu", Measured: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), Kept: true, File: "/cache/providers.json",
		Candidates: []measure.Candidate{
			{Provider: "cuda", Refused: "not enabled in this build"},
			{Provider: "webgpu", Device: "a card", PreviewMS: 2.5, FinalMS: 10.4},
			{Provider: "cpu", Device: "a processor", PreviewMS: 40, FinalMS: 130},
		},
	}
}

func TestBenchNamesTheDecision(t *testing.T) {
	f := newFake()
	f.decision = measured()
	var res bench.Result
	decodeOne(t, call(t, f, "bench", "--runs", "1", "--engine", "gan", "--json").out, &res)
	if res.Auto == nil || res.Auto.Provider != "webgpu" || len(res.Auto.Candidates) != 3 || res.Auto.Candidates[1].PreviewMS != 2.5 || res.Auto.Measured.IsZero() {
		t.Errorf("got %+v", res.Auto)
	}
}

func TestDoctorTellsTheDecision(t *testing.T) {
	for name, c := range map[string]struct {
		auto autoHealth
		want []string
		not  string
	}{
		"measured": {
			autoHealth{Pack: "faces", Decided: true, Decision: *measured()},
			[]string{
				"for the pack faces: webgpu, as measured on 2026-03-04", "cuda      not used: not enabled in this build",
				"webgpu    13 ms (preview 2.5, full picture 10 more)", "cpu       170 ms", "kept in /cache/providers.json",
			},
			"note",
		},
		"not yet": {
			autoHealth{Pack: "faces", Decision: engine.Decision{Candidates: []measure.Candidate{{Provider: "webgpu"}, {Provider: "cpu"}}}},
			[]string{"not measured yet; the first start does it, or doctor --measure", "webgpu    not measured"},
			"kept in",
		},
		"no choice": {
			autoHealth{Pack: "faces", Decided: true, Decision: engine.Decision{
				Provider: "cpu", Notice: onnx.NoneUsable(nil), Candidates: []measure.Candidate{{Provider: "cpu"}},
			}},
			[]string{"cpu; nothing else can be used"},
			"kept in",
		},
		"not kept": {
			autoHealth{Pack: "faces", Decided: true, Decision: engine.Decision{
				Provider: "webgpu", Measured: time.Now(), Notice: "it cannot be kept", Candidates: measured().Candidates,
			}},
			[]string{"note: it cannot be kept"},
			"kept in ",
		},
	} {
		var b strings.Builder
		c.auto.print(&b)
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: want %q in\n%s", name, want, &b)
			}
		}
		if strings.Contains(b.String(), c.not) {
			t.Errorf("%s: %q in\n%s", name, c.not, &b)
		}
	}
	if got := call(t, newFake(), "doctor", "--software"); got.status != exitUsage || !strings.Contains(got.stderr, "--measure") {
		t.Errorf("got %v", got)
	}
}

// On a machine with a provider that is faster than the CPU: it is measured once and
// taken from then on; when it fails, as a session is made or at a run, the CPU takes
// its place with a notice, and it is measured again the next time.
func TestRealMeasuredChoice(t *testing.T) {
	real(t)
	library, err := onnx.Library()
	if err != nil {
		t.Fatal(err)
	}
	faulty := faultlib.Build(t, library)
	cache, dir := t.TempDir(), t.TempDir()
	do := func(fault string, args ...string) (string, string) {
		t.Helper()
		cmd := program(t, append(args, "--pack", filepath.Join("..", "..", "engine", "testdata", "official", "pack"), "--json")...)
		cmd.Env = append(cmd.Env, faulty.Environ(onnx.EnvLibrary, faultlib.Slow+"=20", fault, "XDG_CACHE_HOME="+cache)[len(os.Environ()):]...)
		out, errs, err := output(cmd)
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", fault, args, err, errs)
		}
		return out, errs
	}
	doctor := func(fault string, args ...string) autoHealth {
		t.Helper()
		out, _ := do(fault, append([]string{"doctor"}, args...)...)
		var h health
		decodeOne(t, out, &h)
		if h.Auto == nil {
			t.Fatalf("doctor tells no decision: %s", out)
		}
		return *h.Auto
	}
	random := func(fault string) (result, string) {
		t.Helper()
		out, errs := do(fault, "random", "--seed", "1", "--out", filepath.Join(dir, "o.png"))
		var res result
		decodeOne(t, out, &res)
		return res, errs
	}

	// A machine so busy that even the CPU takes seconds measures the next time.
	settle := func() {
		t.Helper()
		for range 5 {
			res, errs := random("")
			if res.Notice == "" && res.Provider == "cuda" && !strings.Contains(errs, "note") {
				return
			}
			t.Logf("not measured yet: %s, %s", res.Provider, res.Notice)
		}
		t.Fatal("it is never measured to be the fastest")
	}

	if a := doctor(""); a.Decided || a.Provider != "" || a.File != filepath.Join(cache, "deltaedit", "providers.json") {
		t.Errorf("before the first start: %+v", a)
	}
	settle()
	a := doctor("")
	cpu, _ := a.Of("cpu")
	gpu, _ := a.Of("cuda")
	if !a.Decided || !a.Kept || a.Provider != "cuda" || a.Measured.IsZero() || !(gpu.TotalMS() > 0) || !(cpu.TotalMS() > 40) || a.Pack == "" {
		t.Errorf("after it: %+v", a)
	}
	if a := doctor("", "--measure"); !a.Decided || a.Kept || a.Provider == "" {
		t.Errorf("measured again: %+v", a)
	}
	for fault, says := range map[string]string{
		faultlib.Create + "=1": "refuses this graph",
		faultlib.Append + "=1": "no such device",
		faultlib.Run + "=4":    "device was lost", // the probe, two warm-ups, and the first graph
	} {
		settle() // an earlier fault made it forgotten
		res, errs := random(fault)
		if !strings.Contains(res.Provider, "cpu") || !strings.Contains(res.Notice, says) || !strings.Contains(errs, "using the CPU") {
			t.Errorf("%s: provider %q, notice %q\n%s", fault, res.Provider, res.Notice, errs)
		}
		if a := doctor(""); a.Decided {
			t.Errorf("%s: the decision was not forgotten: %+v", fault, a)
		}
		onlyWhole(t, dir, "o.png")
	}
	// What fails while it is measured is refused, with a notice, now and later.
	for _, kept := range []bool{false, true} {
		res, errs := random(map[bool]string{false: faultlib.Run + "=3"}[kept])
		if res.Provider != "cpu" || !strings.Contains(res.Notice, "cuda is not used: ") || !strings.Contains(errs, "using the CPU") {
			t.Errorf("kept %v: provider %q, notice %q\n%s", kept, res.Provider, res.Notice, errs)
		}
	}
	if a := doctor(""); a.Provider != "cpu" || !a.Kept {
		t.Errorf("after it was refused: %+v", a)
	}
	// Who names a provider goes past all that.
	out, _ := do("", "random", "--seed", "1", "--provider", "cuda", "--out", filepath.Join(dir, "o.png"))
	var res result
	decodeOne(t, out, &res)
	if res.Provider != "cuda" || res.Notice != "" {
		t.Errorf("asked for by name: %+v", res)
	}
}

// An unwritable cache folder is a notice.
func TestRealUnwritableCache(t *testing.T) {
	real(t)
	library, err := onnx.Library()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "o.png")
	cmd := program(t, "random", "--seed", "1", "--json", "--out", out, "--pack", filepath.Join("..", "..", "engine", "testdata", "official", "pack"))
	cmd.Env = append(cmd.Env, faultlib.Build(t, library).Environ(onnx.EnvLibrary, faultlib.Slow+"=20", "XDG_CACHE_HOME="+file)[len(os.Environ()):]...)
	text, errs, err := output(cmd)
	var res result
	if err == nil {
		decodeOne(t, text, &res)
	}
	if err != nil || res.Provider != "cuda" || !strings.Contains(res.Notice, "cannot be kept") || !strings.Contains(errs, "note: ") {
		t.Errorf("%v, %+v\n%s", err, res, errs)
	}
}
