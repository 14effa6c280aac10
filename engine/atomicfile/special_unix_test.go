//go:build unix

package atomicfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// specials are things in a folder that are not files, and links to some.
func specials(t *testing.T) (dir string, kinds map[string]string) {
	t.Helper()
	// The path of a socket is limited in length.
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	at := func(name string) string { return filepath.Join(dir, name) }
	l, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	// A link to a device stands for the device, which must not be put at risk.
	if err := errors.Join(
		syscall.Mkfifo(at("pipe"), 0o600), os.Mkdir(at("folder"), 0o700), os.Symlink(at("pipe"), at("to a pipe")),
		os.Symlink(at("folder"), at("to a folder")), os.Symlink(os.DevNull, at("to a device")),
	); err != nil {
		t.Fatal(err)
	}
	return dir, map[string]string{
		"pipe": "a named pipe (FIFO)", "to a pipe": "a named pipe (FIFO)", "folder": "a folder", "to a folder": "a folder",
		"socket": "a socket", "to a device": "a device",
	}
}

// What is not a file is not replaced, and nothing is left beside it.
func TestWriteRefusesWhatIsNoFile(t *testing.T) {
	dir, kinds := specials(t)
	for name, kind := range kinds {
		path := filepath.Join(dir, name)
		before, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		err = Write(path, ".x-", func(f *os.File) error { _, err := f.WriteString("new"); return err })
		var special *SpecialError
		if !errors.As(err, &special) || special.Kind != kind || !strings.Contains(err.Error(), name+" is "+kind) {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
			t.Errorf("%s was %v, is %v, %v", name, before, after, err)
		}
	}
	if got := names(t, dir); len(got) != len(kinds) {
		t.Errorf("left behind: %q", got)
	}
}

// What takes the name while the content is made is not replaced either.
func TestWriteRefusesWhatCameMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	err := Write(path, ".x-", func(*os.File) error { return syscall.Mkfifo(path, 0o600) })
	if !errors.As(err, new(*SpecialError)) {
		t.Errorf("%v", err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		t.Errorf("the pipe is %v, %v", info, err)
	}
	if got := names(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

func TestCheckTarget(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.WriteFile(at("file"), nil, 0o600), os.Symlink(at("file"), at("link")), os.Symlink(at("none"), at("dangling"))); err != nil {
		t.Fatal(err)
	}
	for path, special := range map[string]bool{
		at("file"): false, at("link"): false, at("dangling"): false, at("new"): false, at("none/new"): false, dir: true,
		// Looked at, and never written to.
		"/dev/null": true, "/dev/stdout": true, "/dev/fd/1": true, "/proc/self/fd/1": true, "/dev/shm/new.png": false, "/dev/new": false,
	} {
		if _, err := os.Lstat(path); strings.HasPrefix(path, "/") && special && err != nil {
			continue // this system has no such name
		}
		if err := CheckTarget(path); errors.As(err, new(*SpecialError)) != special {
			t.Errorf("%s: %v", path, err)
		}
	}
	for mode, want := range map[fs.FileMode]string{
		0o644: "", fs.ModeDir: "a folder", fs.ModeDevice: "a device", fs.ModeDevice | fs.ModeCharDevice: "a device",
		fs.ModeSocket: "a socket", fs.ModeNamedPipe: "a named pipe (FIFO)", fs.ModeIrregular: "",
	} {
		if got := kindOf(mode); got != want {
			t.Errorf("%v: %q", mode, got)
		}
	}
}

func TestStream(t *testing.T) {
	dir, _ := specials(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"-", "/dev/stdout", "/dev//stdout"} {
		var out bytes.Buffer
		w, err := Stream(name, &out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("picture")); err != nil || w.Close() != nil || out.String() != "picture" {
			t.Errorf("%s: %q, %v", name, out.String(), err)
		}
	}
	for _, name := range []string{"pipe", "to a pipe"} {
		read := make(chan string, 1)
		go func() {
			data, err := os.ReadFile(at("pipe"))
			read <- string(data) + " " + map[bool]string{true: "ok"}[err == nil]
		}()
		w, err := Stream(at(name), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write([]byte("picture"))
		if err := errors.Join(err, w.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := <-read; got != "picture ok" {
			t.Errorf("%s: %q came through", name, got)
		}
	}
	for _, name := range []string{"folder", "socket", "to a folder"} {
		if w, err := Stream(at(name), io.Discard); w != nil || !errors.As(err, new(*SpecialError)) {
			t.Errorf("%s: %v, %v", name, w, err)
		}
	}
	for _, name := range []string{at("new.png"), at("none/new.png"), "out"} {
		if w, err := Stream(name, io.Discard); w != nil || err != nil {
			t.Errorf("%s: %v, %v", name, w, err)
		}
	}
}
