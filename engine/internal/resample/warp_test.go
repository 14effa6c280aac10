package resample

import "testing"

func TestMirror(t *testing.T) {
	for i, want := range map[int]int{-1: 0, -2: 1, 0: 0, 4: 4, 5: 4, 6: 3, 9: 0, 10: 0, -5: 4, -6: 4, 1000003: 3} {
		if got := mirror(i, 5); got != want {
			t.Errorf("mirror(%d, 5) = %d, want %d", i, got, want)
		}
	}
}
