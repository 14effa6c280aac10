package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/invert"
)

// inputs are those of a small key.
func inputs() Inputs {
	square := image.NewRGBA(image.Rect(0, 0, 2, 2))
	copy(square.Pix, []byte{1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 255})
	return Inputs{Pack: "pack", Runtime: "1.27", Provider: "cpu", Photo: "photo", Alignment: face.Whole(image.Pt(2, 2)), Square: square}
}

// numbered returns the key of photo n.
func numbered(n string) Key {
	in := inputs()
	in.Photo = n
	return in.Key()
}

var code = invert.Code{Style: []float32{1, -2.5, 3e-7}, Offset: []float32{0.1, 0.2, 0.3, -0.4}}

// newStore returns a store in a folder that does not exist yet. An error of writing fails
// the test.
func newStore(t *testing.T, limit int64) *Store {
	t.Helper()
	return New(filepath.Join(t.TempDir(), "below", "inversions"), limit, func(err error) { t.Errorf("write: %v", err) })
}

// keep puts a code and waits until it is written.
func keep(s *Store, k Key, c invert.Code) {
	s.Put(k, c)
	_ = s.Close()
}

func same(a, b invert.Code) bool {
	return slices.Equal(a.Style, b.Style) && slices.Equal(a.Offset, b.Offset) && slices.Equal(a.WPlus, b.WPlus) &&
		(a.Offset == nil) == (b.Offset == nil) && (a.WPlus == nil) == (b.WPlus == nil)
}

func TestInversionsAreKept(t *testing.T) {
	for name, c := range map[string]invert.Code{
		"style alone":    {Style: []float32{5}},
		"with an offset": code,
		"with all":       {Style: []float32{1}, Offset: []float32{2}, WPlus: []float32{3, 4}},
		"empty offset":   {Style: []float32{1}, Offset: []float32{}},
	} {
		s := newStore(t, 1<<20)
		k := inputs().Key()
		if _, ok := s.Get(k); ok {
			t.Errorf("%s: found before it was kept", name)
		}
		keep(s, k, c)
		got, ok := s.Get(k)
		if !ok || !same(got, c) {
			t.Errorf("%s: got %+v, %v", name, got, ok)
		}
		if again, ok := New(s.dir, 1<<20, nil).Get(k); !ok || !same(again, c) {
			t.Errorf("%s: another store of the folder: %+v, %v", name, again, ok)
		}
	}
}

func TestAPhotoIsKnown(t *testing.T) {
	s := newStore(t, 1<<20)
	if s.Knows(inputs()) {
		t.Error("known before anything was kept")
	}
	keep(s, inputs().Key(), code)
	other := inputs()
	other.Square, other.Alignment = nil, face.Alignment{} // before the faces are found
	if !s.Knows(other) {
		t.Error("the photo is not known")
	}
	for name, change := range map[string]func(*Inputs){
		"pack":     func(in *Inputs) { in.Pack = "pack2" },
		"runtime":  func(in *Inputs) { in.Runtime = "1.28" },
		"provider": func(in *Inputs) { in.Provider = "openvino" },
		"photo":    func(in *Inputs) { in.Photo = "another" },
	} {
		in := other
		change(&in)
		if s.Knows(in) {
			t.Errorf("%s: known", name)
		}
	}
	if (*Store)(nil).Knows(other) {
		t.Error("no store knows it")
	}
}

// Only the user may read what shows a person.
func TestNobodyElseCanRead(t *testing.T) {
	s := newStore(t, 1<<20)
	keep(s, inputs().Key(), code)
	for path, want := range map[string]fs.FileMode{s.dir: 0o700 | fs.ModeDir, s.path(inputs().Key()): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}

func TestEveryInputMatters(t *testing.T) {
	first := inputs().Key()
	if inputs().Key() != first {
		t.Error("the key of the same inputs differs")
	}
	// Pixels beyond the square's width, between its rows, are none of its pixels.
	wide := image.NewRGBA(image.Rect(0, 0, 4, 2))
	copy(wide.Pix, inputs().Square.Pix[:8])
	copy(wide.Pix[wide.Stride:], inputs().Square.Pix[8:])
	in := inputs()
	in.Square = wide.SubImage(image.Rect(0, 0, 2, 2)).(*image.RGBA)
	if in.Key() != first {
		t.Error("the key of the same pixels in another layout differs")
	}
	for name, change := range map[string]func(*Inputs){
		"pack":      func(in *Inputs) { in.Pack = "pack2" },
		"runtime":   func(in *Inputs) { in.Runtime = "1.28" },
		"provider":  func(in *Inputs) { in.Provider = "openvino" },
		"photo":     func(in *Inputs) { in.Photo = "" },
		"pixel":     func(in *Inputs) { in.Square.Pix[9]++ },
		"origin":    func(in *Inputs) { in.Alignment.Origin = geometry.Point{X: 0.25} },
		"turned":    func(in *Inputs) { in.Alignment.U.Y = -1e-9 },
		"size":      func(in *Inputs) { in.Alignment.V.Y = 3 },
		"shape":     func(in *Inputs) { in.Square.Rect, in.Square.Stride = image.Rect(0, 0, 4, 1), 16 },
		"separated": func(in *Inputs) { in.Pack, in.Runtime = "pack1", ".27" },
	} {
		in := inputs()
		change(&in)
		if in.Key() == first {
			t.Errorf("%s: the key is the same", name)
		}
	}
}

// Whatever is wrong with a file, it counts as missing, and the next inversion replaces it.
func TestDamagedFilesCountAsMissing(t *testing.T) {
	k := inputs().Key()
	var whole bytes.Buffer
	if err := write(&whole, k, code); err != nil {
		t.Fatal(err)
	}
	if int64(whole.Len()) != encodedSize(code) {
		t.Errorf("a file of %d bytes, want %d", whole.Len(), encodedSize(code))
	}
	for name, data := range map[string][]byte{
		"empty":       {},
		"cut off":     whole.Bytes()[:whole.Len()-1],
		"a bit":       flipped(whole.Bytes(), headerSize+3),
		"its hash":    flipped(whole.Bytes(), whole.Len()-1),
		"another key": encoded(t, numbered("another"), code),
		"no style":    encoded(t, k, invert.Code{Offset: []float32{1}}),
		"not finite":  encoded(t, k, invert.Code{Style: []float32{float32(math.NaN())}}),
		"too long":    resealed(append(encoded(t, k, code), 1, 2, 3, 4)),
		"too short":   resealed(whole.Bytes()[:whole.Len()-4]),
		"a length":    resealed(lengthened(whole.Bytes())),
		"kind":        resealed(flipped(whole.Bytes(), 0)),
	} {
		s := newStore(t, 1<<20)
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.path(k), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := s.Get(k); ok {
			t.Errorf("%s: got %+v", name, got)
		}
		keep(s, k, code)
		if got, ok := s.Get(k); !ok || !same(got, code) {
			t.Errorf("%s: after it was kept anew: %+v, %v", name, got, ok)
		}
	}
}

func encoded(t *testing.T, k Key, c invert.Code) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, k, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func flipped(data []byte, at int) []byte {
	data = slices.Clone(data)
	data[at] ^= 1
	return data
}

// resealed returns the file with the right hash of what it holds.
func resealed(data []byte) []byte {
	if len(data) < sha256.Size {
		return data
	}
	data = data[:len(data)-sha256.Size]
	sum := sha256.Sum256(data)
	return append(slices.Clone(data), sum[:]...)
}

// lengthened returns a file whose style code claims to be longer than memory.
func lengthened(data []byte) []byte {
	data = slices.Clone(data)
	binary.LittleEndian.PutUint32(data[headerSize-12:], math.MaxUint32-1)
	return data
}

// A link, a folder and a file that is too large are not read.
func TestWhatIsNoFileIsNotRead(t *testing.T) {
	k := inputs().Key()
	s := newStore(t, encodedSize(code))
	keep(s, k, code)
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(s.path(k), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, s.path(k)); err != nil {
		t.Fatal(err)
	}
	if got, ok := s.Get(k); ok {
		t.Errorf("a link: got %+v", got)
	}
	if err := errors.Join(os.Remove(s.path(k)), os.Rename(elsewhere, s.path(k))); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Get(k); !ok {
		t.Error("the file itself is not read")
	}
	if got, ok := New(s.dir, encodedSize(code)-1, nil).Get(k); ok {
		t.Errorf("larger than the limit: got %+v", got)
	}
}

// The files that were not used for the longest time make room.
func TestTheFolderIsBounded(t *testing.T) {
	size := encodedSize(code)
	s := newStore(t, 3*size)
	old := time.Now().Add(-time.Hour)
	for i, name := range []string{"a", "b", "c"} {
		keep(s, numbered(name), code)
		used := old.Add(time.Duration(i) * time.Minute)
		if err := os.Chtimes(s.path(numbered(name)), used, used); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := s.Get(numbered("a")); !ok { // now b is the oldest
		t.Fatal("a is not kept")
	}
	keep(s, numbered("d"), code)
	var kept []string
	for _, name := range []string{"a", "b", "c", "d"} {
		if _, ok := s.Get(numbered(name)); ok {
			kept = append(kept, name)
		}
	}
	if !slices.Equal(kept, []string{"a", "c", "d"}) {
		t.Errorf("kept %v, want a, c, d", kept)
	}
	if n, bytes, err := s.Usage(); n != 3 || bytes != 3*size || err != nil {
		t.Errorf("%d files of %d bytes, %v", n, bytes, err)
	}
	large := invert.Code{Style: make([]float32, 3*size)}
	keep(s, numbered("e"), large)
	if _, ok := s.Get(numbered("e")); ok {
		t.Error("a code larger than the limit was kept")
	}
	if n, _, _ := s.Usage(); n != 3 {
		t.Errorf("%d files after a code that is too large, want 3", n)
	}
}

func TestClear(t *testing.T) {
	s := newStore(t, 1<<20)
	if n, err := s.Clear(); n != 0 || err != nil {
		t.Errorf("no folder: %d, %v", n, err)
	}
	keep(s, numbered("a"), code)
	keep(s, numbered("b"), code)
	other := filepath.Join(s.dir, "notes.txt")
	killed := filepath.Join(s.dir, temporary+"1-0.tmp")
	for _, path := range []string{other, killed} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Clear(); n != 2 || err != nil {
		t.Errorf("got %d, %v, want 2", n, err)
	}
	if _, ok := s.Get(numbered("a")); ok {
		t.Error("a is still kept")
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A folder that cannot be written to costs nothing but the time saved, and is told once.
func TestWritingFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{
		"no folder can be made": filepath.Join(file, "inversions"),
		"it is a file":          file,
	} {
		var told []error
		s := New(dir, 1<<20, func(err error) { told = append(told, err) })
		for _, photo := range []string{"a", "b"} {
			keep(s, numbered(photo), code)
			if _, ok := s.Get(numbered(photo)); ok {
				t.Errorf("%s: kept", name)
			}
		}
		if len(told) != 1 || !strings.HasPrefix(told[0].Error(), "keep the inversion: ") {
			t.Errorf("%s: told %v", name, told)
		}
	}
}

// A nil Store keeps nothing.
func TestNoStore(t *testing.T) {
	var s *Store
	s.Put(inputs().Key(), code)
	if _, ok := s.Get(inputs().Key()); ok {
		t.Error("it keeps something")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// childDir makes the test program one of several that keep inversions in a folder at once.
const childDir = "DELTAEDIT_STORE_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir))
	}
	if dir := os.Getenv(childFull); dir != "" {
		limitFiles(60)
		s := New(dir, 1<<20, func(err error) { fmt.Print(err) })
		keep(s, inputs().Key(), code)
		return
	}
	os.Exit(m.Run())
}

// child keeps and reads inversions of ten photos in a folder with room for four. Every code
// is of its photo.
func child(dir string) int {
	failed := 0
	s := New(dir, 4*encodedSize(code), func(error) { failed = 1 })
	for i := range 200 {
		name := string(rune('a' + i%10))
		want := invert.Code{Style: []float32{float32(i % 10), 0, 0}, Offset: code.Offset}
		if got, ok := s.Get(numbered(name)); ok && !same(got, want) {
			return 2
		}
		keep(s, numbered(name), want)
	}
	return failed
}

// childFull is childDir for a child that may not write files of more than a few bytes, as on
// a full disk.
const childFull = "DELTAEDIT_STORE_FULL"

func TestFullDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the size of files cannot be limited")
	}
	dir := filepath.Join(t.TempDir(), "inversions")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFull+"="+dir, "GORACE=atexit_sleep_ms=0")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "keep the inversion: ") {
		t.Errorf("got %v: %s", err, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestTwoProcessesAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "inversions")
	var running []*exec.Cmd
	for range 2 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir, "GORACE=atexit_sleep_ms=0")
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	s := New(dir, 1<<20, nil)
	// Each process makes room before it writes, so that both together may be one file over.
	if n, _, err := s.Usage(); n < 1 || n > 5 || err != nil {
		t.Errorf("%d files, %v, want 1 to 5", n, err)
	}
	left, err := os.ReadDir(dir)
	for _, f := range left {
		if !strings.HasSuffix(f.Name(), suffix) {
			t.Errorf("%s is left, %v", f.Name(), err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	k := inputs().Key()
	var whole bytes.Buffer
	if err := write(&whole, k, code); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(lengthened(whole.Bytes()))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, resealed(data)} {
			c, err := decode(d, k)
			if err == nil && encodedSize(c) != int64(len(d)) {
				t.Errorf("a code of %d bytes from %d", encodedSize(c), len(d))
			}
		}
	})
}
