//go:build unix

package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/ui/cli/interrupt"
)

// writers are the commands that write a picture, without --out.
func writers(in string) map[string][]string {
	return map[string][]string{
		"edit":   {"edit", "--source", "face", "--target", "old face", in},
		"invert": {"invert", in},
		"random": {"random", "--seed", "1"},
	}
}

// noTemporaryFiles fails where something is left in the folder for temporary files.
func noTemporaryFiles(t *testing.T) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "deltaedit-out-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOutOnStandardOutput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Chdir(t.TempDir())
	for name, args := range writers(photoFile(t)) {
		for _, out := range []string{"-", "/dev/stdout"} {
			f := newFake()
			f.picture = []byte("\x89PNG of " + name)
			got := call(t, f, append(args, "--out", out)...)
			if got.status != exitOK || got.out != string(f.picture) || !strings.Contains(got.stderr, "standard output: 640×480") {
				t.Errorf("%s --out %s: %v", name, out, got)
			}
			f.fail["export"] = errors.New("the work failed")
			if got := call(t, f, append(args, "--out", out)...); got.status != exitFailed || got.out != "" {
				t.Errorf("%s --out %s: %v", name, out, got)
			}
		}
	}
	if _, err := os.Lstat("-"); !errors.Is(err, os.ErrNotExist) {
		t.Error(`there is a file named "-"`)
	}
	noTemporaryFiles(t)
}

// Without a folder for temporary files a stream cannot be written: that is told before
// any work is done.
func TestStreamWithoutTemporaryFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range writers(photoFile(t)) {
		for _, out := range []string{"-", pipe} {
			f := newFake()
			got := call(t, f, append(args, "--out", out)...)
			if got.status != exitFailed || got.out != "" || !strings.Contains(got.stderr, "TMPDIR") || f.exported != nil || f.source.Path != "" || f.seed != 0 {
				t.Errorf("%s --out %s: %v", name, out, got)
			}
		}
	}
}

func TestOutIsAPipe(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, args := range writers(photoFile(t)) {
		pipe := filepath.Join(t.TempDir(), "f")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		read := make(chan []byte, 1)
		go func() {
			data, _ := os.ReadFile(pipe)
			read <- data
		}()
		f := newFake()
		f.picture = bytes.Repeat([]byte(name), 1<<15) // more than a pipe holds
		if got := call(t, f, append(args, "--json", "--out", pipe)...); got.status != exitOK || !strings.Contains(got.out, pipe) {
			t.Fatalf("%s: %v", name, got)
		}
		if data := <-read; !bytes.Equal(data, f.picture) {
			t.Errorf("%s: %d bytes came through the pipe, want %d", name, len(data), len(f.picture))
		}
		if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
			t.Errorf("%s: the pipe is %v now, %v", name, info, err)
		}
	}
	noTemporaryFiles(t)
}

// TestPipeWithoutAReader: waiting for a reader ends when the command is stopped.
func TestPipeWithoutAReader(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	pipe := filepath.Join(t.TempDir(), "f")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	f := newFake()
	f.picture = []byte("x")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var errs bytes.Buffer
	p := Program{Stdout: io.Discard, Stderr: &errs, Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return f, nil }}
	if status := p.Run(ctx, []string{"random", "--seed", "1", "--out", pipe}); status != exitFailed || !f.closed {
		t.Errorf("status %d, closed %t: %s", status, f.closed, &errs)
	}
	noTemporaryFiles(t)
	reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0) // lets the writer go
	if err == nil {
		err = reader.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

// TestOutThatCannotBeWritten: what is wrong with a target is found before the work, and
// the target stays as it is.
func TestOutThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	cases := map[string]string{
		filepath.Join(dir, strings.Repeat("n", 256)+".png"): "too long for a file, with 260 bytes: choose a shorter one",
		filepath.Join(dir, strings.Repeat("ä", 128)+".png"): "too long for a file, with 260 bytes",
		filepath.Join(dir, "no", "o.png"):                   "does not exist: create it",
		dir:                                                 "choose another name",
		filepath.Join(photoFile(t), "o.png"):                "not a folder",
		socket:                                              "a socket, which is not replaced",
	}
	if os.Getuid() != 0 {
		cases[filepath.Join(closed, "o.png")] = "cannot be written to: choose another"
	}
	for name, args := range writers(photoFile(t)) {
		for out, want := range cases {
			f := newFake()
			got := call(t, f, append(args, "--out", out)...)
			if got.status != exitFailed || !strings.Contains(got.stderr, want) || f.options != (engine.Options{}) {
				t.Errorf("%s to %.80s: want %q before any work\n%v", name, out, want, got)
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestStandardOutputIsFull: a command whose output cannot be written has failed.
func TestStandardOutputIsFull(t *testing.T) {
	full := errors.New("no space left on device")
	in := photoFile(t)
	t.Setenv("DELTAEDIT_PACKS", t.TempDir())
	for _, args := range [][]string{
		{"doctor"},
		{"doctor", "--json"},
		{"pack", "list", "--json"},
		{"embed", "--text", "a"},
		{"random", "--seed", "1", "--out", "-"},
		{"random", "--seed", "1", "--json", "--out", filepath.Join(t.TempDir(), "o.png")},
		{"edit", "--source", "a", "--target", "b", "--out", "-", in},
		{"bench", "--runs", "1", in},
		{"--help"},
		{"help", "edit"},
		{"--version"},
	} {
		f := newFake()
		f.picture = []byte("x")
		var errs bytes.Buffer
		p := Program{Stdout: failing{full}, Stderr: &errs, Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return f, nil }}
		if status := p.Run(t.Context(), args); status != exitFailed || !strings.Contains(errs.String(), full.Error()) {
			t.Errorf("%q: status %d, %s", args, status, &errs)
		}
	}
}

// failing is a file on a full disk.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestSignals: a command that a signal stops frees the models and exits as shells
// expect.
func TestSignals(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		f := newFake()
		f.slow = time.Minute
		ctx, stop := interrupt.Context(t.Context())
		defer stop()
		var out, errs bytes.Buffer
		p := Program{Stdout: &out, Stderr: &errs, Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) {
			time.AfterFunc(20*time.Millisecond, func() { _ = syscall.Kill(syscall.Getpid(), signal) })
			return f, nil
		}}
		status := p.Run(ctx, []string{"edit", "--source", "a", "--target", "b", "--json", "--out", filepath.Join(t.TempDir(), "o.png"), photoFile(t)})
		if status != want || out.Len() != 0 || !strings.Contains(errs.String(), "cancelled") || !f.closed || f.exported != nil {
			t.Errorf("%v: status %d, want %d; stdout %q, stderr %q, closed %t", signal, status, want, &out, &errs, f.closed)
		}
	}
}
