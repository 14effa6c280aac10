// Package restore finds out how an exported picture was made, and the photo that it was
// made from. It reads files: call it on another goroutine than the UI thread.
package restore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// ErrNoRecipe says that a picture has no recipe.
var ErrNoRecipe = errors.New("the picture has no recipe")

// Holds reports whether a file's name is that of a picture that may hold a recipe.
func Holds(name string) bool {
	format, known := photo.FormatOf(name)
	return known && format != photo.JPEG
}

// Recipe returns the recipe in a PNG or a WebP. A file without one, or of another kind, gives
// ErrNoRecipe; a recipe that cannot be used gives recipe's errors.
func Recipe(path string) (recipe.Recipe, error) {
	f, err := os.Open(path)
	if err != nil {
		return recipe.Recipe{}, err
	}
	defer f.Close()
	return read(f)
}

// RecipeOf is Recipe for a picture in memory.
func RecipeOf(data []byte) (recipe.Recipe, error) { return read(bytes.NewReader(data)) }

func read(r io.Reader) (recipe.Recipe, error) {
	texts, err := photo.ReadText(r)
	text, ok := texts[recipe.Key]
	if err != nil || !ok {
		return recipe.Recipe{}, ErrNoRecipe
	}
	return recipe.Parse([]byte(text))
}

// maxLooked bounds the files of a folder whose contents are looked at.
const maxLooked = 400

// Photo returns the path of the photo that a recipe names: one of the given files, or a
// file in one of the folders, that has its contents. Files of its name are looked at
// first. Without one the result is "". An unreadable file is passed over.
func Photo(source recipe.Source, files, folders []string) string {
	if source.SHA256 == "" {
		return ""
	}
	var named, others []string
	seen := map[string]bool{}
	add := func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		if source.Name != "" && filepath.Base(path) == source.Name {
			named = append(named, path)
		} else {
			others = append(others, path)
		}
	}
	for _, dir := range folders {
		if dir != "" && source.Name != "" {
			add(filepath.Join(dir, filepath.Base(source.Name)))
		}
	}
	for _, path := range files {
		add(path)
	}
	for _, dir := range folders {
		if dir == "" {
			continue
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries[:min(len(entries), maxLooked)] {
			if e.Type().IsRegular() && isPhoto(e.Name()) {
				add(filepath.Join(dir, e.Name()))
			}
		}
	}
	for _, path := range slices.Concat(named, others) {
		if sum, err := hash(path); err == nil && sum == source.SHA256 {
			return path
		}
	}
	return ""
}

// isPhoto reports whether a file's name is that of a photo.
func isPhoto(name string) bool {
	return slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"}, strings.ToLower(filepath.Ext(name)))
}

// hash returns the SHA-256 of a file's bytes in hexadecimal.
func hash(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > photo.MaxBytes {
		return "", fmt.Errorf("%s is no photo", filepath.Base(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, photo.MaxBytes)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
