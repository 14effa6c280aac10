package prompt

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// along is the unit vector of the first values.
func along(v ...float32) []float32 {
	return unit(append(v, make([]float32, 8-len(v))...)...)
}

func TestPursue(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "x", Gain: 2}, Delta: axis(0)},
		{Known: Known{Name: "y", Gain: 4}, Delta: axis(1)},
		{Known: Known{Name: "z", Gain: 8}, Delta: axis(2)},
		{Known: Known{Name: "u", Gain: 1}, Delta: axis(3)},
		{Known: Known{Name: "v", Gain: 1}, Delta: axis(4)},
	}
	half := math.Sqrt(0.5)
	for _, c := range []struct {
		name      string
		dir       []float32
		explained float64
		gain      float64
		nearest   []string
		cosine    float64 // of the first
	}{
		{"a concept", along(0, 1), 1, 4, []string{"y", "x", "z"}, 1},
		{"two at once", along(1, 1), 1, 3, []string{"x", "y", "z"}, half},
		{"half of it elsewhere", along(1, 0, 0, 0, 0, 1), half, 2, []string{"x", "y", "z"}, half},
		{"elsewhere", axis(6), 0, 1, []string{"x", "y", "z"}, 0},
		{"the opposite", along(-1), 1, 2, []string{"x", "y", "z"}, -1},
		{"one away, one to", along(-1, 2), 1, 18. / 5, []string{"y", "x", "z"}, 2 / math.Sqrt(5)},
		{"three at once", along(1, 1, 1), 1, 14. / 3, []string{"x", "y", "z"}, 1 / math.Sqrt(3)},
		{"four at once", along(1, 1, 1, -1), 1, 15. / 4, []string{"x", "y", "z", "u"}, 0.5},
		{"five at once", along(1, 1, 1, 1, 1), math.Sqrt(0.8), 15. / 4, []string{"x", "y", "z", "u"}, 1 / math.Sqrt(5)},
		{"a little of another", along(1, 0.1), 1 / math.Sqrt(1.01), 2, []string{"x", "y", "z"}, 1 / math.Sqrt(1.01)},
	} {
		v := decompose(c.dir, 1, known)
		var names []string
		for _, n := range v.nearest {
			names = append(names, n.Name)
		}
		if !close64(v.explained, c.explained) || !close64(v.gain, c.gain) || v.gain != v.plain || !slices.Equal(names, c.nearest) {
			t.Errorf("%s: want %v, gain %v, %v; got %v, gain %v (plain %v), %v", c.name, c.explained, c.gain, c.nearest, v.explained, v.gain, v.plain, names)
		}
		if first := v.nearest[0]; !close64(first.Cosine, c.cosine) || first.Opposite() != (c.cosine < 0) {
			t.Errorf("%s: want the cosine %v, got %+v", c.name, c.cosine, first)
		}
	}
	if v := decompose(axis(0), 1, nil); len(v.nearest) != 0 || v.explained != 0 || v.gain != 1 || v.plain != 1 {
		t.Errorf("no concepts: got %+v", v)
	}
}

// Concepts that overlap do not count twice, and each is listed once.
func TestPursueOverlapping(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "smiling", Gain: 2}, Delta: axis(0)},
		{Known: Known{Name: "laughing", Gain: 2}, Delta: along(0.8, 0.6)},
		{Known: Known{Name: "teeth", Gain: 2}, Delta: along(0.6, 0.8)},
		{Known: Known{Name: "old", Gain: 2}, Delta: along(0.7, 0, 0.7)},
	}
	for _, dir := range [][]float32{along(1, -0.6), along(1, 1, 1), along(-0.2, 1, 0.4), along(1, 0, -0.8)} {
		parts, explained := matchingPursuit(dir, known)
		seen, rest := map[int]bool{}, slices.Clone(dir)
		for i, p := range parts {
			if seen[p.at] || i > 0 && math.Abs(p.share) > math.Abs(parts[i-1].share) {
				t.Errorf("%v: want each concept once, largest first; got %+v", dir, parts)
			}
			seen[p.at] = true
			for j, v := range known[p.at].Delta {
				rest[j] -= float32(p.share) * v
			}
		}
		if want := math.Sqrt(1 - dot(rest, rest)); !close64(explained, want) || !(want > 0.8) {
			t.Errorf("%v: the parts %+v leave %v, so want explained %v, got %v", dir, parts, rest, want, explained)
		}
	}
}

// "young face" is young rather than not old, but a smile that goes away is the
// opposite of smiling where nothing says it better.
func TestTheConceptBeforeItsOpposite(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "old", Gain: 1}, Delta: axis(0)},
		{Known: Known{Name: "young", Gain: 3}, Delta: along(-1, 0.25)},
		{Known: Known{Name: "smiling", Gain: 2}, Delta: axis(2)},
		{Known: Known{Name: "sad", Gain: 1}, Delta: along(0, 0, -1, 1)},
	}
	if v := decompose(along(-1), 1, known); v.nearest[0].Name != "young" || v.nearest[0].Opposite() || v.nearest[1].Name != "old" || !v.nearest[1].Opposite() {
		t.Errorf("younger: got %+v", v.nearest)
	}
	if v := decompose(along(0, 0, -1), 1, known); v.nearest[0].Name != "smiling" || !v.nearest[0].Opposite() {
		t.Errorf("a smile away: got %+v", v.nearest)
	}
}

func TestGainFollowsTheLength(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "x", Gain: 2, Length: 0.2}, Delta: axis(0)},
		{Known: Known{Name: "y", Gain: 4, Length: 0.4}, Delta: axis(1)},
		{Known: Known{Name: "old format", Gain: 3}, Delta: axis(2)},
	}
	for _, c := range []struct {
		name   string
		dir    []float32
		length float64
		want   float64
	}{
		{"as the concept", along(1), 0.2, 2},
		{"slightly", along(1), 0.12, 1.2},
		{"very", along(1), 0.3, 3},
		{"backwards", along(-1), 0.3, 3},
		{"no less than", along(1), 0.01, 0.8},
		{"no more than", along(1), 2, 4},
		// Both in full: the gain times x's share of the direction is x's gain.
		{"two at once", along(0.2, 0.4), math.Sqrt(0.2*0.2 + 0.4*0.4), 2 * math.Sqrt(5)},
		{"no length known", along(0, 0, 1), 0.01, 3},
		{"elsewhere", axis(6), 0.5, 1},
	} {
		if v := decompose(c.dir, c.length, known); !close64(v.gain, c.want) {
			t.Errorf("%s: want %v, got %v", c.name, c.want, v.gain)
		}
	}
}

func TestBeyondTheGenerator(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "smiling", Gain: 1}, Delta: axis(0)},
		{Known: Known{Name: "necklace", Gain: 1, OutOfRange: "it draws none"}, Delta: axis(1)},
	}
	for _, c := range []struct {
		name             string
		dir              []float32
		outOfRange       int
		mainlyOutOfRange bool
	}{
		{"what it can", along(1), 0, false},
		{"what it cannot", along(0, 1), 1, true},
		{"nor take away", along(0, -1), 1, true},
		{"a part that it cannot", along(2, 1), 1, false},
		{"the larger part", along(1, 2), 1, true},
		{"a trace", along(1, 0.1), 0, false},
	} {
		v := decompose(c.dir, 1, known)
		if len(v.outOfRange) != c.outOfRange || v.mainlyOutOfRange != c.mainlyOutOfRange {
			t.Errorf("%s: got %+v, mostly %v", c.name, v.outOfRange, v.mainlyOutOfRange)
		}
		if c.outOfRange > 0 && (v.outOfRange[0].Name != "necklace" || v.outOfRange[0].OutOfRange == "") {
			t.Errorf("%s: got %+v", c.name, v.outOfRange)
		}
	}
}

// A direction that means nothing stays far below the usual bar of 0.65, even
// where more concepts are known than the space has dimensions.
func TestJudgeRandomIsUnknown(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() []float32 {
		v := make([]float32, 256)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return unit(v...)
	}
	known := make([]concept, 300)
	for i := range known {
		known[i] = concept{Known: Known{Name: fmt.Sprint(i), Gain: 1}, Delta: random()}
	}
	mean, most := 0.0, 0.0
	for range 100 {
		v := decompose(random(), 1, known)
		mean += v.explained / 100
		most = max(most, v.explained)
	}
	if !(mean < 0.25) || !(most < 0.45) {
		t.Errorf("random directions have a mean confidence of %v, at most %v", mean, most)
	}
}

func BenchmarkJudge(b *testing.B) {
	known := make([]concept, 300)
	for i := range known {
		known[i] = concept{Delta: make([]float32, 256)}
		known[i].Delta[i%256] = 1
	}
	b.ReportAllocs()
	for b.Loop() {
		decompose(known[0].Delta, 1, known)
	}
}

// The parts of a direction that are about the background are reported; concepts that only
// resemble them are not.
func TestJudgeTellsWhatIsBehind(t *testing.T) {
	known := []concept{
		{Known: Known{Name: "smile", Gain: 1}, Delta: axis(0)},
		{Known: Known{Name: "dark", Gain: 1, Behind: true}, Delta: axis(1)},
		{Known: Known{Name: "light", Gain: 1, Behind: true}, Delta: along(0, -1, 0.1)},
	}
	for want, dir := range map[string][]float32{"": axis(0), "dark": axis(1), "dark too": along(1, 1)} {
		v := decompose(dir, 1, known)
		if name := strings.TrimSuffix(want, " too"); name == "" && len(v.behind) > 0 || name != "" && (len(v.behind) != 1 || v.behind[0].Name != name) {
			t.Errorf("%v: want %q, got %+v", dir, want, v.behind)
		}
	}
}
