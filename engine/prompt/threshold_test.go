package prompt

import (
	"context"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

func TestRelevanceThreshold(t *testing.T) {
	low, high, zero := 0.02, 0.2, 0.0
	known := []concept{
		{Known: Known{Name: "smile", Gain: 1, Threshold: &low}, Delta: axis(0)},
		{Known: Known{Name: "hat", Gain: 1, Threshold: &high}, Delta: axis(1)},
		{Known: Known{Name: "old", Gain: 1}, Delta: axis(2)},
		{Known: Known{Name: "all channels", Gain: 1, Threshold: &zero}, Delta: axis(3)},
	}
	const packDefault = 0.1
	for _, c := range []struct {
		name  string
		dir   []float32
		want  float64
		named bool
	}{
		{"one that names it", along(1), low, true},
		{"its opposite", along(-1), low, true},
		{"one that does not", along(0, 0, 1), packDefault, false},
		{"two that name it", along(1, 1), (low + high) / 2, true},
		{"weights are squared shares", along(2, 1), (4*low + high) / 5, true},
		{"one of two", along(1, 0, 1), (low + packDefault) / 2, true},
		{"zero is a threshold", along(0, 0, 0, 1), 0, true},
		{"nothing known", axis(6), packDefault, false},
	} {
		d := Direction{thresholds: decompose(c.dir, 1, known).thresholds}
		if got := d.RelevanceThreshold(packDefault); !close64(got, c.want) || d.HasThreshold() != c.named {
			t.Errorf("%s: want %v (named %t), got %v (named %t)", c.name, c.want, c.named, got, d.HasThreshold())
		}
	}
	if got := (Direction{}).RelevanceThreshold(packDefault); got != packDefault {
		t.Errorf("no direction: want the pack's %v, got %v", packDefault, got)
	}
}

// A direction carries the thresholds of the file, through the cache too.
func TestThresholdOfAPack(t *testing.T) {
	const concepts = `[{"name":"smile","delta":[-1,1,0,0,0,0,0,0],"threshold":0.07},{"name":"blond","delta":[-1,0,0,1,0,0,0,0]}]`
	p := packtest.Open(t, map[string][]byte{
		"text.onnx": packtest.Read(t, "text.onnx"), "vocab.txt": []byte(tinyVocab), "concepts.json": []byte(concepts),
	}, map[string]pack.Component{
		"text_encoder": {Graphs: []pack.Graph{textGraph()}, Params: packtest.Params(t, map[string]any{
			"tokenizer": map[string]any{"kind": "wordpiece", "vocab": "vocab.txt", "max_tokens": 16},
			"concepts":  "concepts.json", "confidence_bar": 0.6,
		})},
	})
	e, err := New(p, onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer e.Close()
	for range 2 {
		for target, want := range map[string]float64{"smil": 0.07, "blond": 0.5} {
			d, err := e.Delta(context.Background(), "face", target)
			if err != nil || !close64(d.RelevanceThreshold(0.5), want) || d.HasThreshold() != (target == "smil") {
				t.Errorf("%s: want %v, got %v, %v", target, want, d.RelevanceThreshold(0.5), err)
			}
		}
	}
	known := e.Concepts()
	if got := known[0].Threshold; got == nil || *got != 0.07 || known[1].Threshold != nil {
		t.Errorf("want 0.07 and none, got %v and %v", got, known[1].Threshold)
	}
}

func TestBadThresholds(t *testing.T) {
	for _, bad := range []string{"-0.01", "1.5", `"low"`} {
		p := packtest.Open(t, map[string][]byte{"concepts.json": []byte(`[{"name":"old","threshold":` + bad + `}]`)}, map[string]pack.Component{
			"text_encoder": {Params: packtest.Params(t, map[string]any{"concepts": "concepts.json"})},
		})
		if _, err := Concepts(p); err == nil || !strings.Contains(err.Error(), "concepts.json") || !strings.Contains(err.Error(), "threshold") {
			t.Errorf("%s: want an error that names the file and the field, got %v", bad, err)
		}
	}
}
