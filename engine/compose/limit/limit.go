// Package limit joins the changes of edits that have masks: each of them reaches only as far
// as its mask.
package limit

import (
	"image"

	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/mask"
	"deltaedit/engine/warp"
)

// Blend joins changes of one face. With B the change of the edits that reach everywhere, Dᵢ
// that of these together with the edits of mask i, and Mᵢ the mask, the result is
//
//	B + Σᵢ Mᵢ · (Dᵢ − B)
//
// So a pixel that one mask covers is drawn as if the edits that reach it were all there are,
// and one that no mask covers keeps B, or its byte when B is nothing. Where masks overlap,
// their changes add up.
//
// A Blend keeps its memory for the next result. The zero value can be used; it is not safe
// for concurrent use.
type Blend struct{ result Copy }

// Begin begins a result with B; nil is no change.
func (b *Blend) Begin(under *compose.Change) { b.result.Take(under) }

// Add adds the change D of a mask. It must have the sides of B, and is only read, as B is.
func (b *Blend) Add(d, under *compose.Change, m *mask.Coverage) {
	add(&b.result.square, d, under, m, 0, 1)
	of, below := beyond(d), beyond(under)
	for i, dst := range []*compose.Change{&b.result.around, &b.result.ground} {
		add(dst, of[i], below[i], m, -face.Margin, 1+2*face.Margin)
	}
	b.result.square.Warp = warp.Add(b.result.square.Warp, warpOf(d), warpOf(under), func(row []float32, x, step, y float64) {
		m.Sample(row, mask.Point{X: x, Y: y}, mask.Point{X: step})
	})
}

// warpOf returns how a change bends the picture; nil for not at all.
func warpOf(ch *compose.Change) *warp.Field {
	if ch == nil {
		return nil
	}
	return ch.Warp
}

// Change returns the result. It belongs to the Blend and is valid until the next Begin.
func (b *Blend) Change() *compose.Change { return b.result.Change() }

// Copy is a copy of a change, with its continuations beyond the square. It keeps its memory
// for the next one. The zero value is no change.
type Copy struct{ square, around, ground compose.Change }

// Take makes it a copy of a change; nil is no change.
func (c *Copy) Take(src *compose.Change) {
	take(&c.square, src)
	c.square.Warp = warpOf(src)
	more := beyond(src)
	take(&c.around, more[0])
	take(&c.ground, more[1])
}

// Change returns the change. It belongs to the Copy and is valid until the next Take.
func (c *Copy) Change() *compose.Change {
	c.square.Around, c.square.Ground = nil, nil
	if !c.around.Active.Empty() {
		c.square.Around = &c.around
	}
	if !c.ground.Active.Empty() {
		c.square.Ground = &c.ground
	}
	return &c.square
}

// beyond returns the continuations of a change on the square of face.Alignment.Around: of hair,
// and of the ground. They are nil for none.
func beyond(ch *compose.Change) [2]*compose.Change {
	if ch == nil {
		return [2]*compose.Change{}
	}
	return [2]*compose.Change{ch.Around, ch.Ground}
}

// take makes dst a copy of one square, in the memory of dst; nil empties it.
func take(dst, src *compose.Change) {
	if src == nil {
		empty(dst)
		return
	}
	dst.Side, dst.Active = src.Side, src.Active
	dst.Pix = append(dst.Pix[:0], src.Pix...)
}

// add adds m · (d − under) to dst. Their square reaches from `from` over a length of `side`,
// in sides of the aligned square. d and under may be nil for no change.
func add(dst, d, under *compose.Change, m *mask.Coverage, from, side float64) {
	var area image.Rectangle
	for _, ch := range []*compose.Change{d, under} {
		if ch != nil {
			area = area.Union(ch.Active)
			if dst.Side != ch.Side || len(dst.Pix) != len(ch.Pix) {
				*dst = compose.Change{Side: ch.Side, Pix: make([]float32, len(ch.Pix))}
			}
		}
	}
	if area.Empty() {
		return
	}
	dst.Active = dst.Active.Union(area)
	addLoop.Run(area.Dy(), 8, addition{dst, d, under, m, area, from, side})
}

// empty removes everything from a change.
func empty(ch *compose.Change) {
	for y := ch.Active.Min.Y; y < ch.Active.Max.Y; y++ {
		clear(ch.Pix[3*(y*ch.Side+ch.Active.Min.X) : 3*(y*ch.Side+ch.Active.Max.X)])
	}
	ch.Active = image.Rectangle{}
}

// addition is what add does in one area.
type addition struct {
	dst, d, under *compose.Change
	mask          *mask.Coverage
	area          image.Rectangle
	from, side    float64
}

var addLoop = parallel.NewLoop(addRows)

func addRows(a *addition, from, to int) {
	var weights [256]float32
	n, r := a.dst.Side, a.area
	step := a.side / float64(n)
	at := func(pixel int) float64 { return a.from + (float64(pixel)+0.5)*step }
	for y := r.Min.Y + from; y < r.Min.Y+to; y++ {
		for x := r.Min.X; x < r.Max.X; x += len(weights) {
			w := weights[:min(len(weights), r.Max.X-x)]
			a.mask.Sample(w, mask.Point{X: at(x), Y: at(y)}, mask.Point{X: step})
			o := 3 * (y*n + x)
			out := a.dst.Pix[o : o+3*len(w)]
			if a.d != nil {
				plus(out, a.d.Pix[o:o+3*len(w)], w, 1)
			}
			if a.under != nil {
				plus(out, a.under.Pix[o:o+3*len(w)], w, -1)
			}
		}
	}
}

// plus adds weighted pixels to others.
func plus(dst, src, weights []float32, sign float32) {
	for i, w := range weights {
		if w == 0 {
			continue
		}
		w *= sign
		p, q := dst[3*i:3*i+3:3*i+3], src[3*i:3*i+3:3*i+3]
		p[0] += w * q[0]
		p[1] += w * q[1]
		p[2] += w * q[2]
	}
}
