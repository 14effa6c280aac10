package compose

import (
	"testing"

	"deltaedit/engine/face"
)

// box is a matte of which a rectangle is the person.
func box(side, x0, y0, x1, y1 int) face.Matte {
	m := face.Matte{Side: side, Alpha: make([]float32, side*side)}
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			m.Alpha[y*side+x] = 0.9
		}
	}
	return m
}

func union(a, b face.Matte) face.Matte {
	out := face.Matte{Side: a.Side, Alpha: append([]float32(nil), a.Alpha...)}
	for i, v := range b.Alpha {
		out.Alpha[i] = max(out.Alpha[i], v)
	}
	return out
}

func TestTrim(t *testing.T) {
	const side = 256
	var growth Growth
	head := box(side, 90, 60, 170, 200)
	for name, c := range map[string]struct {
		more face.Matte
		hair bool
		stay bool
	}{
		"a lock beside the neck":   {box(side, 170, 120, 181, 190), false, false},
		"a blob on the wall":       {box(side, 220, 150, 232, 164), false, false},
		"a rim around the head":    {box(side, 84, 54, 176, 206), false, false},
		"long hair":                {box(side, 170, 80, 206, 230), false, true},
		"long hair at the border":  {box(side, 226, 100, 256, 256), false, true},
		"new hair beside an ear":   {union(box(side, 170, 140, 200, 230), box(side, 170, 122, 180, 140)), true, true},
		"and without such an edit": {box(side, 170, 110, 180, 140), false, false},
		"a lock of new hair":       {box(side, 170, 120, 181, 190), true, false},
	} {
		got := union(head, c.more)
		growth.Trim(got, c.hair, head, box(side, 100, 80, 160, 180))
		for i, v := range got.Alpha {
			switch {
			case head.Alpha[i] > 0 && v != head.Alpha[i]:
				t.Fatalf("%s: the person is %v at (%d, %d)", name, v, i%side, i/side)
			case head.Alpha[i] == 0 && c.more.Alpha[i] > 0 && v > 0 != c.stay:
				t.Fatalf("%s: %v at (%d, %d), want it kept: %v", name, v, i%side, i/side, c.stay)
			case head.Alpha[i] == 0 && c.more.Alpha[i] == 0 && v != 0:
				t.Fatalf("%s: %v at (%d, %d) where nobody is", name, v, i%side, i/side)
			}
		}
	}
}
