package onnx

import "testing"

// TestTrimmer: memory is given back when the last of several sessions is open, and only if
// one of them left much behind.
func TestTrimmer(t *testing.T) {
	trims := 0
	b := trimmer{trim: func() { trims++ }}
	small := b.begin(false)
	small()
	if trims != 0 {
		t.Fatalf("%d trims after a small model, want 0", trims)
	}
	large, beside := b.begin(true), b.begin(false)
	large()
	if trims != 0 {
		t.Fatalf("%d trims while another model is opened, want 0", trims)
	}
	beside()
	if trims != 1 {
		t.Fatalf("%d trims after both, want 1", trims)
	}
	b.begin(false)()
	if trims != 1 {
		t.Fatalf("%d trims after one more small model, want 1", trims)
	}
}
