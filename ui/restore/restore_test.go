package restore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

func put(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// picture is a PNG with a text.
func picture(t *testing.T, texts map[string]string) []byte {
	t.Helper()
	return pictureAs(t, photo.PNG, texts)
}

func pictureAs(t *testing.T, format photo.FileFormat, texts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := photo.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 3, 3)), format, photo.Encoding{}, photo.Metadata{Text: texts}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRecipe(t *testing.T) {
	want := recipe.Recipe{
		Version: 1, Task: recipe.TaskEdit, Program: "p", Pack: recipe.Pack{Name: "faces", Version: "1", Manifest: hex.EncodeToString(make([]byte, 32))},
		Renderer: "gan", Provider: "cpu", Face: 1, Threshold: 0.1,
		Source: &recipe.Source{Name: "a.jpg", SHA256: hex.EncodeToString(make([]byte, 32))},
		Edits:  []recipe.Edit{{Source: "face", Target: "old face", Strength: 1}},
	}
	text, err := want.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	data := picture(t, map[string]string{recipe.Key: string(text)})
	path := put(t, filepath.Join(t.TempDir(), "a.png"), data)
	small := pictureAs(t, photo.WebP, map[string]string{recipe.Key: string(text)})
	for _, read := range []func() (recipe.Recipe, error){
		func() (recipe.Recipe, error) { return Recipe(path) },
		func() (recipe.Recipe, error) { return RecipeOf(small) },
		func() (recipe.Recipe, error) { return RecipeOf(data) },
	} {
		got, err := read()
		if err != nil || len(got.Edits) != 1 || got.Edits[0] != want.Edits[0] || *got.Source != *want.Source {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for name, data := range map[string][]byte{
		"another text": picture(t, map[string]string{"Comment": "x"}),
		"no PNG":       []byte("\xff\xd8\xff"),
		"nothing":      nil,
		"cut off":      data[:len(data)/2],
		"JPEG":         pictureAs(t, photo.JPEG, map[string]string{recipe.Key: string(text)}),
		"WebP cut off": small[:len(small)-40],
		"empty WebP":   pictureAs(t, photo.WebP, nil),
	} {
		if _, err := RecipeOf(data); !errors.Is(err, ErrNoRecipe) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := RecipeOf(picture(t, map[string]string{recipe.Key: "{}"})); err == nil || errors.Is(err, ErrNoRecipe) {
		t.Errorf("a bad recipe: %v", err)
	}
	if _, err := Recipe(filepath.Join(t.TempDir(), "missing.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestHolds(t *testing.T) {
	for name, want := range map[string]bool{"a.png": true, "b.WEBP": true, "c.jpg": false, "d.gif": false, "e": false} {
		if Holds(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func TestPhoto(t *testing.T) {
	dir, far := t.TempDir(), t.TempDir()
	content := []byte("the photo")
	sum := sha256.Sum256(content)
	source := recipe.Source{Name: "a.jpg", SHA256: hex.EncodeToString(sum[:])}
	find := func(s recipe.Source, files ...string) string { return Photo(s, files, []string{"", dir}) }

	put(t, filepath.Join(dir, "a.jpg"), []byte("another photo of that name"))
	if got := find(source); got != "" {
		t.Errorf("another file of the name was taken: %s", got)
	}
	away := put(t, filepath.Join(far, "x", "a.jpg"), content)
	if got := find(source, filepath.Join(far, "missing.jpg"), away); got != away {
		t.Errorf("a file used before: %q", got)
	}
	renamed := put(t, filepath.Join(dir, "Renamed.JPG"), content)
	if got := find(source); got != renamed {
		t.Errorf("under another name: %q", got)
	}
	if got := find(recipe.Source{SHA256: source.SHA256}); got != renamed {
		t.Errorf("without a name: %q", got)
	}
	put(t, filepath.Join(dir, "a.jpg"), content)
	if got := find(source); got != filepath.Join(dir, "a.jpg") {
		t.Errorf("of its name: %q", got)
	}
	if got := find(recipe.Source{Name: "../../etc/passwd", SHA256: source.SHA256}); got == "" || filepath.Dir(got) != dir {
		t.Errorf("a name with a path: %q", got)
	}
	if got := find(recipe.Source{Name: "a.jpg"}); got != "" {
		t.Errorf("without a hash: %q", got)
	}
}
