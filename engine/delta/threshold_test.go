package delta

import "testing"

func TestShiftThreshold(t *testing.T) {
	own := Shift{Threshold: 0, HasThreshold: true}
	for name, c := range map[string]struct {
		shift       Shift
		asked, want float64
	}{
		"asked for":        {Shift{}, 0.3, 0.3},
		"asked for, own":   {own, 0.3, 0.3},
		"zero asked for":   {Shift{Threshold: 0.1, HasThreshold: true}, 0, 0},
		"own":              {own, -1, 0},
		"the pack's":       {Shift{}, -1, 0.2},
		"fixed":            {Shift{Threshold: 0.1, Fixed: true}, 0.3, 0.1},
		"a value, not own": {Shift{Threshold: 0.1}, -1, 0.2},
	} {
		if got := c.shift.threshold(c.asked, 0.2); got != c.want {
			t.Errorf("%s: want %v, got %v", name, c.want, got)
		}
	}
}
