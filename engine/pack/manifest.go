package pack

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Format is the manifest format this package reads.
const Format = 1

// maxManifest is the maximum size of a manifest in bytes. Larger ones are not parsed.
const maxManifest = 16 << 20

// ErrManifest is wrapped by every error about a manifest's contents.
var ErrManifest = errors.New("bad pack manifest")

// ErrFormat is wrapped when a manifest has a format this program cannot read.
var ErrFormat = errors.New("unknown pack format")

// Manifest is the contents of a pack's manifest.json.
type Manifest struct {
	Format      int                  `json:"format"`
	Name        string               `json:"name"`
	Version     string               `json:"version"`
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Files       map[string]File      `json:"files"`
	Components  map[string]Component `json:"components"`
}

// File describes one file of the pack. Its key in Manifest.Files is the slash-separated
// path relative to the manifest.
type File struct {
	SHA256  string `json:"sha256"` // 64 hexadecimal digits
	Bytes   int64  `json:"bytes"`
	License string `json:"license"`
	Source  string `json:"source"`
	Notice  string `json:"notice,omitempty"`
}

// Component is one part of the pipeline: its graphs in the order in which they run, and
// its parameters, which the package that uses the component decodes.
type Component struct {
	Graphs []Graph         `json:"graphs"`
	Params json.RawMessage `json:"params"`
}

// Graph is one ONNX file and its tensors by role.
type Graph struct {
	Model string `json:"model"`
	// Data lists the files beside Model that hold tensors for it; usually none.
	Data    []string          `json:"data,omitempty"`
	Inputs  map[string]Tensor `json:"inputs"`
	Outputs map[string]Tensor `json:"outputs"`
}

// Tensor is an input or output of a graph. A dimension of -1 is dynamic.
type Tensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"` // "float32" or "int64"
	Shape []int64 `json:"shape"`
}

// Fixed reports whether no dimension is dynamic.
func (t Tensor) Fixed() bool { return !slices.Contains(t.Shape, -1) }

// Len returns the number of elements of a tensor with a fixed shape, or -1 when a
// dimension is dynamic.
func (t Tensor) Len() int {
	if !t.Fixed() {
		return -1
	}
	n := int64(1)
	for _, d := range t.Shape {
		n *= d
	}
	return int(n)
}

// String returns the type and shape in the form "float32[1 3 256 256]".
func (t Tensor) String() string { return t.Type + fmt.Sprint(t.Shape) }

// Decode reads the component's parameters into v. If there are none, v is unchanged.
func (c Component) Decode(v any) error {
	if len(c.Params) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.Params, v); err != nil {
		return fmt.Errorf("%w: params: %w", ErrManifest, err)
	}
	return nil
}

// maxElements limits the size of a tensor: 2^28 float32 values are 1 GiB.
const maxElements = 1 << 28

// ReadManifest parses and checks a manifest. Unknown fields are ignored, so that later
// versions can add fields without a new format. A key that appears twice is an error,
// since two readers could interpret it differently.
func ReadManifest(r io.Reader) (Manifest, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		return Manifest{}, fmt.Errorf("read manifest: %w", err)
	}
	if len(data) > maxManifest {
		return Manifest{}, fmt.Errorf("%w: larger than %d MiB", ErrManifest, maxManifest>>20)
	}
	if !json.Valid(data) {
		var v any
		return Manifest{}, fmt.Errorf("%w: not JSON: %w", ErrManifest, json.Unmarshal(data, &v))
	}
	// Check the format first: a later format may change the type of any other field.
	var head struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Manifest{}, fmt.Errorf("%w: field \"format\": %w", ErrManifest, err)
	}
	if head.Format == nil {
		return Manifest{}, fmt.Errorf("%w: field \"format\" is missing", ErrManifest)
	}
	if *head.Format != Format {
		return Manifest{}, fmt.Errorf("%w %d: this program reads format %d; update the program or rebuild the pack", ErrFormat, *head.Format, Format)
	}
	if err := noDuplicates(json.NewDecoder(bytes.NewReader(data)), ""); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	if err := m.check(); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	return m, nil
}

func (m *Manifest) check() error {
	if !goodName(m.Name) {
		return fmt.Errorf("field \"name\" is %q: want letters, digits, '-', '_' or '.'", m.Name)
	}
	if len(m.Files) == 0 {
		return errors.New("field \"files\" lists no file")
	}
	if len(m.Components) == 0 {
		return errors.New("field \"components\" lists no component")
	}
	folded := make(map[string]string, len(m.Files))
	for _, rel := range sortedKeys(m.Files) {
		if err := CheckPath(rel); err != nil {
			return err
		}
		if other, ok := folded[strings.ToLower(rel)]; ok {
			return fmt.Errorf("files %q and %q differ only in letter case", other, rel)
		}
		folded[strings.ToLower(rel)] = rel
		f := m.Files[rel]
		if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 {
			return fmt.Errorf("file %q: sha256 is %q: want 64 hexadecimal digits", rel, f.SHA256)
		}
		if f.Bytes < 0 {
			return fmt.Errorf("file %q: bytes is %d", rel, f.Bytes)
		}
	}
	for _, name := range sortedKeys(m.Components) {
		for i, g := range m.Components[name].Graphs {
			if err := m.checkGraph(g); err != nil {
				return fmt.Errorf("component %q, graph %d: %w", name, i, err)
			}
		}
	}
	return nil
}

func (m *Manifest) checkGraph(g Graph) error {
	if _, ok := m.Files[g.Model]; !ok {
		return fmt.Errorf("model %q is not listed in \"files\"", g.Model)
	}
	for _, rel := range g.Data {
		if _, ok := m.Files[rel]; !ok {
			return fmt.Errorf("model %q: its data %q is not listed in \"files\"", g.Model, rel)
		}
		if path.Dir(rel) != path.Dir(g.Model) {
			return fmt.Errorf("model %q: its data %q lies in another folder", g.Model, rel)
		}
	}
	if len(g.Inputs) == 0 || len(g.Outputs) == 0 {
		return fmt.Errorf("model %q: want at least one input and one output, got %d and %d", g.Model, len(g.Inputs), len(g.Outputs))
	}
	for side, tensors := range map[string]map[string]Tensor{"input": g.Inputs, "output": g.Outputs} {
		names := make(map[string]string, len(tensors))
		for _, role := range sortedKeys(tensors) {
			t := tensors[role]
			if err := t.check(); err != nil {
				return fmt.Errorf("%s %q: %w", side, role, err)
			}
			if other, ok := names[t.Name]; ok {
				return fmt.Errorf("%ss %q and %q both name tensor %q", side, other, role, t.Name)
			}
			names[t.Name] = role
		}
	}
	return nil
}

func (t Tensor) check() error {
	if t.Name == "" || strings.ContainsRune(t.Name, 0) {
		return fmt.Errorf("tensor name is %q", t.Name)
	}
	if t.Type != "float32" && t.Type != "int64" {
		return fmt.Errorf("tensor %q: type is %q: want float32 or int64", t.Name, t.Type)
	}
	if len(t.Shape) == 0 || len(t.Shape) > 8 {
		return fmt.Errorf("tensor %q: shape has %d dimensions: want 1 to 8", t.Name, len(t.Shape))
	}
	n := int64(1)
	for _, d := range t.Shape {
		if d != -1 && d < 1 {
			return fmt.Errorf("tensor %q: shape %v has dimension %d: want -1 or at least 1", t.Name, t.Shape, d)
		}
		if d > 0 {
			if d > maxElements/n {
				return fmt.Errorf("tensor %q: shape %v has more than %d elements", t.Name, t.Shape, maxElements)
			}
			n *= d
		}
	}
	return nil
}

func goodName(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '.' {
		return false
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		default:
			return false
		}
	}
	return true
}

// noDuplicates reads one JSON value and returns an error when an object repeats a key.
func noDuplicates(d *json.Decoder, where string) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	switch tok {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			tok, err := d.Token()
			if err != nil {
				return err
			}
			key, _ := tok.(string)
			if seen[key] {
				return fmt.Errorf("key %q appears twice in %s", key, orTop(where))
			}
			seen[key] = true
			if err := noDuplicates(d, strings.TrimPrefix(where+"."+key, ".")); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Delim('['):
		for d.More() {
			if err := noDuplicates(d, where+"[]"); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

func orTop(where string) string {
	if where == "" {
		return "the manifest"
	}
	return where
}
