package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/faultlib"
	"deltaedit/ui/internal/nosockets"
)

// TestMeasuredStart: a start that bench measures says when the window and the models
// are there, in any order, closes by itself, and leaves no session behind.
func TestMeasuredStart(t *testing.T) {
	p := build(t)
	p.launch(nil, "--moments", "--provider", "cpu")
	p.over("a start that is only measured")
	if p.status != nil {
		t.Fatalf("it ended with %v: %s", p.status, p.output.String())
	}
	said := strings.Fields(p.output.String())
	if slices.Sort(said); !slices.Equal(said, []string{"ready", "window"}) {
		t.Errorf("it said %q", p.output.String())
	}
	err := filepath.WalkDir(filepath.Join(p.dir, "state"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestMain lets the test binary be the program under a system that ends it when it opens
// a socket of the internet.
func TestMain(m *testing.M) {
	if binary := os.Getenv(withoutSockets); binary != "" {
		os.Unsetenv(withoutSockets)
		fmt.Fprintln(os.Stderr, nosockets.Exec(append([]string{binary}, os.Args[1:]...)))
		os.Exit(77)
	}
	os.Exit(m.Run())
}

const withoutSockets = "DELTAEDIT_TEST_WITHOUT_SOCKETS"

// TestWindowOpensNoSocket: the window, its models and all libraries of both open no socket
// of the internet.
func TestWindowOpensNoSocket(t *testing.T) {
	p := build(t)
	binary := p.binary
	p.binary = os.Args[0]
	p.launch([]string{withoutSockets + "=" + binary}, "--moments", "--provider", "cpu")
	p.over("a start without sockets")
	said := p.output.String()
	if strings.Contains(said, nosockets.ErrUnsupported.Error()) {
		t.Skip(said)
	}
	if p.status != nil || !strings.Contains(said, "ready") || !strings.Contains(said, "window") {
		t.Errorf("it ended with %v: %s", p.status, said)
	}
}

// TestCrashingStart: a provider that was measured to be the fastest and takes the whole
// program along when the models are opened on it does so twice; the third start has
// the CPU in its place.
func TestCrashingStart(t *testing.T) {
	library, err := onnx.Library()
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	faulty := faultlib.Build(t, library)
	p := build(t)
	launch := func(extra ...string) (ready bool) {
		p.launch(faulty.Environ(onnx.EnvLibrary, extra...), "--moments")
		p.over("a start that is only measured")
		return strings.Contains(p.output.String(), "ready")
	}
	if !launch(faultlib.Slow + "=100") {
		t.Fatalf("the first start: %v: %s", p.status, p.output.String())
	}
	kept := func() string {
		text, err := os.ReadFile(filepath.Join(p.dir, "cache", "deltaedit", "providers.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if !strings.Contains(kept(), `"provider": "cuda"`) || strings.Contains(kept(), "ended") {
		t.Fatalf("the provider was not taken: %s", kept())
	}
	for i := range 2 {
		// The first run is the probe's.
		if launch(faultlib.Kill + "=2") {
			t.Fatalf("start %d lives", i+1)
		}
	}
	if !launch(faultlib.Kill+"=2") || p.status != nil {
		t.Fatalf("the start after two crashes: %v: %s", p.status, p.output.String())
	}
	if !strings.Contains(kept(), "the program ended while opening it") {
		t.Errorf("kept: %s", kept())
	}
}

// TestTerminated: a signal to end closes the window, as a person does.
func TestTerminated(t *testing.T) {
	p := build(t)
	p.launch(nil, "--provider", "cpu", p.photo)
	p.until("the window to show the photo", func() bool { return p.find(filepath.Base(p.photo)) && p.settled() })
	process, err := os.FindProcess(p.pid)
	if err == nil {
		err = process.Signal(syscall.SIGTERM)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.over("SIGTERM")
	if left, err := filepath.Glob(filepath.Join(p.dir, "state", "deltaedit", "session-*")); p.status != nil || err != nil || len(left) != 0 {
		t.Errorf("it ended with %v; sessions left: %q, %v", p.status, left, err)
	}
}
