package trace

import (
	"image"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
)

func frame(generation uint64, stage engine.Stage) engine.Frame {
	return engine.Frame{
		Generation: generation, Photo: 1, Stage: stage, Provider: "cpu",
		Image:   image.NewRGBA(image.Rect(0, 0, 30, 20)),
		Timings: engine.Timings{"total": 1500 * time.Microsecond, "paste": time.Millisecond},
		Prompts: []engine.PromptReport{{Source: "face", Target: "old face", Confidence: 0.5, Known: true}},
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	log.Painted(frame(3, engine.StagePreview), 4)
	log.Painted(frame(4, engine.StageFinal), 4)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	log.Painted(frame(5, engine.StageFinal), 5) // too late, and harmless

	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("want 2 lines, got %+v", got)
	}
	if !(got[0].At >= 0 && got[1].At >= got[0].At) {
		t.Errorf("times: got %v and %v ms", got[0].At, got[1].At)
	}
	got[1].At = 0
	want := Line{
		Generation: 4, Newest: 4, Photo: 1, Stage: engine.StageFinal, Size: [2]int{30, 20}, Provider: "cpu",
		Took: 1.5, Timings: map[string]float64{"total": 1.5, "paste": 1},
		Prompts: []engine.PromptReport{{Source: "face", Target: "old face", Confidence: 0.5, Known: true}},
	}
	if !reflect.DeepEqual(got[1], want) {
		t.Errorf("got %+v, want %+v", got[1], want)
	}
	if got[0].Settled() || !got[1].Settled() {
		t.Error("want the final frame of the newest request settled and the other not")
	}
}

func TestReadLeavesOutAHalfWrittenLine(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want int
		bad  string
	}{
		"empty":    {"", 0, ""},
		"half":     {`{"generation":`, 0, ""},
		"one":      {"{\"generation\":1}\n", 1, ""},
		"one half": {"{\"generation\":1}\n{\"gene", 1, ""},
		"broken":   {"{}\nnonsense\n{}\n", 0, "line 2"},
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(tc.in), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		switch {
		case tc.bad != "":
			if err == nil || !strings.Contains(err.Error(), tc.bad) {
				t.Errorf("%s: want an error naming %s, got %v", name, tc.bad, err)
			}
		case err != nil || len(got) != tc.want:
			t.Errorf("%s: want %d lines, got %d and %v", name, tc.want, len(got), err)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a log that is not there was read")
	}
}

func TestNoLogUnlessAskedFor(t *testing.T) {
	t.Setenv(Env, "")
	log, err := FromEnv()
	if log != nil || err != nil {
		t.Fatalf("got %v and %v", log, err)
	}
	log.Painted(frame(1, engine.StageFinal), 1)
	if err := log.Close(); err != nil {
		t.Error(err)
	}

	t.Setenv(Env, filepath.Join(t.TempDir(), "no", "such", "folder", "log"))
	if _, err := FromEnv(); err == nil || !strings.Contains(err.Error(), Env) {
		t.Errorf("want an error that names %s, got %v", Env, err)
	}
}
