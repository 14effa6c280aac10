package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a file in memory.
type memory struct {
	bytes.Buffer
	fault error
}

func (m *memory) Write(b []byte) (int, error) {
	if m.fault != nil {
		return 0, m.fault
	}
	return m.Buffer.Write(b)
}

func (m *memory) Close() error { return nil }

// thread is a UI thread that does other work before each of the posted functions.
func thread(work ...time.Duration) (post func(func()), end func()) {
	queue := make(chan func(), 100)
	go func() {
		for f := range queue {
			if len(work) > 0 {
				time.Sleep(work[0])
				work = work[1:]
			}
			f()
		}
	}()
	return func(f func()) { queue <- f }, func() { close(queue) }
}

func TestStallsAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out memory
		post, end := thread(3*time.Millisecond, 20*time.Millisecond, 0, 120*time.Millisecond)
		s := watchStalls(&out, post)
		time.Sleep(time.Second)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		end()
		var got []Stall
		for line := range strings.Lines(out.String()) {
			var one Stall
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			if one.Wall >= milliseconds(LeastStall) { // not those that computed alone
				got = append(got, one)
			}
		}
		if len(got) != 2 || got[0].Wall != 20 || got[0].At != 25 || got[1].Wall != 120 || got[1].At != 149 {
			t.Errorf("want stalls of 20 ms until 25 ms and of 120 ms until 149 ms, got %+v", got)
		}
	})
}

func TestStallsOfAThreadThatNeverAnswersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out memory
		s := watchStalls(&out, func(func()) {})
		time.Sleep(time.Second)
		if err := s.Close(); err != nil || out.Len() > 0 {
			t.Errorf("want nothing, got %v and %q", err, out.String())
		}
	})
}

func TestStallsReportAFullDisk(t *testing.T) {
	full := errors.New("no space")
	synctest.Test(t, func(t *testing.T) {
		post, end := thread(20 * time.Millisecond)
		defer end()
		s := watchStalls(&memory{fault: full}, post)
		time.Sleep(time.Second)
		if err := s.Close(); !errors.Is(err, full) || !strings.Contains(err.Error(), StallsEnv) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStallsOnlyOnRequest(t *testing.T) {
	t.Setenv(StallsEnv, "")
	s, err := StallsFromEnv(func(func()) { t.Error("something was posted") })
	if s != nil || err != nil {
		t.Fatalf("without %s: got %v, %v", StallsEnv, s, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	t.Setenv(StallsEnv, filepath.Join(t.TempDir(), "no", "such", "folder"))
	if _, err := StallsFromEnv(nil); err == nil || !strings.Contains(err.Error(), StallsEnv) {
		t.Errorf("a file that cannot be made: got %v", err)
	}
}

func TestWhereIs(t *testing.T) {
	const other = "goroutine 7 [running]:\ndeltaedit/ui/trace.stacks()\n\t/x/stall.go:1 +0x1\n"
	for name, c := range map[string]struct{ stack, want string }{
		"own code": {
			other + "\ngoroutine 1 [runnable, locked to thread]:\nruntime.gcStart({0x0})\n\t/go/mgc.go:9 +0x2\nencoding/json.Marshal({0x1, 0x2})\n\t/go/e.go:1 +0x1\n" +
				"deltaedit/ui.(*editor).showMask(0x1)\n\t/x/masking.go:1 +0x3\nfyne.io/fyne/v2/internal/driver/glfw.(*gLDriver).runGL(0x1)\n\t/x/loop.go:1 +0x1\ndeltaedit/ui.Run({0x1})\n\t/x/run.go:1 +0x1\n",
			"deltaedit/ui.(*editor).showMask: encoding/json.Marshal",
		},
		"the library alone": {
			"goroutine 1 [syscall, locked to thread]:\nruntime.cgocall(0x1)\n\t/go/c.go:1 +0x1\nfyne.io/gl._Cfunc_swap()\n\t/x/gl.go:1 +0x1\ndeltaedit/ui.Run({0x1})\n\t/x/run.go:1 +0x1\n\n" + other,
			"fyne.io/gl._Cfunc_swap",
		},
		"no such goroutine": {other, ""},
		"nothing":           {"", ""},
	} {
		if got := whereIs([]byte(c.stack)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
