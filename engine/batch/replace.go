package batch

import (
	"os"

	"deltaedit/engine/atomicfile"
)

// Prefix of temporary files. It is used by batches only, so a batch that holds the
// folder's lock may remove all of them; images that another command is writing there
// have other names.
const tempPrefix = ".deltaedit-batch-"

// replace writes the file atomically: see atomicfile.Write.
func replace(path string, write func(*os.File) error) error {
	return atomicfile.Write(path, tempPrefix, write)
}

// removeTemps removes the incomplete files of a killed batch.
func removeTemps(dir string) (int, error) { return atomicfile.Sweep(dir, tempPrefix, 0) }
