package gridmap

import (
	"math"
	"testing"
)

func TestBlur(t *testing.T) {
	const side = 65
	m := make([]float32, side*side)
	m[32*side+32] = 1
	var b Blurrer
	b.Run(m, side, 4)
	var sum, variance float64
	for i, v := range m {
		sum += float64(v)
		dx := float64(i%side - 32)
		variance += dx * dx * float64(v)
	}
	if math.Abs(sum-1) > 1e-4 || math.Abs(math.Sqrt(variance)-4) > 0.6 {
		t.Errorf("mass %v, deviation %v; want 1 and 4", sum, math.Sqrt(variance))
	}
	flat := make([]float32, 9)
	for i := range flat {
		flat[i] = 5
	}
	b.Run(flat, 3, 10) // wider than the map
	for _, v := range flat {
		if math.Abs(float64(v)-5) > 1e-4 {
			t.Errorf("a flat map became %v", flat)
		}
	}
}

func TestFillMissing(t *testing.T) {
	for _, side := range []int{1, 2, 5, 16, 33} {
		m, weight := make([]float32, side*side), make([]float32, side*side)
		for i := range m {
			x, y := i%side, i/side
			m[i] = 999 // must not be looked at
			if x == 0 || y == 0 || x == side-1 || y == side-1 {
				m[i], weight[i] = 7, 1
			}
		}
		FillMissing([][]float32{m}, weight, side)
		for i, v := range m {
			if !(math.Abs(float64(v)-7) < 1e-4) {
				t.Fatalf("side %d: cell %d: want 7, got %v", side, i, v)
			}
		}
	}
}
