package history

import (
	"bytes"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nfnt/resize"

	"deltaedit/ui/savedstate"
	"deltaedit/ui/stack"
)

// childVar lets the test binary be a process that is killed.
const childVar = "DELTAEDIT_TEST_HISTORY"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVar); dir != "" {
		busy(dir)
	}
	os.Exit(m.Run())
}

// busy adds a state every 10 ms for ever and says so.
func busy(dir string) {
	l, err := Open(dir, func(err error) { panic(err) })
	if err != nil {
		panic(err)
	}
	for i := 1; ; i++ {
		l.Add(change(i))
		if _, err := os.Stdout.WriteString(strconv.Itoa(i) + "\n"); err != nil {
			panic(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

var me = savedstate.Photo{Path: "/photos/me.jpg"}

// change is a state whose first row's target is a number.
func change(i int) State {
	r := stack.NewRow()
	r.Target = strconv.Itoa(i)
	return State{Root: me, Photo: me, Stacks: []stack.Stack{stack.New().Set(r)}}
}

func number(s State) string { return s.Stacks[0].InHand().Target }

func open(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Open(dir, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestUndoRedoAndTheTree(t *testing.T) {
	l := open(t, "")
	step := func(f func() (State, bool), want string) {
		t.Helper()
		s, ok := f()
		if (want != "") != ok || ok && number(s) != want {
			t.Errorf("want %q, got %+v, %t", want, s.Stacks, ok)
		}
	}
	step(l.Undo, "")
	l.Begin(change(1))
	step(l.Undo, "")
	l.Add(change(2))
	three := l.Add(change(3))
	step(l.Undo, "2")
	step(l.Undo, "1")
	step(l.Redo, "2")
	l.Add(change(4))
	step(l.Redo, "")
	step(l.Undo, "2")
	step(l.Redo, "4")
	step(func() (State, bool) { return l.Go(three) }, "3") // nothing that was undone is lost
	step(l.Undo, "2")
	step(func() (State, bool) { return l.Go(99) }, "")
	if got := l.Of(me); len(got) != 4 {
		t.Errorf("%d states, want 4", len(got))
	}
	l.Remove(three)
	step(l.Redo, "")
	other := change(5)
	other.Root, other.Photo = savedstate.Photo{Random: true, Seed: 1}, savedstate.Photo{Path: "/kept/r.png"}
	l.Begin(other)
	if got := l.Of(other.Root); len(got) != 1 || l.RootOf(other.Photo) != other.Root || l.RootOf(me) != me {
		t.Errorf("states of another photo: %+v", got)
	}
	step(l.Undo, "")
	step(func() (State, bool) { return l.Latest(me) }, "4")
	l.Clear()
	if got := l.Of(me); len(got) != 0 {
		t.Errorf("after clearing: %+v", got)
	}
	step(l.Present, "5")
}

func TestItSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	l := open(t, dir)
	first := l.Begin(change(1))
	second := l.Add(change(2))
	third := l.Add(change(3))
	l.Star(first, true)
	l.SetName(second, strings.Repeat("ä", 150))
	l.Remove(first + 100)
	img := image.NewRGBA(image.Rect(0, 0, 400, 200))
	for i := range img.Pix {
		img.Pix[i] = 0x80
	}
	l.SetThumb(third, img)
	want := l.Of(me)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	l = open(t, dir)
	got := l.Of(me)
	for i := range got {
		if !got[i].At.Equal(want[i].At) || !got[i].Stacks[0].Equal(want[i].Stacks[0]) {
			t.Errorf("state %d: %+v, want %+v", i, got[i], want[i])
		}
		got[i].At, got[i].Stacks = want[i].At, want[i].Stacks
	}
	if !reflect.DeepEqual(got, want) || !got[0].Starred || len(got[1].Name) != maxName {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if th := l.Thumb(third); th == nil || th.Bounds().Size() != image.Pt(128, 64) {
		t.Errorf("the thumbnail is %v", th)
	}
	if l.Thumb(first) != nil {
		t.Error("a thumbnail that was never made is there")
	}
	if id := l.Add(change(4)); id <= third {
		t.Errorf("the ID %d is used again", id)
	}
	if s, ok := l.Before(); ok {
		t.Errorf("a new process goes back to %+v without a click", s)
	}
	// Two processes do not write into one folder.
	twin, err := Open(dir, nil)
	if err == nil || len(twin.Of(me)) != 0 {
		t.Errorf("opened twice: %v", err)
	}
	twin.Begin(change(9))
	if err := twin.Close(); err != nil {
		t.Error(err)
	}
}

// A process that is killed at any moment loses the last second at most.
func TestKilled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	total := 0
	for range 3 {
		var out bytes.Buffer
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVar+"="+dir)
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(700+rand.IntN(400)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		added := strings.Count(out.String(), "\n")
		l := open(t, dir)
		got := len(l.Of(me)) - total
		if lost := added - got; lost > 100 || got < 0 { // one each 10 ms
			t.Errorf("%d of %d states are lost", lost, added)
		}
		total += got
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		// What a kill within a write leaves.
		f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString(`{"id":100000,"par`)
		if err != nil || f.Close() != nil {
			t.Fatal(err)
		}
	}
}

// onDisk is the number of thumbnails that TestBounds writes; all are about as large.
const onDisk = 20

// resized is a copy of a picture at the size of a thumbnail.
func resized(img image.Image) image.Image {
	return resize.Resize(ThumbSide, ThumbSide, img, resize.NearestNeighbor)
}

// Many states stay within 30 MB on the disk and 60 MB in memory, and what is to be kept
// is dropped last.
func TestBounds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	l := open(t, dir)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	photo := image.NewRGBA(image.Rect(0, 0, 300, 300))
	for i := range photo.Pix { // noise is the worst for a thumbnail's file
		photo.Pix[i] = byte(rand.Uint32())
	}
	starred := l.Begin(change(0))
	l.Star(starred, true)
	for i := range 2 * MaxStates {
		s := change(i)
		for range 9 {
			s.Stacks[0] = s.Stacks[0].Duplicate()
		}
		id := l.Add(s)
		switch {
		case i >= 2*MaxStates-onDisk: // writing each of 500 would wait for the disk as often
			l.SetThumb(id, photo)
		case i >= MaxStates:
			l.thumbs[id] = resized(photo)
		}
	}
	if len(l.thumbs) < MaxStates-1 {
		t.Fatalf("only %d thumbnails are in memory", len(l.thumbs))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grew := int64(after.HeapAlloc) - int64(before.HeapAlloc); grew > 60<<20 {
		t.Errorf("%d states take %d bytes of memory", MaxStates, grew)
	} else {
		t.Logf("memory: %.1f MB", float64(grew)/(1<<20))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	size, files, thumbs := int64(0), 0, int64(0)
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size, files = size+info.Size(), files+1
			if filepath.Ext(info.Name()) == ".jpg" {
				thumbs += info.Size()
			}
		}
		return err
	})
	if thumbs == 0 {
		t.Error("no thumbnail was written")
	}
	size += thumbs / onDisk * (MaxStates - onDisk)
	if err != nil || size > 30<<20 || files > MaxStates+10 {
		t.Errorf("%d files of %d bytes, %v", files, size, err)
	}
	t.Logf("disk: %.1f MB", float64(size)/(1<<20))
	l = open(t, dir)
	got := l.Of(me)
	if len(got) != MaxStates || got[0].ID != starred {
		t.Errorf("%d states, the first is %d", len(got), got[0].ID)
	}
}

func TestKeptResults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	l := open(t, dir)
	path, err := l.Store("../../a b.png", []byte("pixels"))
	if err != nil || filepath.Base(path) != "a b.png" || !strings.HasPrefix(path, filepath.Join(dir, keptDir)) {
		t.Fatalf("stored at %q, %v", path, err)
	}
	needless, err := l.Store("..", []byte("more"))
	if err != nil {
		t.Fatal(err)
	}
	s := change(1)
	s.Photo.Path = path
	l.Begin(s)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir)
	if _, err := os.Stat(path); err != nil {
		t.Errorf("what a state needs is gone: %v", err)
	}
	if _, err := os.Stat(needless); err == nil {
		t.Error("what no state needs is kept")
	}
	l.Begin(change(2))
	l.Clear()
	if _, err := os.Stat(path); err == nil {
		t.Error("clearing leaves a kept result")
	}

	// Without a folder a result is kept as long as the process.
	short, err := Open("", nil)
	if err != nil {
		t.Fatal(err)
	}
	path, err = short.Store("a.png", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := short.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it outlived the history")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{}`, `{"id":1,"gone":true}`, `{"id":2,"parent":1,"root":{"path":"/a"},"photo":{"path":"/a"},"stacks":[{"rows":[{}],"hand":0}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parse(data)
		if err == nil && (s.ID < 1 || s.Parent >= s.ID || !s.Gone && s.Photo == savedstate.Photo{}) {
			t.Errorf("taken: %+v", s)
		}
	})
}

// TestTheHistoryOfAnEarlierVersionIsRead: a file as programs wrote it before there were masks and
// boxes, and a line of a later program, which alone is left out.
func TestTheHistoryOfAnEarlierVersionIsRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	dir := t.TempDir()
	file := `{"id":1,"at":"2026-01-02T03:04:05Z","root":{"path":"/photos/me.jpg"},"photo":{"path":"/photos/me.jpg"}}
{"id":2,"parent":1,"at":"2026-01-02T03:05:05Z","root":{"path":"/photos/me.jpg"},"photo":{"path":"/photos/me.jpg"},"face":1,"stacks":[{"rows":[{"source":"face","target":"old face","strength":0.5,"threshold":-1,"off":true}],"hand":0}],"engine":"diffusion","steps":20,"name":"mine"}
{"id":3,"parent":2,"at":"2026-01-02T03:06:05Z","root":{"path":"/photos/me.jpg"},"photo":{"path":"/photos/me.jpg"},"engine":"of later programs"}
`
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, dir)
	want := State{
		ID: 2, Parent: 1, At: time.Date(2026, 1, 2, 3, 5, 5, 0, time.UTC), Root: me, Photo: me, Face: 1,
		Stacks:   []stack.Stack{stack.New().Set(stack.Row{Source: "face", Target: "old face", Strength: 0.5, Threshold: -1, Off: true})},
		Renderer: "diffusion", Steps: 20, Name: "mine",
	}
	if got, ok := l.Get(2); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v", got)
	}
	if len(l.states) != 2 {
		t.Errorf("%d states, want 2", len(l.states))
	}
}
