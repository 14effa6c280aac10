// Package drawnhair says where a photo may show hair, by where the generator draws it.
package drawnhair

import (
	"deltaedit/engine/face"
	"deltaedit/engine/internal/gridmap"
)

// Constants of the map. Lengths are shares of the square's side.
const (
	wide     = 10.0 / 128 // standard deviation that widens the hair
	from     = 0.05       // smoothed share of hair from which there may be some
	full     = 0.25       // and surely may
	sure     = 0.3        // share of a cell that is hair
	headPart = 0.5        // hair begins in this upper part of the square
)

// Of returns how much hair there may be in each pixel of an aligned square. parts are those of the
// picture that the generator draws of the face. Only hair that hangs together with that of the
// head counts: dark clothes may look like it.
func Of(parts face.Parts) face.Matte {
	side := parts.Side()
	m := grown(parts.Of(face.Hair).Alpha, side)
	new(gridmap.Blurrer).Run(m, side, wide*float64(side))
	for i, v := range m {
		t := min(max((v-from)/(full-from), 0), 1)
		m[i] = t * t * (3 - 2*t)
	}
	return face.Matte{Side: side, Alpha: m}
}

// Hanging moves hair that does not hang together with that of the head to another part: dark
// clothes are not hair.
func Hanging(parts face.Parts, to face.Part) {
	hair := parts.Of(face.Hair)
	loose := face.Matte{Side: hair.Side, Alpha: grown(hair.Alpha, hair.Side)}
	for i, v := range loose.Alpha {
		loose.Alpha[i] = 1
		if v > 0 {
			loose.Alpha[i] = 0
		}
	}
	parts.Move(face.Hair, to, loose)
}

// grown returns the part of a map that hangs together with its upper part.
func grown(m []float32, side int) []float32 {
	out := make([]float32, len(m))
	var next []int
	reach := func(i int) {
		if m[i] >= sure && out[i] == 0 {
			out[i] = m[i]
			next = append(next, i)
		}
	}
	for i := range int(headPart * float64(len(m))) {
		reach(i)
	}
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		if i%side > 0 {
			reach(i - 1)
		}
		if i%side < side-1 {
			reach(i + 1)
		}
		if i >= side {
			reach(i - side)
		}
		if i+side < len(m) {
			reach(i + side)
		}
	}
	return out
}

// Around returns the map of an aligned square on the square of face.Alignment.Around. Beyond the
// aligned square it goes on as it is at the edge.
func Around(m face.Matte) face.Matte {
	out := face.Matte{Side: m.Side, Alpha: make([]float32, len(m.Alpha))}
	inside := func(i int) int {
		at := (float64(i)+0.5)/float64(m.Side)*(1+2*face.Margin) - face.Margin
		return min(max(int(at*float64(m.Side)), 0), m.Side-1)
	}
	for y := range m.Side {
		for x := range m.Side {
			out.Alpha[y*m.Side+x] = m.Alpha[inside(y)*m.Side+inside(x)]
		}
	}
	return out
}
