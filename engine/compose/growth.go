package compose

import "deltaedit/engine/face"

// Constants for hair that grows over the background.
const (
	growthWidth = 15.0 / 256 // smallest width that is kept, as a share of the side
	growthSolid = 0.5        // alpha from which a pixel is the person
	growthNear  = 30.0 / 256 // how near to a broad part new hair may be thin
)

// Growth removes thin parts that an edit adds in front of the background. The zero value
// can be used; it keeps memory between calls and is not safe for concurrent use.
type Growth struct {
	fresh, core []bool
	counts      []int
}

// Trim removes thin parts from the matte of an edited picture that lie on the background
// of the photo. Hair that grows long may cover the background, but a thin lock, smear or
// rim beside the head would look like a ghost. When it may be new hair, what is thin
// stays near broad parts: beside the photo's ears new hair is thin. person are the
// mattes of the photo, at least one; all mattes have the same side.
func (g *Growth) Trim(edited face.Matte, hair bool, person ...face.Matte) {
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
	// Erode, then dilate a little more than that, for the soft edge.
	g.spread(g.core, g.fresh, side, reach, (2*reach+1)*(2*reach+1))
	near := reach + 2
	if hair {
		near = int(growthNear * float64(side))
	}
	g.spread(g.fresh, g.core, side, near, 1)
	for i, v := range edited.Alpha {
		if !g.fresh[i] {
			edited.Alpha[i] = min(v, most(i))
		}
	}
}

// spread sets each cell of out for which at least so many cells of m are set, in a square
// that reaches so far around it.
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

// Constants of the ends of new hair. Lengths are shares of the square's side.
const (
	endsAt    = 0.87      // height at which new hair ends
	endsRange = 0.04      // how much higher or lower single strands end
	endsSoft  = 3.5 / 128 // half the width over which a strand ends
	strandBy  = 20        // difference in levels between strands that differ by endsRange
	strandTop = 0.6       // rows that are looked at for strands begin here
	newWide   = 2.0 / 128 // standard deviation that widens new hair to its single strands
)

// endHair lets hair that the edit draws where the photo has none end above the border of the
// square, strand by strand: the square's own soft border would cut it off straight.
func (p *parts) endHair(c *Composer, edited []float32, after face.Parts) {
	n := c.grid
	p.sample(c, p.work, after, face.Hair)
	if p.hair != nil {
		for i, v := range p.hair.hair {
			p.work[i] = max(p.work[i]-v, 0)
		}
	}
	means := p.means(c, edited)
	column, smooth := p.grown[:n], p.grown[n:2*n]
	for x := range n {
		var sum, weight float32
		for y := int(strandTop * float64(n)); y < n; y++ {
			w := p.work[y*n+x]
			sum += w * luma(means[0][y*n+x], means[1][y*n+x], means[2][y*n+x])
			weight += w
		}
		column[x] = sum / max(weight, 1e-3)
	}
	for x := range n {
		from, to := max(x-3, 0), min(x+4, n)
		smooth[x] = sum(column[from:to]) / float32(to-from)
	}
	for x := range n {
		strand := min(max((column[x]-smooth[x])/strandBy, -1), 1)
		column[x] = endsAt + endsRange*strand
	}
	end := append(p.shares[:0], column...)
	p.shares = end
	c.blur.Run(p.work, n, newWide*float64(n))
	for y := int((endsAt - endsRange - endsSoft) * float64(n)); y < n; y++ {
		at := (float32(y) + 0.5) / float32(n)
		for x, e := range end {
			i := y*n + x
			past := smoothstep(e-endsSoft, e+endsSoft, at)
			p.keep[i] = max(p.keep[i], past*smoothstep(edgeFrom, edgeFull, p.work[i]))
		}
	}
}

// Constants of the tone of new hair.
const (
	leastNewTone = 0.01 // part of the square that must be hair in the photo and in the edited picture
	sureFrom     = 0.7  // share of hair from which a cell of the photo tells the tone,
	sureFull     = 0.95 // and in full
	colourKept   = 0.3  // how much of the differences of colour between strands is kept
)

// newTone gives hair that the edit draws anew the tone of the photo's hair: an edit that is not
// about its colour must not dye it.
type newTone struct {
	share      []float32  // of hair in the edited picture, on the grid
	were, mean [3]float32 // mean of that hair, and of the photo's, in levels
	gain       float32    // contrast of strands over that in the edited picture, less 1
	any        bool       // there is hair in both
}

// find prepares the tone for the edited picture of this call of Compose.
func (t *newTone) find(c *Composer, p *parts, after face.Parts) {
	if t.share == nil {
		t.share = make([]float32, c.grid*c.grid)
	}
	p.sample(c, t.share, after, face.Hair)
	least := leastNewTone * float32(len(t.share))
	if t.any = sum(t.share) >= least && sum(p.hair.hair) >= least; !t.any {
		return
	}
	for i, v := range p.hair.hair {
		p.work[i] = smoothstep(sureFrom, sureFull, v)
	}
	if t.any = sum(p.work) > 0; !t.any {
		return
	}
	for k, means := range p.means(c, c.edited) {
		t.were[k], t.mean[k] = meanOf(means, t.share), meanOf(p.hair.low[k], p.work)
	}
	was, becomes := luma(t.were[0], t.were[1], t.were[2]), luma(t.mean[0], t.mean[1], t.mean[2])
	t.gain = min(max((becomes+strandLevel)/(was+strandLevel), strandLeast), strandMost) - 1
}

// change returns what is added to the three levels of a pixel of that hair.
func (t *newTone) change(r, g, b float32) (v [3]float32) {
	v = [3]float32{r - t.were[0], g - t.were[1], b - t.were[2]}
	brighter := luma(v[0], v[1], v[2])
	for k, more := range v {
		v[k] = t.mean[k] - t.were[k] + t.gain*brighter + (colourKept-1)*(more-brighter)
	}
	return v
}
