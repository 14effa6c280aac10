package measure

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

// died is what is written down when a process did not live to strike it out.
func died(t *testing.T, c *Chooser, task, provider string, times int, ago time.Duration) {
	t.Helper()
	if err := makeDir(c.File); err != nil {
		t.Fatal(err)
	}
	a := attempt{Key: c.Key, Task: task, Provider: provider, Times: times, Last: time.Now().Add(-ago)}
	if err := c.writeAttempts(append(c.readAttempts(), a)); err != nil {
		t.Fatal(err)
	}
}

func TestAttemptsAreStruckOut(t *testing.T) {
	r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond}})
	died(t, r.Chooser, measuring, "webgpu", 1, 0)
	done := r.Attempt(Opening, "cuda")
	if all := r.readAttempts(); len(all) != 2 || all[0].Provider != "cuda" || all[0].Times != 1 || all[0].Task != Opening {
		t.Errorf("written: %+v", all)
	}
	// A second attempt at the same time is a record of its own.
	r.Attempt(Opening, "directml")()
	if all := r.readAttempts(); len(all) != 2 {
		t.Errorf("beside another: %+v", all)
	}
	done()
	if all := r.readAttempts(); len(all) != 1 || all[0].Provider != "webgpu" {
		t.Errorf("struck out: %+v", all)
	}
	r.Attempt(measuring, "webgpu")()
	if _, err := os.Stat(r.attempts()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("with nothing in it the file is still there: %v", err)
	}
	r.Attempt(Opening, CPU) // not written: there is nothing else to take
	if r.choose(t, false).Provider != "cuda" || len(r.readAttempts()) != 0 {
		t.Errorf("a measurement leaves %+v", r.readAttempts())
	}
}

// What ended the program twice is not tried again, for a week, unless it is asked for.
func TestDeadlyProvidersAreSpared(t *testing.T) {
	for name, c := range map[string]struct {
		task, provider string
		times          int
		ago            time.Duration
		measured       bool // before
		want           string
	}{
		"measuring, once":      {measuring, "cuda", 1, 0, false, "cuda"},
		"measuring":            {measuring, "cuda", 2, 0, false, "webgpu"},
		"opening":              {Opening, "cuda", 2, 0, true, "webgpu"},
		"opening, once":        {Opening, "cuda", 1, 0, true, "cuda"},
		"opening, another":     {Opening, "webgpu", 2, 0, true, "cuda"},
		"opening, before":      {Opening, "cuda", 2, 0, false, "webgpu"},
		"probing":              {Probing, "", 2, 0, false, CPU},
		"probing, once":        {Probing, "", 1, 0, false, "cuda"},
		"opening, last month":  {Opening, "cuda", 5, 31 * 24 * time.Hour, true, "cuda"},
		"opening, in a future": {Opening, "cuda", 5, -48 * time.Hour, true, "cuda"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond}, "webgpu": {took: 2 * time.Millisecond}})
			if c.measured && r.choose(t, false).Provider != "cuda" {
				t.Fatal("cuda is not the fastest")
			}
			opened, asked := r.fakes["cuda"].opened.Load(), r.asked.Load()
			died(t, r.Chooser, c.task, c.provider, c.times, c.ago)
			for range 2 { // and it stays so
				d := r.choose(t, false)
				if d.Provider != c.want {
					t.Fatalf("got %+v, want %s", d, c.want)
				}
				if c.want == "cuda" {
					continue
				}
				if !strings.Contains(d.Notice, "the last 2 times, the program ended while "+c.task+" it") {
					t.Errorf("notice %q", d.Notice)
				}
				if r.fakes["cuda"].opened.Load() != opened || c.want == CPU && r.asked.Load() != asked {
					t.Error("it was tried all the same")
				}
			}
			if d := r.choose(t, true); d.Provider != "cuda" || d.Notice != "" || len(r.readAttempts()) != 0 {
				t.Errorf("measured again: %+v, left %+v", d, r.readAttempts())
			}
		})
	}
}

// A provider that ends the program does not make the measurement that chose it last
// longer than it would.
func TestCrashDoesNotProlongADecision(t *testing.T) {
	r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond}, "webgpu": {took: 2 * time.Millisecond}})
	d := r.choose(t, false)
	for name, e := range map[string]entry{"late": {Late: lateRuns}, "unsteady": {Unsteady: true}} {
		e.Key, e.Provider, e.Candidates, e.Measured = r.Key, "cuda", d.Candidates, d.Measured
		if err := update(r.File, func(f *file) bool { f.put(e); return true }); err != nil {
			t.Fatal(err)
		}
		died(t, r.Chooser, Opening, "cuda", crashLimit, 0)
		if d := r.choose(t, false); d.Provider != "webgpu" || d.Kept {
			t.Errorf("%s: %+v", name, d)
		}
		got := load(r.File).Entries[0]
		if got.Provider != "webgpu" || got.Late != e.Late || got.Unsteady != e.Unsteady || got.valid(time.Now().Add(lateAge+time.Minute)) {
			t.Errorf("%s: stored %+v", name, got)
		}
		if d := r.choose(t, false); d.Provider != "webgpu" || !d.Kept {
			t.Errorf("%s: the next start: %+v", name, d)
		}
	}
}

func TestBrokenAttemptsAreNone(t *testing.T) {
	r := newRig(t, map[string]*fake{"cuda": {took: time.Millisecond}})
	if err := makeDir(r.File); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", `{"a":1}`, `[{"times":-1}]`, "[null]", strings.Repeat("[", 1<<20)} {
		if err := os.WriteFile(r.attempts(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if all := r.readAttempts(); len(all) != 0 {
			t.Errorf("%.20q: %+v", text, all)
		}
		r.Attempt(Opening, "cuda")()
	}
	other := *r.Chooser
	other.Key.CPU = "another"
	died(t, &other, Opening, "cuda", 2, 0)
	if why := r.Ended("cuda"); why != "" {
		t.Errorf("on another machine: %s", why)
	}
	other.File = ""
	other.Attempt(Opening, "cuda")()
	other.forgetAttempts()
	if other.Ended("cuda") != "" {
		t.Error("without a file something is known")
	}
}
