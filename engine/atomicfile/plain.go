package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Plain returns an error when there is something at path that is not a regular file,
// such as a link. A path that does not exist is fine.
func Plain(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no plain file (%s): move it away", filepath.Base(path), info.Mode().Type())
	}
	return nil
}
