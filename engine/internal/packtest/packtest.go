// Package packtest writes small packs for tests.
package packtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine/pack"
)

// Open writes a pack of the given files and components into a temporary folder
// and opens it.
func Open(t testing.TB, files map[string][]byte, components map[string]pack.Component) *pack.Pack {
	t.Helper()
	p, err := pack.Open(Write(t, files, components))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Write writes a pack as Open does, without opening it, and returns its folder.
func Write(t testing.TB, files map[string][]byte, components map[string]pack.Component) string {
	t.Helper()
	dir := t.TempDir()
	m := pack.Manifest{
		Format: pack.Format, Name: "tiny", Version: "1", Title: "Tiny",
		Files: map[string]pack.File{}, Components: components,
	}
	for rel, data := range files {
		sum := sha256.Sum256(data)
		m.Files[rel] = pack.File{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(data)), License: "test"}
		name := filepath.Join(dir, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, pack.ManifestName), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Read returns the contents of a file in the test's testdata folder.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// F32 describes a float32 tensor.
func F32(name string, shape ...int64) pack.Tensor {
	return pack.Tensor{Name: name, Type: "float32", Shape: shape}
}

// I64 describes an int64 tensor.
func I64(name string, shape ...int64) pack.Tensor {
	return pack.Tensor{Name: name, Type: "int64", Shape: shape}
}

// Params marshals a component's parameters.
func Params(t testing.TB, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
