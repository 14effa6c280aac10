package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Plain refuses a name that leads somewhere else: what is not there yet is
// fine, and so is a plain file.
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
