package atomicfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stream opens a target that is written to directly: "-" and /dev/stdout give stdout,
// and a named pipe or a character device is opened. Opening a pipe waits for its
// reader. For a path that Write is for, Stream returns nil and no error. Folders,
// sockets and disks give a *SpecialError; errors of opening are the operating
// system's.
//
// Have the content ready before: what is written cannot be undone. The caller closes
// the result, which does not close stdout.
func Stream(path string, stdout io.Writer) (io.WriteCloser, error) {
	if path == "-" || filepath.Clean(path) == "/dev/stdout" {
		return keepOpen{stdout}, nil
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0 {
		return os.OpenFile(path, os.O_WRONLY, 0)
	}
	return nil, CheckTarget(path)
}

// keepOpen is a writer that somebody else closes.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }
