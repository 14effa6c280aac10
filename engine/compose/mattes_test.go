package compose

import "testing"

// TestOnlyThePersonChanges: a change of the whole square shows in full where a
// matte has the person, and is exactly nothing away from it.
func TestOnlyThePersonChanges(t *testing.T) {
	for _, side := range []int{64, 256, 512} {
		g0, g1 := noise(side, 1, -0.3, 0.05), noise(side, 2, 0.4, 0.05)
		c := NewComposer(nil, g0, 0)
		free := append([]float32(nil), c.Compose(g1).Pix...)
		ch := c.Compose(g1, columns(256, 0.75, 1), columns(128, 0.5, 1))
		for y := range side {
			for x := range side {
				got, want := ch.Pix[3*(y*side+x)], free[3*(y*side+x)]
				switch at := float64(x) / float64(side); {
				case at < 0.42 && got != 0:
					t.Fatalf("side %d: (%d, %d) changes by %v outside of the person", side, x, y, got)
				case at > 0.56 && got != want:
					t.Fatalf("side %d: (%d, %d) changes by %v, want %v", side, x, y, got, want)
				}
			}
		}
		if ch.Active.Min.X < 2*side/5 {
			t.Errorf("side %d: active %v", side, ch.Active)
		}
		if again := c.Compose(g1); again.Pix[3] != free[3] {
			t.Errorf("side %d: without mattes %v, want %v", side, again.Pix[3], free[3])
		}
	}
}
