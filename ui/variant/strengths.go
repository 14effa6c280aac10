package variant

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"deltaedit/engine"
)

// ParseStrengths reads strengths with commas between them, such as "-1, 0.5, 1", each once.
func ParseStrengths(text string) ([]float64, error) {
	var out []float64
	seen := map[float64]bool{}
	for word := range strings.SplitSeq(text, ",") {
		word = strings.Replace(strings.TrimSpace(word), "−", "-", 1)
		v, err := strconv.ParseFloat(word, 64)
		switch {
		case err != nil || math.IsNaN(v) || strings.ContainsAny(word, "xX_"):
			return nil, fmt.Errorf("want strengths with commas between them, such as -1,0.5,1; got %q", text)
		case math.Abs(v) > engine.MaxStrength:
			return nil, fmt.Errorf("want strengths from %d to %d, got %s", -engine.MaxStrength, engine.MaxStrength, word)
		case seen[v]:
			return nil, fmt.Errorf("strength %s is there twice: want each once", word)
		}
		seen[v] = true
		out = append(out, v)
	}
	return out, nil
}

// FormatStrengths writes strengths as ParseStrengths reads them, with a separator that has
// a comma in it.
func FormatStrengths(strengths []float64, separator string) string {
	words := make([]string, len(strengths))
	for i, v := range strengths {
		words[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(words, separator)
}
