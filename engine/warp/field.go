package warp

import "math"

// A field is known on a grid over the square of face.Alignment.Around, with the value at the
// middle of each cell.
const (
	grid   = 96
	margin = 0.25 // face.Margin
	origin = -margin
	extent = 1 + 2*margin
)

// turns is how often the inverse of a field is corrected. Each time its error shrinks by the
// field's slope, which is below a half.
const turns = 8

// Field says how a portrait is bent. Places and ways are in sides of the aligned square, whose
// upper left corner is (0, 0); beyond the square of face.Alignment.Around nothing moves. It
// does not change and may be shared. A nil Field bends nothing.
type Field struct {
	ahead plane // from a place in the photo to its way in the edited picture
	back  plane // from a place in the edited picture to its way in the photo
	most  float64
}

// plane is a way for each cell of the grid.
type plane struct{ x, y []float32 }

func newPlane() plane {
	return plane{make([]float32, grid*grid), make([]float32, grid*grid)}
}

// at returns the way at a place, between the middles of four cells.
func (p plane) at(x, y float64) (dx, dy float64) {
	u, v := (x-origin)/extent*grid-0.5, (y-origin)/extent*grid-0.5
	if !(u > -1 && v > -1 && u < grid && v < grid) {
		return 0, 0
	}
	u, v = min(max(u, 0), grid-1.001), min(max(v, 0), grid-1.001)
	i, j := int(u), int(v)
	s, t := u-float64(i), v-float64(j)
	o := j*grid + i
	mix := func(m []float32) float64 {
		a, b, c, d := float64(m[o]), float64(m[o+1]), float64(m[o+grid]), float64(m[o+grid+1])
		return (1-t)*((1-s)*a+s*b) + t*((1-s)*c+s*d)
	}
	return mix(p.x), mix(p.y)
}

// newField returns the field with the ways ahead.
func newField(ahead plane) *Field {
	f := &Field{ahead: ahead, back: newPlane()}
	for i, x := range ahead.x {
		f.most = max(f.most, math.Hypot(float64(x), float64(ahead.y[i])))
	}
	for range turns { // back(y) = −ahead(y + back(y))
		for j := range grid {
			for i := range grid {
				o := j*grid + i
				x, y := middle(i)+float64(f.back.x[o]), middle(j)+float64(f.back.y[o])
				dx, dy := ahead.at(x, y)
				f.back.x[o], f.back.y[o] = float32(-dx), float32(-dy)
			}
		}
	}
	return f
}

// middle returns the place of a cell's middle along an axis.
func middle(i int) float64 { return origin + (float64(i)+0.5)*extent/grid }

// Most returns the longest way, in sides of the aligned square: 0 for a nil Field.
func (f *Field) Most() float64 {
	if f == nil {
		return 0
	}
	return f.most
}
