package clipimage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// onPath puts a script of the shell on the path, alone.
func onPath(t *testing.T, scripts map[string]string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the tools are Wayland's")
	}
	dir := t.TempDir()
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestWaylandTools(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "kept")
	onPath(t, map[string]string{
		"wl-copy":  `[ "$*" = "--type image/png" ] && cat > ` + kept,
		"wl-paste": `case "$*" in --list-types) echo text/plain; echo image/png;; "--type image/png --no-newline") cat ` + kept + `;; *) exit 3;; esac`,
	})
	t.Setenv("WAYLAND_DISPLAY", "wayland-7")
	c := System()
	want := []byte("\x89PNG and so on\n\n")
	if err := c.Write(want); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Read(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNothingOnTheClipboard(t *testing.T) {
	for name, script := range map[string]string{"empty": "exit 1", "a text": "echo text/plain"} {
		onPath(t, map[string]string{"wl-paste": script})
		if _, err := (tools{paste: "wl-paste"}).Read(); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMissingToolIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	c := tools{paste: "wl-paste", copy: "wl-copy"}
	_, err := c.Read()
	for _, err := range []error{err, c.Write([]byte("x"))} {
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "wl-clipboard") {
			t.Errorf("%v", err)
		}
	}
}

// TestNative exchanges a picture with the display, where there is one.
func TestNative(t *testing.T) {
	if os.Getenv("DISPLAY") == "" || os.Getenv("WAYLAND_DISPLAY") != "" {
		t.Skip("no X11 display")
	}
	c := System()
	want := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{1, 2, 3}, 100_000)...)
	if err := c.Write(want); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Read(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
	}
}
