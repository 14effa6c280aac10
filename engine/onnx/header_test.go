package onnx

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadHeader(t *testing.T) {
	for model, want := range map[string]string{
		"sums.onnx":       "a float32[1 4], b float32[1 4] > sum float32[1 4], product float32[1 4]",
		"open_batch.onnx": "a float32[-1 4] > y float32[-1 4]",
		"old_style.onnx":  "a float32[1 4] > y float32[1 4]",
		"half.onnx":       "a float16[1 4] > y float16[1 4]",
		"tokens.onnx":     "ids int64[-1 -1], mask int64[-1 -1] > vector float32[-1 3]",
	} {
		h, err := readHeaderFile(filepath.Join("testdata", model), nil)
		if err != nil {
			t.Errorf("%s: %v", model, err)
			continue
		}
		if got := h.String(); got != want {
			t.Errorf("%s: want %s, got %s", model, want, got)
		}
	}
}

func (h header) String() string {
	var in, out []string
	for _, t := range h.inputs {
		in = append(in, t.Name+" "+t.String())
	}
	for _, t := range h.outputs {
		out = append(out, t.Name+" "+t.String())
	}
	return strings.Join(in, ", ") + " > " + strings.Join(out, ", ")
}

func TestReadHeaderTruncated(t *testing.T) {
	data, err := os.ReadFile("testdata/sums.onnx")
	if err != nil {
		t.Fatal(err)
	}
	// The last field is the operator set; without it the graph is still complete.
	for n := range bytes.LastIndexByte(data, 0x42) {
		if h, err := readHeader(bytes.NewReader(data[:n]), int64(n)); err == nil {
			t.Errorf("%d of %d bytes: want an error, got %v", n, len(data), h)
		}
	}
}

func FuzzReadHeader(f *testing.F) {
	models, err := filepath.Glob("testdata/*.onnx")
	if err != nil || len(models) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, m := range models {
		data, err := os.ReadFile(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = locator{}.check(bytes.NewReader(data), int64(len(data)))
		h, err := readHeader(bytes.NewReader(data), int64(len(data)))
		if err == nil && len(h.outputs) == 0 {
			t.Error("a header without outputs was taken")
		}
	})
}
