package batch

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine/photo/phototest"
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
		if len(got[i]) != want || got[i][0].Number != n {
			t.Errorf("group %d: %+v", i, got[i])
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
	tiff := phototest.TIFF{
		Order: binary.LittleEndian, Width: 400, Height: 300, Bits: 8, Samples: 3, Photometric: 2, Compression: 1,
		Value: func(x, y, s int) uint16 { return uint16(x) },
	}.Encode() // its directory is at the end
	for name, data := range map[string][]byte{
		"whole": b.Bytes(), "head": b.Bytes()[:40], "none": []byte("dear diary"), "tiff": tiff, "half a tiff": tiff[:len(tiff)/2],
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]int64{
		"whole": 600, "head": 600, "tiff": 120_000, "half a tiff": budgetPixels, "none": budgetPixels, "missing": budgetPixels, "": budgetPixels,
	} {
		if got := Pixels(filepath.Join(dir, name)); got != want {
			t.Errorf("%q has %d pixels, want %d", name, got, want)
		}
	}
}
