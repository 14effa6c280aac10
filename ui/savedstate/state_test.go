package savedstate

import (
	"bytes"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"deltaedit/ui/stack"
)

// childVar lets the test binary be a process that dies.
const childVar = "DELTAEDIT_TEST_DIE"

func TestMain(m *testing.M) {
	if how := os.Getenv(childVar); how != "" {
		die(how, os.Args[1])
	}
	os.Exit(m.Run())
}

// work is a state with everything in it.
func work() State {
	return State{
		Photo: Photo{Path: filepath.Join(string(filepath.Separator), "home", "x", "me.jpg")}, Source: "face", Target: "old face",
		Strength: -0.75, Threshold: 0.1, Face: 2, Aligned: true,
		Stacks: []stack.Stack{stack.New(), stack.New().Duplicate().Take(0)},
	}
}

// die saves a state below root and ends in the way named.
func die(how, root string) {
	k, err := Begin(root, "a test", nil)
	if err != nil {
		panic(err)
	}
	s := work()
	if how == "data" {
		s.Photo = Photo{Name: "dropped.jpg"}
		k.Put(s, []byte("the photo's bytes"))
	} else {
		k.Put(s, nil)
	}
	for {
		if _, err := os.Stat(filepath.Join(k.dir, stateName)); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	switch how {
	case "panic":
		go panic("injected")
	case "well":
		if err := k.Close(); err != nil {
			panic(err)
		}
		os.Exit(0)
	default:
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
	}
	select {}
}

func child(t *testing.T, how, root string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], root)
	cmd.Env = append(os.Environ(), childVar+"="+how, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	if (err == nil) != (how == "well") {
		t.Fatalf("%s: %v\n%s", how, err, out)
	}
}

func left(t *testing.T, root string) []string {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.Name() != Reports {
			out = append(out, e.Name())
		}
	}
	return out
}

// A state whose process died is found by the next, once, with the report.
func TestFoundAfterADeath(t *testing.T) {
	for how, reported := range map[string]bool{"panic": true, "kill": false, "data": false} {
		t.Run(how, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "state")
			child(t, how, root)
			p, err := Find(root)
			if err != nil || p == nil {
				t.Fatalf("found %v, %v", p, err)
			}
			want := work()
			want.Format = Format
			if how == "data" {
				want.Photo = Photo{Name: "dropped.jpg"}
				if data, err := p.Data(); string(data) != "the photo's bytes" || err != nil {
					t.Errorf("the photo is %q, %v", data, err)
				}
			}
			if !reflect.DeepEqual(p.State, want) {
				t.Errorf("found %+v, want %+v", p.State, want)
			}
			if (p.Report != "") != reported {
				t.Errorf("the report is %q", p.Report)
			}
			if reported {
				text, err := os.ReadFile(p.Report)
				if err != nil || !strings.HasPrefix(string(text), "a test\n") || !strings.Contains(string(text), "injected") || !strings.Contains(string(text), "goroutine") {
					t.Errorf("the report says %s, %v", text, err)
				}
			}
			// It is this process's own until it is given back.
			if other, err := Find(root); other != nil || err != nil {
				t.Errorf("found twice: %v, %v", other, err)
			}
			if err := p.Leave(); err != nil {
				t.Error(err)
			}
			p, err = Find(root)
			if err != nil || p == nil || !reflect.DeepEqual(p.State, want) {
				t.Fatalf("after Leave: %v, %v", p, err)
			}
			if err := p.Forget(); err != nil {
				t.Error(err)
			}
			if got := left(t, root); len(got) != 0 {
				t.Errorf("left behind: %q", got)
			}
		})
	}
}

// A process that ends well leaves nothing, and one that runs is left alone.
func TestNothingToFind(t *testing.T) {
	root := filepath.Join(t.TempDir(), "state")
	if p, err := Find(root); p != nil || err != nil {
		t.Errorf("no folder: %v, %v", p, err)
	}
	child(t, "well", root)
	if got := left(t, root); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
	k, err := Begin(root, "x", nil)
	if err != nil {
		t.Fatal(err)
	}
	k.Put(work(), nil)
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(filepath.Join(k.dir, stateName)); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the state was not written")
		}
	}
	if p, err := Find(root); p != nil || err != nil {
		t.Errorf("a running process: %v, %v", p, err)
	}
	if err := errors.Join(k.Close(), k.Close()); err != nil {
		t.Error(err)
	}
	if got := left(t, root); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
	k.Save(work()) // too late, and no harm
	var none *Keeper
	none.Save(work())
	none.Put(work(), nil)
	if err := none.Close(); err != nil {
		t.Error(err)
	}
}

// Of several the newest is offered; spoiled ones go, and do not hinder it.
func TestNewestOfSeveral(t *testing.T) {
	root := filepath.Join(t.TempDir(), "state")
	for range maxReports + 2 {
		child(t, "panic", root)
	}
	dirs := left(t, root)
	if len(dirs) != maxReports+2 {
		t.Fatalf("left: %q", dirs)
	}
	now := time.Now()
	for i, d := range dirs {
		at := now.Add(time.Duration(i-len(dirs)) * time.Minute)
		for _, name := range []string{stateName, reportName} {
			if err := os.Chtimes(filepath.Join(root, d, name), at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	spoiled := filepath.Join(root, dirs[len(dirs)-1])
	if err := os.WriteFile(filepath.Join(spoiled, stateName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Find(root)
	if p == nil || err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Fatalf("found %v, %v", p, err)
	}
	if got := left(t, root); len(got) != 1 || got[0] != dirs[len(dirs)-2] {
		t.Errorf("left: %q, want the newest that can be read, %s", got, dirs[len(dirs)-2])
	}
	reports, err := os.ReadDir(filepath.Join(root, Reports))
	if err != nil || len(reports) != maxReports {
		t.Errorf("%d reports, %v: want the newest %d", len(reports), err, maxReports)
	}
	if runtime.GOOS != "windows" {
		if info, err := os.Stat(root); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("others may look into %v, %v", info, err)
		}
	}
}

func TestWritesThatFailAreTold(t *testing.T) {
	root := filepath.Join(t.TempDir(), "state")
	told := make(chan error, 10)
	k, err := Begin(root, "x", func(err error) { told <- err })
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(k.dir); err != nil {
		t.Fatal(err)
	}
	k.Save(work())
	select {
	case err := <-told:
		if !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("nothing was told")
	}
	_ = k.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if k, err := Begin(filepath.Join(file, "state"), "x", nil); k != nil || err == nil {
		t.Errorf("a file for a folder: %v, %v", k, err)
	}
}

func TestEngineOfAState(t *testing.T) {
	base := State{Photo: Photo{Random: true}}
	for _, tc := range []struct {
		engine string
		steps  int
		ok     bool
	}{
		{"", 0, true},
		{"gan", 0, true},
		{"diffusion", 0, true},
		{"diffusion", 10, true},
		{"diffusion", 100, true},
		{"magic", 0, false},
		{"diffusion", 9, false},
		{"diffusion", 101, false},
		{"diffusion", -20, false},
	} {
		s := base
		s.Renderer, s.Steps = tc.engine, tc.steps
		data, err := s.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(data)
		if (err == nil) != tc.ok || err == nil && (got.Renderer != tc.engine || got.Steps != tc.steps) {
			t.Errorf("%q with %d steps: %+v, %v", tc.engine, tc.steps, got, err)
		}
	}
}

func TestDir(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("XDG is for other systems")
	}
	t.Setenv("XDG_STATE_HOME", "/x")
	if d, err := Dir(); d != filepath.Join("/x", "deltaedit") || err != nil {
		t.Errorf("%s, %v", d, err)
	}
	t.Setenv("XDG_STATE_HOME", "relative")
	t.Setenv("HOME", "/h")
	if d, err := Dir(); d != "/h/.local/state/deltaedit" || err != nil {
		t.Errorf("%s, %v", d, err)
	}
}

func FuzzParse(f *testing.F) {
	data, err := work().Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1,"photo":{"random":true,"seed":7},"strength":1e400}`))
	f.Add([]byte(`{"format":1,"photo":{"path":"../x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data)
		if err != nil {
			return
		}
		again, err := s.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse(again)
		if err != nil || !reflect.DeepEqual(b, s) {
			t.Errorf("%+v comes back as %+v, %v", s, b, err)
		}
		if s.Photo == (Photo{}) || !(s.Strength >= -10 && s.Strength <= 10) || bytes.Contains(again, []byte("NaN")) {
			t.Errorf("taken: %+v", s)
		}
	})
}

func TestBoxes(t *testing.T) {
	boxes := []image.Rectangle{image.Rect(300, 200, 400, 290), image.Rect(0, 0, 30, 40)}
	photo := Photo{Name: "dropped.jpg"}.WithBoxes(boxes)
	if photo.Boxes != "[[300,200,100,90],[0,0,30,40]]" || photo.WithBoxes(nil) != (Photo{Name: "dropped.jpg"}) {
		t.Errorf("boxes %q", photo.Boxes)
	}
	data, err := State{Photo: photo}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(data)
	if err != nil || s.Photo != photo {
		t.Fatalf("%+v, %v", s, err)
	}
	if got, err := s.Photo.Rectangles(); err != nil || !slices.Equal(got, boxes) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"x", "[[1,2,3]", "[[1,2,0,4]]", "[[-1,2,3,4]]", `{"a":1}`} {
		s.Photo.Boxes = bad
		if data, err = s.Marshal(); err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(data); err == nil {
			t.Errorf("boxes %q were read", bad)
		}
	}
}

// TestStatesOfEarlierVersionsAreRead: files as programs wrote them before there were lists of
// changes, and before there were masks and boxes.
func TestStatesOfEarlierVersionsAreRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	me := Photo{Path: "/home/x/me.jpg"}
	for name, c := range map[string]struct {
		file string
		want State
	}{
		"one edit": {
			`{"format": 1, "photo": {"path": "/home/x/me.jpg"}, "source": "face", "target": "old face",
			  "strength": -0.75, "threshold": 0.1, "face": 2, "aligned": true, "engine": "diffusion", "steps": 20}`,
			State{
				Format: 1, Photo: me, Source: "face", Target: "old face", Strength: -0.75, Threshold: 0.1,
				Face: 2, Aligned: true, Renderer: "diffusion", Steps: 20,
			},
		},
		"a list": {
			`{"format": 1, "photo": {"random": true, "seed": 7}, "source": "face", "target": "smiling face",
			  "strength": 1, "threshold": -1, "face": 0, "aligned": false, "stacks": [{"rows": [
			  {"source": "face", "target": "smiling face", "strength": 1, "threshold": -1},
			  {"source": "face", "target": "old face", "strength": 0.5, "threshold": 0.2, "off": true}], "hand": 0}]}`,
			State{
				Format: 1, Photo: Photo{Random: true, Seed: 7}, Source: "face", Target: "smiling face", Strength: 1, Threshold: -1,
				Stacks: []stack.Stack{stack.New().
					Set(stack.Row{Source: "face", Target: "smiling face", Strength: 1, Threshold: -1}).
					Add(stack.Row{Source: "face", Target: "old face", Strength: 0.5, Threshold: 0.2, Off: true}).Take(0)},
			},
		},
	} {
		if got, err := Parse([]byte(c.file)); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: read %+v, %v", name, got, err)
		}
	}
	if _, err := Parse([]byte(`{"format": 2, "photo": {"path": "/home/x/me.jpg"}}`)); err == nil || err.Error() != "state: format is 2" {
		t.Errorf("a later format: %v", err)
	}
}
