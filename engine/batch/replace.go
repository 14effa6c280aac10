package batch

import (
	"os"
	"path/filepath"
	"strings"

	"deltaedit/engine/atomicfile"
)

// Names of temporary files. They are a batch's own, so that one that holds the
// folder's lock may remove them all: pictures that another program of this kind
// is writing there have other names.
const (
	tempPrefix = ".deltaedit-batch-"
	tempSuffix = atomicfile.Suffix
)

// replace writes the file path all or nothing: see atomicfile.Write.
func replace(path string, write func(*os.File) error) error {
	return atomicfile.Write(path, tempPrefix, write)
}

// removeTemps removes what a killed batch left half written.
func removeTemps(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) && strings.HasSuffix(e.Name(), tempSuffix) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
