package engine

import "testing"

func TestUsedThreshold(t *testing.T) {
	at := func(values ...float64) (out []PromptReport) {
		for _, v := range values {
			out = append(out, PromptReport{Threshold: v})
		}
		return out
	}
	for name, c := range map[string]struct {
		asked   float64
		reports []PromptReport
		want    float64
		one     bool
	}{
		"asked for":            {0.1, at(0, 0.2), 0.1, true},
		"zero asked for":       {0, at(0.2), 0, true},
		"the edit's own":       {-1, at(0.15), 0.15, true},
		"own, equal":           {-1, at(0.2, 0.2), 0.2, true},
		"own, different":       {-1, at(0, 0.2), 0, false},
		"no edits, no default": {-1, nil, 0, false},
	} {
		if got, one := UsedThreshold(c.asked, c.reports); got != c.want || one != c.one {
			t.Errorf("%s: want %v, %v, got %v, %v", name, c.want, c.one, got, one)
		}
	}
}
