package studio

import (
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
)

// readsThresholds gives the studio a text encoder that knows two concepts: "smil" has
// the relevance threshold 0.07, "blond" has the pack's.
func readsThresholds(t *testing.T, s *Studio) {
	t.Helper()
	graph, err := os.ReadFile(filepath.Join("..", "prompt", "testdata", "text.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	p := packtest.Open(t, map[string][]byte{
		"text.onnx": graph, "vocab.txt": []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\nface\nsmil\n##ing\nblond\nhair"),
		"concepts.json": []byte(`[{"name":"smil","delta":[-1,1,0,0,0,0,0,0],"threshold":0.07},{"name":"blond","delta":[-1,0,0,1,0,0,0,0]}]`),
	}, map[string]pack.Component{"text_encoder": {
		Graphs: []pack.Graph{{
			Model:   "text.onnx",
			Inputs:  map[string]pack.Tensor{"ids": packtest.I64("ids", -1, -1), "mask": packtest.I64("mask", -1, -1)},
			Outputs: map[string]pack.Tensor{"vector": packtest.F32("vector", -1, 8)},
		}},
		Params: packtest.Params(t, map[string]any{
			"tokenizer": map[string]any{"kind": "wordpiece", "vocab": "vocab.txt", "max_tokens": 16},
			"concepts":  "concepts.json", "confidence_bar": 0.6,
		}),
	}})
	s.textEncoder.open = func() (textEncoder, error) {
		return prompt.New(p, onnx.Options{Provider: "cpu", Threads: 1})
	}
	t.Cleanup(func() {
		if err := s.textEncoder.Close(); err != nil {
			t.Error(err)
		}
	})
}

// The recipe has the threshold that the edits were drawn with, whether Directions was
// called for them before or not: somebody may export at once what was just typed.
func TestRecipeHasTheEditsOwnThreshold(t *testing.T) {
	s, m, _ := onTable(t)
	readsThresholds(t, s)
	for _, c := range []struct {
		targets []string
		want    float64
	}{
		{[]string{"smil"}, 0.07},
		{[]string{"blond"}, stubMapper{}.Threshold()},
		{[]string{"smil", "smil"}, 0.07},
		{[]string{"smil", "blond"}, recipe.OwnThresholds},
	} {
		r := smile(0.5)
		r.Edits = nil
		for _, target := range c.targets {
			r.Edits = append(r.Edits, engine.Edit{Source: "face", Target: target, Strength: 0.5})
		}
		_, text := exported(t, s, r)
		rec, err := recipe.Parse([]byte(text[recipe.Key]))
		if err != nil || rec.Threshold != c.want {
			t.Errorf("%q: want %v, got %v, %v", c.targets, c.want, rec.Threshold, err)
		}
		for i, shift := range m.shifts {
			if c.want >= 0 && shift.Threshold != c.want {
				t.Errorf("%q: edit %d was drawn at %v, want %v", c.targets, i, shift.Threshold, c.want)
			}
		}
	}
}
