package gridmap

import (
	"math"
	"testing"
)

func TestMirrored(t *testing.T) {
	const side, edge = 32, 20 // known up to the edge
	weight := make([]float32, side*side)
	for i := range weight {
		if i%side < edge {
			weight[i] = 1
		}
	}
	xs, ys := Mirrored(weight, side)
	for _, c := range []struct{ x, wantX float64 }{
		{4, 4},                              // known: its own image
		{edge + 4, 2*(edge-1) - (edge + 4)}, // five cells beyond the last known one: as far before it
		{side - 5, 2*(edge-1) - (side - 5)},
	} {
		at := 16*side + int(c.x)
		if dx := math.Abs(float64(xs[at]) - c.wantX); dx > 2 {
			t.Errorf("cell %v is an image of %.2f, want %v", c.x, xs[at], c.wantX)
		}
		if dy := math.Abs(float64(ys[at]) - 16); dy > 0.5 {
			t.Errorf("cell %v is an image of row %.2f, want 16", c.x, ys[at])
		}
	}
	for i, v := range xs {
		if !(v >= 0 && v <= side-1 && ys[i] >= 0 && ys[i] <= side-1) {
			t.Fatalf("cell %d is an image of (%v, %v), outside of the map", i, v, ys[i])
		}
	}
}

func TestMirroredNothingKnown(t *testing.T) {
	xs, ys := Mirrored(make([]float32, 64), 8)
	for i := range xs {
		if xs[i] != float32(i%8) || ys[i] != float32(i/8) {
			t.Fatalf("cell %d is an image of (%v, %v), want itself", i, xs[i], ys[i])
		}
	}
}
