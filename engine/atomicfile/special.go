package atomicfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// SpecialError is the error for a path at which there is something that must not be
// replaced by a file: a named pipe, a device, a socket or a folder.
type SpecialError struct {
	Path string
	// Kind is the thing with its article: "a device".
	Kind string
}

func (e *SpecialError) Error() string {
	return fmt.Sprintf("%s is %s, which is not replaced by a file: choose another name", filepath.Base(e.Path), e.Kind)
}

// CheckTarget returns a *SpecialError for a path that Write refuses, and nil for
// regular files, paths that do not exist, and links to either. Other links count as
// what they lead to. The system's own links in /dev and /proc, such as /dev/stdout,
// are refused wherever they lead.
func CheckTarget(path string) error {
	kind := ""
	if info, err := os.Stat(path); err == nil {
		kind = kindOf(info.Mode())
	}
	if kind == "" && isSystemLink(path) {
		kind = "a name of the system's"
	}
	if kind == "" {
		return nil
	}
	return &SpecialError{Path: path, Kind: kind}
}

// kindOf names the kind of a special file, and returns "" for regular files.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe (FIFO)"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return "a device"
	}
	return "" // also for irregular files: on Windows those are files stored in a cloud
}

// isSystemLink reports whether path is a link in /dev, /dev/fd or /proc, where Unix
// has names for devices and for the open files of processes.
func isSystemLink(path string) bool {
	abs, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(dir, filepath.Base(abs))
	}
	if filepath.Dir(abs) != "/dev" && !strings.HasPrefix(abs, "/dev/fd/") && !strings.HasPrefix(abs, "/proc/") {
		return false
	}
	info, err := os.Lstat(abs)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}
