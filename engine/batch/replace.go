package batch

import (
	"os"

	"deltaedit/engine/atomicfile"
)

// Names of temporary files. They are a batch's own, so that one that holds the
// folder's lock may remove them all: pictures that another program of this kind
// is writing there have other names.
const tempPrefix = ".deltaedit-batch-"

// replace writes the file path all or nothing: see atomicfile.Write.
func replace(path string, write func(*os.File) error) error {
	return atomicfile.Write(path, tempPrefix, write)
}

// removeTemps removes what a killed batch left half written.
func removeTemps(dir string) (int, error) { return atomicfile.Sweep(dir, tempPrefix, 0) }
