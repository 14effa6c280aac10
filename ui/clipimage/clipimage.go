// Package clipimage reads and writes pictures on the system's clipboard: under Wayland by
// the tools wl-paste and wl-copy, elsewhere by the system's own calls.
package clipimage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"golang.design/x/clipboard"
)

// Errors that callers tell apart.
var (
	// ErrNone says that there is no picture on the clipboard.
	ErrNone = errors.New("there is no picture on the clipboard: copy one in another program first")
	// ErrUnavailable says that pictures cannot be exchanged here.
	ErrUnavailable = errors.New("the clipboard cannot be reached")
)

// maxImage is the most bytes that are read.
const maxImage = 512 << 20

// Clipboard holds a picture in a file format, such as PNG. Its methods wait for other
// programs: call them on another goroutine than the UI thread.
type Clipboard interface {
	// Read returns the picture on the clipboard. Without one the error is ErrNone.
	Read() ([]byte, error)
	// Write puts a PNG on the clipboard.
	Write(png []byte) error
}

// System returns the system's clipboard.
func System() Clipboard {
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		return tools{paste: "wl-paste", copy: "wl-copy"}
	}
	return native{}
}

// tools is a clipboard that is reached by the tools of Wayland.
type tools struct{ paste, copy string }

// formats are the types of pictures that are asked for, the best first.
var formats = []string{"image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp"}

// Read implements Clipboard.
func (t tools) Read() ([]byte, error) {
	offered, err := t.run(nil, t.paste, "--list-types")
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) { // the clipboard is empty
			return nil, ErrNone
		}
		return nil, err
	}
	for _, format := range formats {
		for line := range strings.Lines(string(offered)) {
			if strings.TrimSpace(line) == format {
				return t.run(nil, t.paste, "--type", format, "--no-newline")
			}
		}
	}
	return nil, ErrNone
}

// Write implements Clipboard.
func (t tools) Write(png []byte) error {
	_, err := t.run(png, t.copy, "--type", "image/png")
	return err
}

// run runs a tool and returns what it says.
func (t tools) run(in []byte, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%w: the program %s is missing; install the package wl-clipboard", ErrUnavailable, name)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdin = bytes.NewReader(in)
	var out limited
	if in == nil {
		cmd.Stdout = &out // wl-copy lives on, and would keep a pipe open
	}
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out.Bytes(), nil
}

// limited is a buffer that refuses to grow without bounds.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxImage {
		return 0, errors.New("the picture on the clipboard is larger than 512 MiB")
	}
	return l.Buffer.Write(p)
}

// native is the clipboard of X11, Windows and macOS.
type native struct{}

// start prepares the clipboard once.
var start = sync.OnceValue(func() (err error) {
	defer func() {
		if p := recover(); p != nil { // built without what it needs
			err = fmt.Errorf("%w: %v", ErrUnavailable, p)
		}
	}()
	if err := clipboard.Init(); err != nil {
		// The library's text is about packages of developers.
		return fmt.Errorf("%w: no display of X11 answers", ErrUnavailable)
	}
	return nil
})

// Read implements Clipboard.
func (native) Read() ([]byte, error) {
	if err := start(); err != nil {
		return nil, err
	}
	data := clipboard.Read(clipboard.FmtImage)
	if len(data) == 0 {
		return nil, ErrNone
	}
	return data, nil
}

// Write implements Clipboard.
func (native) Write(png []byte) error {
	if err := start(); err != nil {
		return err
	}
	if clipboard.Write(clipboard.FmtImage, png) == nil {
		return fmt.Errorf("%w: it did not take the picture", ErrUnavailable)
	}
	return nil
}
