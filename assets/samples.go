package assets

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed samples
var sampleFiles embed.FS

// Sample is a picture that may be redistributed; assets/samples/README.md
// tells where each comes from.
type Sample struct {
	// Name is the file's base name.
	Name string
	// Data is the encoded picture, JPEG or PNG. It must not be changed.
	Data []byte
}

// Samples returns the built-in pictures in the order of their names.
func Samples() ([]Sample, error) {
	entries, err := fs.ReadDir(sampleFiles, "samples")
	if err != nil {
		return nil, fmt.Errorf("assets: list samples: %w", err)
	}
	var samples []Sample
	for _, e := range entries {
		switch strings.ToLower(path.Ext(e.Name())) {
		case ".jpg", ".jpeg", ".png":
		default:
			continue
		}
		data, err := fs.ReadFile(sampleFiles, path.Join("samples", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("assets: read sample %s: %w", e.Name(), err)
		}
		samples = append(samples, Sample{Name: e.Name(), Data: data})
	}
	return samples, nil
}
