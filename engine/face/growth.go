package face

// Constants of what may grow over the background.
const (
	growthWidth = 15.0 / 256 // least width, as a share of the side, of what grows there
	growthSolid = 0.5        // share of a person from which it counts
)

// Growth tells what an edit may let grow over a photo's background. The zero value
// is ready; it keeps its scratch memory between calls and is not safe for concurrent
// use.
type Growth struct {
	fresh, core []bool
	counts      []int
}

// Trim takes from the matte of an edited picture what of it appears in front of the
// photo's background, away from the person there, and is slight: hair that grows
// long may cover the background, but a lock, a smear or a rim that an edit leaves
// beside the head would only look like a ghost. person are the photo's mattes, one
// at least; all have the same side.
func (g *Growth) Trim(edited Matte, person ...Matte) {
	side := edited.Side
	if len(g.fresh) != side*side {
		g.fresh, g.core = make([]bool, side*side), make([]bool, side*side)
		g.counts = make([]int, side*side)
	}
	most := func(i int) float32 {
		v := person[0].Alpha[i]
		for _, p := range person[1:] {
			v = max(v, p.Alpha[i])
		}
		return v
	}
	for i, v := range edited.Alpha {
		g.fresh[i] = v >= growthSolid && most(i) < growthSolid
	}
	reach := max(int(growthWidth*float64(side)/2+0.5), 1)
	// What is left of it when a rim has been taken off, and what that touches: a
	// little more, for the soft edge.
	g.spread(g.core, g.fresh, side, reach, (2*reach+1)*(2*reach+1))
	g.spread(g.fresh, g.core, side, reach+2, 1)
	for i, v := range edited.Alpha {
		if !g.fresh[i] {
			edited.Alpha[i] = min(v, most(i))
		}
	}
}

// spread tells of every cell in out whether at least so many of those within reach of
// it, in a square around it, are set in m.
func (g *Growth) spread(out, m []bool, side, reach, least int) {
	rows := g.counts
	for y := range side {
		n := 0
		for x := -reach; x < side; x++ {
			if x+reach < side && m[y*side+x+reach] {
				n++
			}
			if x > reach && m[y*side+x-reach-1] {
				n--
			}
			if x >= 0 {
				rows[y*side+x] = n
			}
		}
	}
	for x := range side {
		n := 0
		for y := -reach; y < side; y++ {
			if y+reach < side {
				n += rows[(y+reach)*side+x]
			}
			if y > reach {
				n -= rows[(y-reach-1)*side+x]
			}
			if y >= 0 {
				out[y*side+x] = n >= least
			}
		}
	}
}
