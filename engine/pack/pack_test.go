package pack_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/pack"
)

// valid returns a valid manifest as a map that tests can break.
func valid() map[string]any {
	tensor := func(name string) map[string]any {
		return map[string]any{"name": name, "type": "float32", "shape": []int{1, 2}}
	}
	return map[string]any{
		"format": 1, "name": "faces", "version": "1",
		"files": map[string]any{"a/m.onnx": map[string]any{"sha256": strings.Repeat("0a", 32), "bytes": 3}},
		"components": map[string]any{"mapping": map[string]any{"graphs": []any{map[string]any{
			"model": "a/m.onnx", "inputs": map[string]any{"z": tensor("z")}, "outputs": map[string]any{"w": tensor("w")},
		}}}},
	}
}

// set follows path into m and sets its last key to value, or deletes it when value is
// nil.
func set(m map[string]any, value any, path ...string) {
	for _, p := range path[:len(path)-1] {
		switch v := m[p].(type) {
		case map[string]any:
			m = v
		case []any:
			m = v[0].(map[string]any)
		}
	}
	if last := path[len(path)-1]; value == nil {
		delete(m, last)
	} else {
		m[last] = value
	}
}

func TestReadManifest(t *testing.T) {
	file := map[string]any{"sha256": strings.Repeat("00", 32), "bytes": 0}
	graph := []string{"components", "mapping", "graphs"}
	in := func(path ...string) []string { return append(slices.Clone(graph), path...) }
	for _, c := range []struct {
		name  string
		value any
		path  []string
		want  string // "" is no error
	}{
		{"as it is", "faces", []string{"name"}, ""},
		{"unknown fields", "x", []string{"colour"}, ""},
		{"unknown field in a graph", 7, in("colour"), ""},
		{"no format", nil, []string{"format"}, `"format" is missing`},
		{"later format", 2, []string{"format"}, "unknown pack format 2: this program reads format 1; update the program"},
		{"format of another type", "1", []string{"format"}, `"format"`},
		{"no name", nil, []string{"name"}, `"name"`},
		{"name with a slash", "a/b", []string{"name"}, `"a/b"`},
		{"no files", nil, []string{"files"}, `"files"`},
		{"no components", nil, []string{"components"}, `"components"`},
		{"files of another type", []any{}, []string{"files"}, "files"},
		{"up", file, []string{"files", "../x"}, "leaves the pack's folder"},
		{"up in the middle", file, []string{"files", "a/../../x"}, "leaves the pack's folder"},
		{"absolute", file, []string{"files", "/etc/x"}, "absolute"},
		{"drive", file, []string{"files", "C:/x"}, "colon"},
		{"backslash", file, []string{"files", `..\x`}, "backslash"},
		{"empty path", file, []string{"files", ""}, "empty"},
		{"dot", file, []string{"files", "./x"}, "shortest form"},
		{"two slashes", file, []string{"files", "a//x"}, "shortest form"},
		{"folder", file, []string{"files", "a/"}, "shortest form"},
		{"control", file, []string{"files", "a\x00"}, "control character"},
		{"itself", file, []string{"files", "manifest.json"}, "the manifest itself"},
		{"two that differ in case", file, []string{"files", "A/M.onnx"}, "letter case"},
		{"short hash", map[string]any{"sha256": "0a", "bytes": 3}, []string{"files", "a/m.onnx"}, `sha256 is "0a"`},
		{"negative size", map[string]any{"sha256": strings.Repeat("00", 32), "bytes": -1}, []string{"files", "a/m.onnx"}, "bytes is -1"},
		{"unlisted model", "b.onnx", in("model"), `model "b.onnx" is not listed`},
		{"no inputs", map[string]any{}, in("inputs"), "got 0 and 1"},
		{"no outputs", nil, in("outputs"), "got 1 and 0"},
		{"type", "float16", in("inputs", "z", "type"), `type is "float16"`},
		{"no tensor name", "", in("inputs", "z", "name"), `tensor name is ""`},
		{"no shape", nil, in("inputs", "z", "shape"), "0 dimensions"},
		{"dimension 0", []int{1, 0}, in("inputs", "z", "shape"), "dimension 0"},
		{"dimension -2", []int{1, -2}, in("inputs", "z", "shape"), "dimension -2"},
		{"too large", []int64{1 << 40, 1 << 40}, in("inputs", "z", "shape"), "more than"},
		{"dynamic", []int{-1, 2}, in("inputs", "z", "shape"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := valid()
			set(m, c.value, c.path...)
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			_, err = pack.ReadManifest(bytes.NewReader(data))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("want no error, got %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("want an error with %q, got %v", c.want, err)
			case c.want != "" && !errors.Is(err, pack.ErrManifest) && !errors.Is(err, pack.ErrFormat):
				t.Errorf("the error wraps neither ErrManifest nor ErrFormat: %v", err)
			}
		})
	}
	for text, want := range map[string]string{
		"":                        "not JSON",
		"{":                       "not JSON",
		"[]":                      "format",
		`{"format":1,"format":1}`: `"format" appears twice`,
		`{"format":1,"files":{"a":{"bytes":1,"bytes":2}}}`: `"bytes" appears twice in files.a`,
	} {
		if _, err := pack.ReadManifest(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want an error with %q, got %v", text, want, err)
		}
	}
}

func FuzzReadManifest(f *testing.F) {
	data, err := json.Marshal(valid())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"name":"x","files":{"..\\a":{}},"components":{"":{"graphs":[{}]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := pack.ReadManifest(bytes.NewReader(data))
		if err != nil {
			return
		}
		for rel := range m.Files {
			if !filepath.IsLocal(filepath.FromSlash(rel)) {
				t.Errorf("path %q was taken", rel)
			}
		}
		for _, c := range m.Components {
			for _, g := range c.Graphs {
				for _, x := range g.Inputs {
					if n := x.Len(); n == 0 || n < -1 {
						t.Errorf("tensor %v has %d elements", x, n)
					}
				}
			}
		}
	})
}

func floats(v ...float32) []byte {
	var b []byte
	for _, f := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return b
}

func tinyDir(t *testing.T) string {
	t.Helper()
	return packtest.Write(t, map[string][]byte{
		"a/m.onnx": []byte("model"), "b.f32": floats(1, -2.5), "nan.f32": floats(float32(math.NaN())),
	}, map[string]pack.Component{"mapping": {
		Params: json.RawMessage(`{"gain":2}`),
		Graphs: []pack.Graph{{
			Model:   "a/m.onnx",
			Inputs:  map[string]pack.Tensor{"z": packtest.F32("z", 1, 2)},
			Outputs: map[string]pack.Tensor{"w": packtest.F32("w", -1, 2)},
		}},
	}})
}

func TestPack(t *testing.T) {
	dir := tinyDir(t)
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Component("mapping")
	if err != nil || c.Graphs[0].Inputs["z"].Len() != 2 || c.Graphs[0].Outputs["w"].Len() != -1 {
		t.Errorf("got %+v, %v", c, err)
	}
	var params struct{ Gain float64 }
	if err := c.Decode(&params); err != nil || params.Gain != 2 {
		t.Errorf("want gain 2, got %v, %v", params.Gain, err)
	}
	if _, err := p.Component("inverter"); !errors.Is(err, pack.ErrNoComponent) || !strings.Contains(err.Error(), "mapping") {
		t.Errorf("want ErrNoComponent that lists what there is, got %v", err)
	}
	if got, err := p.Path("a/m.onnx"); err != nil || got != filepath.Join(dir, "a", "m.onnx") {
		t.Errorf("got %q, %v", got, err)
	}
	for _, rel := range []string{"manifest.json", "unlisted", "../b.f32", "/etc/passwd", `a\m.onnx`, ""} {
		if got, err := p.Path(rel); err == nil {
			t.Errorf("%q: want an error, got %s", rel, got)
		}
	}
	if got, err := p.Floats("b.f32", 2); err != nil || !slices.Equal(got, []float32{1, -2.5}) {
		t.Errorf("want 1 and -2.5, got %v, %v", got, err)
	}
	for rel, n := range map[string]int{"b.f32": 3, "nan.f32": 1, "a/m.onnx": 1} {
		if _, err := p.Floats(rel, n); !errors.Is(err, pack.ErrFile) {
			t.Errorf("%s as %d values: want ErrFile, got %v", rel, n, err)
		}
	}
}

func TestVerify(t *testing.T) {
	dir := tinyDir(t)
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	var last, all int64
	if err := p.Verify(ctx, func(done, total int64) {
		if done < last || done > total {
			t.Errorf("progress went from %d to %d of %d", last, done, total)
		}
		last, all = done, total
	}); err != nil {
		t.Error(err)
	}
	if last != 17 || all != 17 {
		t.Errorf("want progress to end at 17 of 17, got %d of %d", last, all)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.Verify(ended, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a", "m.onnx"), []byte("medal"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "b.f32")); err != nil {
		t.Fatal(err)
	}
	err = p.Verify(ctx, nil)
	if !errors.Is(err, pack.ErrFile) || !strings.Contains(err.Error(), "a/m.onnx has sha256") || !strings.Contains(err.Error(), "no file b.f32") {
		t.Errorf("want both files named, got %v", err)
	}
}

// A file is compared with its hash when it is used for the first time, and not again. Its
// contents are never returned when they are wrong.
func TestVerifiedAtFirstUse(t *testing.T) {
	uses := map[string]func(p *pack.Pack, rel string) error{
		"path":  func(p *pack.Pack, rel string) error { _, err := p.Verified(rel); return err },
		"bytes": func(p *pack.Pack, rel string) error { _, err := p.Bytes(rel); return err },
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			dir := tinyDir(t)
			open := func() *pack.Pack {
				p, err := pack.Open(dir)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			p := open()
			if err := use(p, "a/m.onnx"); err != nil {
				t.Error(err)
			}
			if err := use(p, "c"); !errors.Is(err, pack.ErrFile) {
				t.Errorf("a file that is not listed: %v", err)
			}
			model := filepath.Join(dir, "a", "m.onnx")
			data, err := os.ReadFile(model)
			if err != nil {
				t.Fatal(err)
			}
			data[0]++
			if err := os.WriteFile(model, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := use(p, "a/m.onnx"); err != nil {
				t.Errorf("it is compared again: %v", err)
			}
			p = open()
			for range 2 {
				if err := use(p, "a/m.onnx"); !errors.Is(err, pack.ErrFile) || !strings.Contains(err.Error(), "a/m.onnx has sha256") {
					t.Errorf("an altered file: %v", err)
				}
			}
			if err := use(p, "b.f32"); err != nil {
				t.Errorf("another file: %v", err)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(dir string) error
		want  error
		text  string
	}{
		{"no manifest", func(dir string) error { return os.Remove(filepath.Join(dir, pack.ManifestName)) }, pack.ErrNotFound, "manifest.json"},
		{"no file", func(dir string) error { return os.Remove(filepath.Join(dir, "b.f32")) }, pack.ErrFile, "no file b.f32"},
		{"shorter", func(dir string) error { return os.Truncate(filepath.Join(dir, "b.f32"), 5) }, pack.ErrFile, "has 5 bytes, want 8"},
		{"a folder in its place", func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "b.f32")), os.Mkdir(filepath.Join(dir, "b.f32"), 0o755))
		}, pack.ErrFile, "not a plain file"},
		{"a link out of the folder", func(dir string) error {
			outside := filepath.Join(t.TempDir(), "outside.f32")
			return errors.Join(os.Rename(filepath.Join(dir, "b.f32"), outside), os.Symlink(outside, filepath.Join(dir, "b.f32")))
		}, pack.ErrFile, "b.f32"},
		{"a folder that leads out", func(dir string) error {
			outside := filepath.Join(t.TempDir(), "a")
			return errors.Join(os.Rename(filepath.Join(dir, "a"), outside), os.Symlink(outside, filepath.Join(dir, "a")))
		}, pack.ErrFile, "a/m.onnx"},
		{"a link for a manifest", func(dir string) error {
			name, outside := filepath.Join(dir, pack.ManifestName), filepath.Join(t.TempDir(), "m")
			return errors.Join(os.Rename(name, outside), os.Symlink(outside, name))
		}, nil, "escapes"},
		{"not JSON", func(dir string) error { return os.Truncate(filepath.Join(dir, pack.ManifestName), 9) }, pack.ErrManifest, "not JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tinyDir(t)
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := pack.Open(dir); err == nil || (c.want != nil && !errors.Is(err, c.want)) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("want %v with %q, got %v", c.want, c.text, err)
			}
		})
	}
}

func TestFindListAdd(t *testing.T) {
	dir, packs, home := tinyDir(t), t.TempDir(), t.TempDir()
	t.Setenv(pack.EnvPacks, packs)
	t.Setenv("XDG_DATA_HOME", home)
	t.Setenv("HOME", home)
	t.Chdir(home)
	for _, name := range []string{dir, filepath.Join(dir, pack.ManifestName)} {
		if got, err := pack.Find(name); err != nil || got != dir {
			t.Errorf("%s: want %s, got %s, %v", name, dir, got, err)
		}
	}
	for _, name := range []string{"tiny", "", filepath.Join(packs, "tiny"), "../x"} {
		if got, err := pack.Find(name); !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("%q before it is there: want ErrNotFound, got %s, %v", name, got, err)
		}
	}
	ctx := context.Background()
	added, err := pack.Add(ctx, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pack.Find("tiny"); err != nil || got != added {
		t.Errorf("want %s, got %s, %v", added, got, err)
	}
	if _, err := pack.Add(ctx, dir, nil); !errors.Is(err, pack.ErrExists) {
		t.Errorf("adding again: want ErrExists, got %v", err)
	}
	if err := os.Symlink(dir, filepath.Join(packs, "tiny")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(packs, "broken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(packs, "broken", pack.ManifestName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	// What a killed Add left behind is not listed as a pack.
	if err := os.Symlink(dir, filepath.Join(packs, ".adding-123")); err != nil {
		t.Fatal(err)
	}
	list := pack.List()
	if len(list) != 2 || list[0].Name != "broken" || list[0].Err == nil || list[1].Dir != filepath.Join(packs, "tiny") || list[1].Err != nil {
		t.Errorf("want broken, and tiny from the folder named first, got %+v", list)
	}
}

// A link to a file inside the pack's folder is allowed.
func TestLinkWithinThePack(t *testing.T) {
	dir := tinyDir(t)
	if err := errors.Join(os.Rename(filepath.Join(dir, "b.f32"), filepath.Join(dir, "real")), os.Symlink("real", filepath.Join(dir, "b.f32"))); err != nil {
		t.Fatal(err)
	}
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
}

// Verify does not read a file that has become a link out of the folder after Open.
func TestVerifyStaysInside(t *testing.T) {
	dir := tinyDir(t)
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside.f32")
	if err := errors.Join(os.Rename(filepath.Join(dir, "b.f32"), outside), os.Symlink(outside, filepath.Join(dir, "b.f32"))); err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(context.Background(), nil); !errors.Is(err, pack.ErrFile) || !strings.Contains(err.Error(), "b.f32") {
		t.Errorf("want b.f32 refused, got %v", err)
	}
}

// Add removes what a killed Add left behind, and two cannot run at the same time.
func TestAddAfterAKill(t *testing.T) {
	dir, home := tinyDir(t), t.TempDir()
	t.Setenv("XDG_DATA_HOME", home)
	t.Setenv("HOME", home)
	user, err := pack.UserDir()
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(user, ".adding-123")
	if err := errors.Join(os.MkdirAll(half, 0o700), os.WriteFile(filepath.Join(half, "a"), nil, 0o600), os.WriteFile(filepath.Join(user, ".adding.lock"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = pack.Add(context.Background(), dir, nil) })
	}
	wg.Wait()
	added := 0
	for _, err := range errs {
		switch {
		case err == nil:
			added++
		case !errors.Is(err, pack.ErrExists) && !errors.Is(err, pack.ErrAdding):
			t.Error(err)
		}
	}
	if added != 1 {
		t.Errorf("%d of 4 at once added the pack: %v", added, errs)
	}
	left, err := os.ReadDir(user)
	if err != nil || len(left) != 1 || left[0].Name() != "tiny" {
		t.Errorf("want the pack alone, got %v, %v", left, err)
	}
}

// Add copies no pack that fails verification, and removes all of the copy.
func TestAddAltered(t *testing.T) {
	dir, home := tinyDir(t), t.TempDir()
	t.Setenv("XDG_DATA_HOME", home)
	t.Setenv("HOME", home)
	if err := os.WriteFile(filepath.Join(dir, "a", "m.onnx"), []byte("medal"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Add(context.Background(), dir, nil); !errors.Is(err, pack.ErrFile) {
		t.Errorf("want ErrFile, got %v", err)
	}
	user, err := pack.UserDir()
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(user); err != nil || len(left) != 0 {
		t.Errorf("want nothing left, got %v, %v", left, err)
	}
}
