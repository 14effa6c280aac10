package onnx

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"deltaedit/engine/onnx/faultlib"
)

// childRuns, as the value of childVar, makes the child run a graph many times and
// report.
const childRuns = "runs"

// providerVar names the variable with the provider that the child requests.
const providerVar = "DELTAEDIT_TEST_PROVIDER"

// insteadVar names the variable that, when set, lets the CPU replace that provider.
const insteadVar = "DELTAEDIT_TEST_INSTEAD"

// runsReport is the result of running one session many times.
type runsReport struct {
	Init   string // the error
	Open   string
	First  string // the provider at first
	Then   string
	Notice string
	Told   []string // the notices passed to Options.Instead
	Right  int      // number of runs with the right result
	Failed int
	Error  string // of the last run that failed
}

func manyRuns() int {
	var r runsReport
	o := Options{Provider: os.Getenv(providerVar), Threads: 1}
	if os.Getenv(insteadVar) != "" {
		o.Instead = func(notice string) { r.Told = append(r.Told, notice) }
	}
	if err := Init(); err != nil {
		r.Init = err.Error()
	} else if s, err := Open("testdata/sums.onnx", sums(), o); err != nil {
		r.Open = err.Error()
	} else {
		r.First = s.Provider()
		for i := range 150 {
			x := float32(i)
			out, err := s.Run(context.Background(), map[string][]float32{"left": {x, 1, 2, 3}, "right": {1, 1, 1, x}})
			switch {
			case err != nil:
				r.Failed, r.Error = r.Failed+1, err.Error()
			case out["total"][0] == x+1 && out["product"][3] == 3*x:
				r.Right++
			}
		}
		r.Then, r.Notice = s.Provider(), s.Notice()
		if err := s.Close(); err != nil {
			r.Error = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func runsChild(t *testing.T, env []string) runsReport {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	// The race detector waits a second before a process may end.
	cmd.Env = append(env, childVar+"="+childRuns, "GORACE=atexit_sleep_ms=0")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var r runsReport
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, &errs)
	}
	return r
}

// A provider that fails when it is added, when a session is made or at the 100th run is
// replaced by the CPU when auto chose it, with a notice and without any wrong or
// missing result. The same holds for one that was chosen before (Options.Instead), and
// Instead is called. One that was requested by name is never replaced.
func TestProviderFaults(t *testing.T) {
	needRuntime(t)
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	faulty := faultlib.Build(t, library)
	const chosen = "cuda, chosen before"
	for _, c := range []struct {
		name, fault, provider string
		want                  runsReport // the texts are parts of the messages
	}{
		{"none", "", auto, runsReport{First: cuda, Then: cuda, Right: 150}},
		{"append, auto", faultlib.Append + "=1", auto, runsReport{First: cpu, Then: cpu, Right: 150, Notice: "no such device"}},
		{"none, chosen", "", chosen, runsReport{First: cuda, Then: cuda, Right: 150}},
		{"append, chosen", faultlib.Append + "=1", chosen, runsReport{First: cpu, Then: cpu, Right: 150, Notice: "cuda cannot be used (injected: no such device)"}},
		{"session, chosen", faultlib.Create + "=1", chosen, runsReport{First: cpu, Then: cpu, Right: 150, Notice: "refuses this graph"}},
		{"first run, chosen", faultlib.Run + "=2", chosen, runsReport{First: cpu, Then: cpu, Right: 150, Notice: "device was lost"}},
		{"100th run, chosen", faultlib.Run + "=100", chosen, runsReport{First: cuda, Then: cpu, Right: 150, Notice: "device was lost"}},
		{"append, by name", faultlib.Append + "=1", cuda, runsReport{Open: "no such device"}},
		{"session, auto", faultlib.Create + "=1", auto, runsReport{First: cpu, Then: cpu, Right: 150, Notice: "refuses this graph"}},
		{"session, by name", faultlib.Create + "=1", cuda, runsReport{Open: "refuses this graph"}},
		// The probe and the warm-up are runs too.
		{"100th run, auto", faultlib.Run + "=100", auto, runsReport{First: cuda, Then: cpu, Right: 150, Notice: "device was lost"}},
		{"100th run, by name", faultlib.Run + "=100", cuda, runsReport{First: cuda, Then: cuda, Right: 98, Failed: 52, Error: "on cuda"}},
		{"first run, auto", faultlib.Run + "=1", auto, runsReport{First: cpu, Then: cpu, Right: 150, Notice: "device was lost"}},
		{"memory, auto", faultlib.Memory + "=50", auto, runsReport{First: cuda, Then: cpu, Right: 150, Notice: "allocate memory"}},
		{"memory, cpu", faultlib.Memory + "=50", cpu, runsReport{First: cpu, Then: cpu, Right: 149, Failed: 1, Error: "not enough memory"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := faulty.Environ(EnvLibrary, c.fault, providerVar+"="+c.provider)
			if c.provider == chosen {
				env = append(env, providerVar+"="+cuda, insteadVar+"=1")
			}
			got := runsChild(t, env)
			w := c.want
			if got.First != w.First || got.Then != w.Then || got.Right != w.Right || got.Failed != w.Failed || got.Init != "" {
				t.Errorf("got %+v, want %+v", got, w)
			}
			for _, p := range [][2]string{{got.Open, w.Open}, {got.Notice, w.Notice}, {got.Error, w.Error}} {
				if !strings.Contains(p[0], p[1]) || (p[0] == "") != (p[1] == "") {
					t.Errorf("it says %q, want something with %q", p[0], p[1])
				}
			}
			if told := c.provider == chosen && w.Notice != ""; told != (len(got.Told) == 1) || told && got.Told[0] != got.Notice {
				t.Errorf("its owner was told %q, the notice is %q", got.Told, got.Notice)
			}
			if w.Notice != "" && !strings.Contains(got.Notice, "using the CPU") {
				t.Errorf("the notice %q does not say what is used instead", got.Notice)
			}
		})
	}
}

// A library that is too old, for another machine, truncated or not a library is
// refused. The error has its path and what to do, and the process continues.
func TestBadLibraries(t *testing.T) {
	needRuntime(t)
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("too old", func(t *testing.T) {
		r := runsChild(t, faultlib.Build(t, library).Environ(EnvLibrary, faultlib.Old+"=1", providerVar+"=cpu"))
		if !strings.Contains(r.Init, "1.25 or later") || !strings.Contains(r.Init, "libonnxruntime.so") {
			t.Errorf("it says %q", r.Init)
		}
	})
	if runtime.GOOS != "linux" {
		t.Skip("the others are ELF files")
	}
	whole, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(whole[:1<<16])
	machine := elf.EM_AARCH64
	if runtime.GOARCH == "arm64" {
		machine = elf.EM_X86_64
	}
	binary.LittleEndian.PutUint16(other[18:], uint16(machine))
	small := bytes.Clone(whole[:1<<16])
	small[4] = byte(elf.ELFCLASS32)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"another machine":  {other, machine.String()},
		"32 bits":          {small, "32"},
		"cut short":        {whole[:len(whole)/2], "cut short"},
		"cut at the front": {whole[:100], "cut short"},
		"a text":           {[]byte("not a library"), "not a library"},
		"empty":            {nil, "not a library"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "libonnxruntime.so")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			r := runsChild(t, append(os.Environ(), EnvLibrary+"="+path, providerVar+"=cpu"))
			if !strings.Contains(r.Init, c.says) || !strings.Contains(r.Init, path) || !strings.Contains(r.Init, "make setup") {
				t.Errorf("it says %q, want %q, the path and what to do", r.Init, c.says)
			}
		})
	}
}
