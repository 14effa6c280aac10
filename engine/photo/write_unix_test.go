//go:build unix

package photo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"deltaedit/engine/atomicfile"
)

// A pipe stays a pipe, and is refused before any work.
func TestWritePNGRefusesAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.png")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"check": CheckTarget(path, ""), "write": WritePNG(path, sample(2, 2), Metadata{})} {
		if !errors.As(err, new(*atomicfile.SpecialError)) || !strings.Contains(err.Error(), "out.png is a named pipe (FIFO)") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		t.Errorf("the pipe is %v, %v", info, err)
	}
}
