package warp

import (
	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
)

// Pull returns an edited picture in the photo's shape: what the field moves to a place shows
// where it was. planar is RGB (3 × side × side); the result is in the memory of dst where that
// is large enough. It uses several cores. For a nil Field it returns planar itself.
func (f *Field) Pull(dst, planar []float32, side int) []float32 {
	if f == nil {
		return planar
	}
	if cap(dst) < len(planar) {
		dst = make([]float32, len(planar))
	}
	dst = dst[:len(planar)]
	pullLoop.Run(side, 16, pulling{f, dst, planar, side})
	return dst
}

// pulling is one call of Pull.
type pulling struct {
	field       *Field
	dst, planar []float32
	side        int
}

var pullLoop = parallel.NewLoop(pullRows)

func pullRows(p *pulling, from, to int) {
	n, side := p.side*p.side, float64(p.side)
	top, scale := float32(p.side-1)-1e-3, float32(p.side)
	var ways [rowPart]way
	for y := from; y < to; y++ {
		for x0 := 0; x0 < p.side; x0 += rowPart {
			part := ways[:min(rowPart, p.side-x0)]
			p.field.ahead.row(part, geometry.Pt((float64(x0)+0.5)/side, (float64(y)+0.5)/side), geometry.Pt(1/side, 0))
			for k, w := range part {
				x := x0 + k
				u, v := min(max(float32(x)+w.x*scale, 0), top), min(max(float32(y)+w.y*scale, 0), top)
				i, j := int(u), int(v)
				s, t := u-float32(i), v-float32(j)
				a, o := j*p.side+i, y*p.side+x
				for range 3 {
					q, r := p.planar[a:a+2:a+2], p.planar[a+p.side:a+p.side+2:a+p.side+2]
					upper, lower := q[0]+s*(q[1]-q[0]), r[0]+s*(r[1]-r[0])
					p.dst[o] = upper + t*(lower-upper)
					a += n
					o += n
				}
			}
		}
	}
}

// rowPart is the number of pixels whose ways are computed together.
const rowPart = 128

// way is a way in sides of the aligned square.
type way struct{ x, y float32 }

// row fills ways with those at places along a line: p, p + step, and so on. It reads the grid
// twice a cell and takes what lies between as straight.
func (f plane) row(ways []way, p, step geometry.Point) {
	stretch := min(max(int(extent/grid/2/max(step.Norm(), 1e-9)), 1), 16)
	x, y := f.at(p.X, p.Y)
	for i := 0; i < len(ways); i += stretch {
		p = p.Add(step.Mul(float64(stretch)))
		nx, ny := f.at(p.X, p.Y)
		if x == 0 && y == 0 && nx == 0 && ny == 0 {
			clear(ways[i:min(i+stretch, len(ways))])
			continue
		}
		dx, dy := float32((nx-x)/float64(stretch)), float32((ny-y)/float64(stretch))
		w := way{float32(x), float32(y)}
		for k := i; k < min(i+stretch, len(ways)); k++ {
			ways[k] = w
			w.x += dx
			w.y += dy
		}
		x, y = nx, ny
	}
}
