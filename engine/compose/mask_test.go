package compose

import "testing"

// TestDiffering: a square that is much brighter counts, a drift of all the rest does
// not.
func TestDiffering(t *testing.T) {
	const side = 64
	a, b := noise(side, 1, 0, 0.3), make([]float32, 3*side*side)
	for i, v := range a {
		b[i] = v + 2.0/127.5
		if x, y := i%side, i/side%side; x >= 20 && x < 44 && y >= 20 && y < 44 {
			b[i] = v + 30.0/127.5
		}
	}
	got := Differing(side, a, b)
	for i, v := range got {
		switch x, y := i%side, i/side; {
		case x >= 22 && x < 42 && y >= 22 && y < 42 && v != 1:
			t.Fatalf("(%d, %d) counts %v, want 1", x, y, v)
		case (x < 16 || x >= 48 || y < 16 || y >= 48) && v != 0:
			t.Fatalf("(%d, %d) counts %v, want 0", x, y, v)
		}
	}
}
