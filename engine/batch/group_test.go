package batch

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestGroupsAreRunsOfOnePhoto(t *testing.T) {
	var lines []Line
	for i, path := range []string{"a", "a", "b", "a", "a", "a"} {
		lines = append(lines, Line{Number: i, Path: path})
	}
	got := groups(lines)
	if len(got) != 3 {
		t.Fatalf("%d groups, want 3", len(got))
	}
	n := 0
	for i, want := range []int{2, 1, 3} {
		if len(got[i].lines) != want || got[i].lines[0].Number != n {
			t.Errorf("group %d: %+v", i, got[i].lines)
		}
		n += want
	}
}

// What cannot be measured is taken for as large as can be, and nothing is read
// for it but a photo's head.
func TestPixels(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"whole": b.Bytes(), "head": b.Bytes()[:40], "none": []byte("dear diary")} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]int64{"whole": 600, "head": 600, "none": budgetPixels, "missing": budgetPixels, "": budgetPixels} {
		if got := pixels(filepath.Join(dir, name)); got != want {
			t.Errorf("%q has %d pixels, want %d", name, got, want)
		}
	}
}
