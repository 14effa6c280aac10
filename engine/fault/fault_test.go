package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/pack"
	"deltaedit/engine/photo"
)

func TestOf(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want Kind
	}{
		{nil, Unknown},
		{errors.New("no face found"), Unknown}, // a text is no kind
		{fmt.Errorf("a.jpg: %w", face.ErrNoFace), NoFace},
		{fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: "a", Err: syscall.ENOENT}), Missing},
		{&fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}, DiskFull},
		{&fs.PathError{Op: "open", Path: "a", Err: syscall.EACCES}, Permission},
		{fmt.Errorf("%w: %w", pack.ErrFile, fs.ErrNotExist), BadPack},
		{fmt.Errorf("%w: %w", photo.ErrDamaged, fs.ErrNotExist), Damaged},
	} {
		if got := Of(tc.err); got != tc.want {
			t.Errorf("%v: want %q, got %q", tc.err, tc.want, got)
		}
	}
}
