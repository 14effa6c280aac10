package pack

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// ManifestName is the file that makes a folder a pack.
const ManifestName = "manifest.json"

// Errors that callers distinguish.
var (
	ErrNotFound    = errors.New("model pack not found")
	ErrNoComponent = errors.New("component is not in the pack")
	ErrFile        = errors.New("pack file missing or altered")
)

// Pack is an opened model pack.
type Pack struct {
	dir      string
	manifest Manifest
	verified sync.Map // files whose contents were compared with their hash and are right
}

// Open reads and checks the manifest in dir. It also checks that every listed file
// exists, has the stated size and lies in dir: a link that leads out of dir is an
// error. It does not read the contents of the files; Verify does, and their first use.
func Open(dir string) (*Pack, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open pack %s: %w", dir, err)
	}
	root, err := os.OpenRoot(abs)
	var f *os.File
	if err == nil {
		defer root.Close()
		f, err = root.Open(ManifestName)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s has no %s; install the pack again (in a source tree run make setup) or name another pack", ErrNotFound, abs, ManifestName)
	}
	if err != nil {
		return nil, fmt.Errorf("open pack: %w", err)
	}
	defer f.Close()
	m, err := ReadManifest(f)
	if err != nil {
		return nil, fmt.Errorf("open pack %s: %w", abs, err)
	}
	p := &Pack{dir: abs, manifest: m}
	for _, rel := range sortedKeys(m.Files) {
		info, err := root.Stat(filepath.FromSlash(rel))
		if err := p.checkSize(rel, info, err); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// checkSize returns an error when a file is missing or has another size than in the
// manifest.
func (p *Pack) checkSize(rel string, info fs.FileInfo, err error) error {
	want := p.manifest.Files[rel].Bytes
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: pack %q has no file %s in %s; install the pack again (in a source tree run make setup)", ErrFile, p.Name(), rel, p.dir)
	case err != nil: // for example a link out of the folder
		return fmt.Errorf("%w: pack %q: %s: %w; a pack's files lie in its folder", ErrFile, p.Name(), rel, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: pack %q: %s is not a plain file", ErrFile, p.Name(), rel)
	case info.Size() != want:
		return fmt.Errorf("%w: pack %q: %s has %d bytes, want %d; install the pack again (in a source tree run make setup)", ErrFile, p.Name(), rel, info.Size(), want)
	}
	return nil
}

// Name returns the pack's name as its manifest gives it.
func (p *Pack) Name() string { return p.manifest.Name }

// Dir returns the pack's folder, absolute.
func (p *Pack) Dir() string { return p.dir }

// Manifest returns the manifest. The caller must not change its maps.
func (p *Pack) Manifest() Manifest { return p.manifest }

// Has reports whether the pack has the component.
func (p *Pack) Has(name string) bool {
	_, ok := p.manifest.Components[name]
	return ok
}

// Component returns a component by name, or an error that wraps ErrNoComponent and
// lists the components of the pack.
func (p *Pack) Component(name string) (Component, error) {
	c, ok := p.manifest.Components[name]
	if !ok {
		return Component{}, fmt.Errorf("%w: pack %q has no %q; it has %s", ErrNoComponent, p.Name(), name, strings.Join(sortedKeys(p.manifest.Components), ", "))
	}
	return c, nil
}

// Path returns the absolute path of a file that the manifest lists. Any other file is
// an error, even if it exists, because it has no hash.
func (p *Pack) Path(rel string) (string, error) {
	if err := CheckPath(rel); err != nil {
		return "", fmt.Errorf("pack %q: %w", p.Name(), err)
	}
	if _, ok := p.manifest.Files[rel]; !ok {
		return "", fmt.Errorf("%w: pack %q does not list %s", ErrFile, p.Name(), rel)
	}
	return p.join(rel), nil
}

// Bytes returns the contents of a file that the manifest lists, compared with its hash like
// Verified.
func (p *Pack) Bytes(rel string) ([]byte, error) {
	name, err := p.Path(rel)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: pack %q: %w", ErrFile, p.Name(), err)
	}
	if _, ok := p.verified.Load(rel); !ok {
		if err := p.compare(rel, sha256.Sum256(data)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// Floats reads a raw file of n little-endian float32 values. NaN and infinite values
// are an error. The slice belongs to the caller.
func (p *Pack) Floats(rel string, n int) ([]float32, error) {
	data, err := p.Bytes(rel)
	if err != nil {
		return nil, err
	}
	if len(data) != 4*n {
		return nil, fmt.Errorf("%w: pack %q: %s has %d bytes, want %d float32 values (%d bytes)", ErrFile, p.Name(), rel, len(data), n, 4*n)
	}
	out := make([]float32, n)
	for i := range out {
		v := math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%w: pack %q: %s has %v at index %d", ErrFile, p.Name(), rel, v, i)
		}
		out[i] = v
	}
	return out, nil
}

func (p *Pack) join(rel string) string {
	return filepath.Join(p.dir, filepath.FromSlash(rel))
}
