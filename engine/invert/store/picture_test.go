package store

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// picture has values from -1.2 to 1.2, and two that are clamped.
func picture(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i)/float32(n)*2.4 - 1.2
	}
	out[0], out[1] = 7, -7
	return out
}

func TestPicturesAreKept(t *testing.T) {
	s := newStore(t, 1<<20)
	k := numbered("a").Picture("cpu", 32)
	want := picture(3 * 32 * 32)
	s.PutPicture(k, want)
	_ = s.Close()
	got, ok := s.Picture(k, len(want))
	if !ok {
		t.Fatal("it is not there")
	}
	if got[0] < 3.99 || got[1] != -4 {
		t.Errorf("values out of range are %v and %v, want about 4 and -4", got[0], got[1])
	}
	for i, v := range got[2:] {
		if !(math.Abs(float64(v-want[i+2])) <= pictureStep/2) {
			t.Fatalf("value %d is %v, want %v", i+2, v, want[i+2])
		}
	}
	for name, other := range map[string]Key{
		"another photo": numbered("b").Picture("cpu", 32), "another provider": numbered("a").Picture("openvino", 32), "another side": numbered("a").Picture("cpu", 64),
	} {
		if _, ok := s.Picture(other, len(want)); ok {
			t.Errorf("%s has the picture", name)
		}
	}
	if _, ok := s.Picture(k, len(want)-3); ok {
		t.Error("a picture of another size is read")
	}
	if s.Knows(inputs()) {
		t.Error("a picture alone counts as an inversion")
	}
	if n, bytes, err := s.Usage(); n != 0 || bytes < int64(2*len(want)) || err != nil {
		t.Errorf("%d inversions of %d bytes, %v", n, bytes, err)
	}
	keep(s, numbered("a"), code)
	if n, err := s.Clear(); n != 1 || err != nil {
		t.Errorf("%d inversions removed, %v", n, err)
	}
	if _, ok := s.Picture(k, len(want)); ok {
		t.Error("the picture is still there")
	}
}

// Any bit that changes, and any missing end, makes a picture missing.
func TestDamagedPicturesCountAsMissing(t *testing.T) {
	s := newStore(t, 1<<20)
	k := numbered("a").Picture("cpu", 2)
	s.PutPicture(k, picture(12))
	_ = s.Close()
	path := s.picturePath(k)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name string, data []byte, want bool) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := s.Picture(k, 12); ok != want {
			t.Errorf("%s: read %v, want %v", name, ok, want)
		}
	}
	try("whole", whole, true)
	for i := range whole {
		bad := append([]byte{}, whole...)
		bad[i] ^= 4
		try("a changed bit", bad, false)
		try("cut off", whole[:i], false)
	}
	try("longer", append(whole, 0), false)
}

// The oldest files go, whether inversions or pictures, and what is larger than all is not kept.
func TestPicturesAreBounded(t *testing.T) {
	s := newStore(t, 1000)
	s.PutPicture(numbered("large"), picture(3000))
	s.PutPicture(numbered("a"), picture(300))
	_ = s.Close()
	keep(s, numbered("b"), code)
	s.PutPicture(numbered("c"), picture(300))
	_ = s.Close()
	if _, ok := s.Picture(numbered("a"), 300); ok {
		t.Error("the oldest picture is still there")
	}
	if _, ok := s.Picture(numbered("c"), 300); !ok {
		t.Error("the newest picture is not there")
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "*"))
	var total int64
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			total += info.Size()
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s can be read by others: %v", f, info.Mode())
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err != nil || total > 1000 {
		t.Errorf("%d bytes in %v, %v", total, files, err)
	}
}

func TestNoStoreKeepsNoPicture(t *testing.T) {
	var s *Store
	s.PutPicture(numbered("a"), picture(3))
	if _, ok := s.Picture(numbered("a"), 3); ok {
		t.Error("there is a picture")
	}
}
