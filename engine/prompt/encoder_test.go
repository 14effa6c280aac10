package prompt

import (
	"context"
	"encoding/json"
	"errors"
	"image"
	"math"
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt/token"
)

const tinyVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nface\nsmil\n##ing\nblond\nhair\n,\nand\na"

func tinyTokenizer(t testing.TB, maxTokens int) *token.WordPiece {
	t.Helper()
	tok, err := token.NewWordPiece([]byte(tinyVocab), true, maxTokens)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func unit(v ...float32) []float32 { normalize(v); return v }

func axis(i int) []float32 {
	v := make([]float32, 8)
	v[i] = 1
	return v
}

func minus(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return unit(out...)
}

func textGraph() pack.Graph {
	return pack.Graph{
		Model:   "text.onnx",
		Inputs:  map[string]pack.Tensor{"ids": packtest.I64("ids", -1, -1), "mask": packtest.I64("mask", -1, -1)},
		Outputs: map[string]pack.Tensor{"vector": packtest.F32("vector", -1, 8)},
	}
}

func textPack(t testing.TB, change func(params map[string]any)) *pack.Pack {
	t.Helper()
	concepts, err := json.Marshal([]concept{
		// face (direction 0) to smil (1), to blond (3); to a (7 is [UNK]'s).
		{Known: Known{Name: "smile", Gain: 2}, Delta: minus(axis(1), axis(0))},
		{Known: Known{Name: "blond", Gain: 4}, Delta: minus(axis(3), axis(0))},
	})
	if err != nil {
		t.Fatal(err)
	}
	params := map[string]any{
		"tokenizer":      map[string]any{"kind": "wordpiece", "vocab": "vocab.txt", "lowercase": true, "max_tokens": 16},
		"templates":      []string{"{}", "and {}"},
		"concepts":       "concepts.json",
		"confidence_bar": 0.6,
	}
	if change != nil {
		change(params)
	}
	return packtest.Open(t, map[string][]byte{
		"text.onnx": packtest.Read(t, "text.onnx"), "image.onnx": packtest.Read(t, "image.onnx"),
		"vocab.txt": []byte(tinyVocab), "concepts.json": concepts, "short.json": []byte(`[{"name":"x","delta":[1]}]`),
	}, map[string]pack.Component{
		"text_encoder": {Graphs: []pack.Graph{textGraph()}, Params: packtest.Params(t, params)},
		"image_encoder": {Graphs: []pack.Graph{{
			Model:   "image.onnx",
			Inputs:  map[string]pack.Tensor{"image": packtest.F32("image", 1, 3, 2, 2)},
			Outputs: map[string]pack.Tensor{"vector": packtest.F32("vector", 1, 3)},
		}}, Params: packtest.Params(t, map[string]any{"mean": []float32{.5, .5, .5}, "std": []float32{.5, .5, .5}})},
	})
}

func encoder(t testing.TB) *Encoder {
	t.Helper()
	e, err := New(textPack(t, nil), onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	t.Cleanup(func() {
		for range 2 {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return e
}

func close64(got, want float64) bool { return math.Abs(got-want) < 1e-5 }

func TestText(t *testing.T) {
	e := encoder(t)
	got, err := e.Text(context.Background(), "Face")
	if err != nil {
		t.Fatal(err)
	}
	// The special tokens are zero; "face" is direction 0, "and" is direction 6.
	r := float32(math.Sqrt(0.5))
	for i, want := range unit(1+r, 0, 0, 0, 0, 0, r, 0) {
		if !close64(float64(got[i]), float64(want)) {
			t.Errorf("value %d: want %v, got %v", i, want, got[i])
		}
	}
	if n := dot(got, got); !close64(n, 1) {
		t.Errorf("want a unit vector, got squared length %v", n)
	}
}

func TestDelta(t *testing.T) {
	e := encoder(t)
	ctx := context.Background()
	for _, c := range []struct {
		source, target string
		known          bool
		nearest        string
	}{
		{"face", "smil", true, "smile"},
		{"face", "blond", true, "blond"},
		{"smil", "face", true, ""}, // the opposite of the one concept
		{"face", "xyzzy", false, ""},
		{"hair", "xyzzy", false, ""},
	} {
		t.Run(c.source+" to "+c.target, func(t *testing.T) {
			d, err := e.Delta(ctx, c.source, c.target)
			if err != nil {
				t.Fatal(err)
			}
			if n := dot(d.Vector, d.Vector); !close64(n, 1) {
				t.Errorf("want a unit vector, got squared length %v", n)
			}
			if d.Known != c.known || d.Known != (d.Confidence >= 0.6) || !(d.Confidence >= 0 && d.Confidence <= 1) {
				t.Errorf("want known %v, got %v with confidence %v", c.known, d.Known, d.Confidence)
			}
			if c.nearest != "" && d.Nearest[0].Name != c.nearest {
				t.Errorf("want nearest %q, got %+v", c.nearest, d.Nearest)
			}
			if c.known && d.Weight() != 1 || !c.known && !(d.Weight() < 1) {
				t.Errorf("weight is %v", d.Weight())
			}
		})
	}
}

func TestDeltaIsCachedAndOwned(t *testing.T) {
	e := encoder(t)
	runs := 0
	run := e.run
	e.run = func(ctx context.Context, ids, mask [][]int64) ([][]float32, error) {
		runs++
		return run(ctx, ids, mask)
	}
	ctx := context.Background()
	first, err := e.Delta(ctx, "face", "smil")
	if err != nil {
		t.Fatal(err)
	}
	keep := first.Vector[0]
	first.Vector[0], first.Nearest[0].Name = 99, "spoilt"
	second, err := e.Delta(ctx, " FACE ", "smil")
	if err != nil {
		t.Fatal(err)
	}
	if runs != 2 {
		t.Errorf("want one run a text, got %d for two texts", runs)
	}
	if second.Vector[0] != keep || second.Nearest[0].Name != "smile" {
		t.Error("a caller's change reached the cache")
	}
}

func TestDeltaErrors(t *testing.T) {
	e := encoder(t)
	ctx := context.Background()
	for _, c := range []struct {
		source, target string
		want           error
		text           string
	}{
		{"", "smil", ErrEmptyPrompt, "source"},
		{"face", " \u200b ", ErrEmptyPrompt, "target"},
		{"face", "FACE", ErrSamePrompt, `"face"`},
		{"xyzzy", "plugh", ErrSamePrompt, "xyzzy"},
	} {
		_, err := e.Delta(ctx, c.source, c.target)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%q, %q: want %v naming %s, got %v", c.source, c.target, c.want, c.text, err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Delta(ended, "hair", "blond"); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
	e.run = func(_ context.Context, ids, _ [][]int64) ([][]float32, error) {
		return [][]float32{{float32(math.NaN())}, {1}}, nil
	}
	if _, err := e.Text(ctx, "and"); !errors.Is(err, onnx.ErrNotFinite) {
		t.Errorf("want ErrNotFinite, got %v", err)
	}
}

func TestBadTextPacks(t *testing.T) {
	for _, c := range []struct {
		key   string
		value any
		want  string
	}{
		{"tokenizer", map[string]any{"kind": "bpe"}, `"bpe"`},
		{"tokenizer", map[string]any{"kind": "wordpiece", "vocab": "no.txt", "max_tokens": 8}, "no.txt"},
		{"tokenizer", map[string]any{"kind": "wordpiece", "vocab": "concepts.json", "max_tokens": 8}, "[UNK]"},
		{"templates", []string{"a photo"}, `"a photo"`},
		{"confidence_bar", 3, "confidence_bar"},
		{"min_delta", -1, "min_delta"},
		{"concepts", "short.json", "want 8 values, got 1"},
		{"concepts", "vocab.txt", "vocab.txt"},
		{"confidence_bar", "high", "params"},
	} {
		_, err := New(textPack(t, func(p map[string]any) { p[c.key] = c.value }), onnx.Options{Provider: "cpu"})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: want an error with %q, got %v", c.key, c.value, c.want, err)
		}
	}
}

func TestAgreement(t *testing.T) {
	zero := make([]float32, 8)
	for _, c := range []struct {
		name     string
		from, to [][]float32
		want     float64
	}{
		{"one template", [][]float32{axis(0)}, [][]float32{axis(1)}, 1},
		{"the same in both", [][]float32{axis(0), axis(0)}, [][]float32{axis(1), axis(1)}, 1},
		{"the same, but longer", [][]float32{zero, zero}, [][]float32{axis(1), {0, 3}}, 1},
		{"nothing in common", [][]float32{zero, zero}, [][]float32{axis(1), axis(2)}, 0},
		{"against each other", [][]float32{axis(0), axis(1)}, [][]float32{axis(1), axis(0)}, 0},
		{"two of three", [][]float32{zero, zero, zero}, [][]float32{axis(1), axis(1), axis(2)}, 1. / 3},
		{"no step in one", [][]float32{axis(0), zero}, [][]float32{axis(0), axis(1)}, 0},
	} {
		for i, v := range c.to {
			c.to[i] = append(v, make([]float32, 8-len(v))...)
		}
		if got := agreement(c.from, c.to); !close64(got, c.want) {
			t.Errorf("%s: want %v, got %v", c.name, c.want, got)
		}
	}
}

func TestImageVector(t *testing.T) {
	e, err := NewImage(textPack(t, nil), onnx.Options{Provider: "cpu", Threads: 1})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer e.Close()
	img := image.NewRGBA(image.Rect(3, 3, 9, 9))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = 255, 0, 255, 255
	}
	v, err := e.Vector(context.Background(), img)
	if err != nil {
		t.Fatal(err)
	}
	for i, sign := range []float64{1, -1, 1} {
		if !close64(float64(v[i]), sign/math.Sqrt(3)) {
			t.Errorf("channel %d: want %v, got %v", i, sign/math.Sqrt(3), v[i])
		}
	}
	if _, err := e.Vector(context.Background(), image.NewRGBA(image.Rect(0, 0, 0, 0))); err == nil {
		t.Error("an empty picture: want an error")
	}
}
