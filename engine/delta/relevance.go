package delta

import (
	"fmt"
	"math"
	"slices"

	"deltaedit/engine/pack"
)

// relevance holds the matrix R. Row c says how style channel c moves the image vector,
// so row c times a text direction measures how much channel c is related to the text.
// It is not safe for concurrent use: the mapper's lock must be held.
type relevance struct {
	matrix     []float32 // rows × cols, row-major
	rows, cols int
	threshold  float64
	typical    float64 // see scale; 0 leaves scores unscaled
	edge       float64 // see mask; 0 is a hard cut
	byLength   bool    // the threshold is for R·Δt at Δt's original length, not for the unit vector

	cache []scored // newest first
}

// scored is the cache entry of a direction: its score |R·direction|, after scale, and
// the last mask computed from it. It is cached because every move of a slider needs it.
type scored struct {
	direction []float32
	length    float64
	score     []float32
	threshold float64 // of mask
	mask      []float32
}

const relevanceCache = 16

func loadRelevance(p *pack.Pack, styles, dim int) (*relevance, error) {
	if !p.Has("relevance") {
		return nil, nil
	}
	c, err := p.Component("relevance")
	if err != nil {
		return nil, err
	}
	params := struct {
		Matrix    string  `json:"matrix"`
		Rows      int     `json:"rows"`
		Cols      int     `json:"cols"`
		Threshold float64 `json:"threshold"`
		Typical   float64 `json:"typical"`
		Edge      float64 `json:"edge"`
		ByLength  bool    `json:"by_length"`
	}{Edge: edge}
	if err := c.Decode(&params); err != nil {
		return nil, err
	}
	if params.Rows != styles || params.Cols != dim {
		return nil, fmt.Errorf("matrix %s: want %d rows and %d columns as the delta mapper has, got %d and %d", params.Matrix, styles, dim, params.Rows, params.Cols)
	}
	if !(params.Threshold >= 0 && params.Threshold <= 1) {
		return nil, fmt.Errorf("threshold is %v: want it in [0, 1]", params.Threshold)
	}
	if !(params.Typical >= 0 && params.Typical <= 1) {
		return nil, fmt.Errorf("typical is %v: want it in [0, 1], 0 to leave scores as they are", params.Typical)
	}
	if !(params.Edge >= 0 && params.Edge <= 1) {
		return nil, fmt.Errorf("edge is %v: want it in [0, 1], 0 for a hard cut", params.Edge)
	}
	m, err := p.Floats(params.Matrix, params.Rows*params.Cols)
	if err != nil {
		return nil, err
	}
	return &relevance{matrix: m, rows: params.Rows, cols: params.Cols, threshold: params.Threshold, typical: params.Typical, edge: params.Edge, byLength: params.ByLength}, nil
}

// edge is the default of the parameter "edge": half the width of the mask's soft edge,
// as a share of the threshold. With 0.25 the mask opens between 0.75 and 1.25 of the
// threshold. The paper uses a hard cut (edge 0); with a soft edge a channel does not
// jump when the threshold slider moves across its score. At threshold 0 nothing is
// masked.
const edge = 0.25

// mask returns a weight in [0, 1] per channel. direction is a unit vector. length is
// the length of Δt before normalisation; it is used when byLength is set, and 0 means
// 1. The slice belongs to the cache and is valid until mask is called for the same
// direction and length with another threshold.
func (r *relevance) mask(direction []float32, length, threshold float64) []float32 {
	e := r.scored(direction, length)
	if r.byLength && length > 0 {
		threshold /= length // |R·(length·direction)| < threshold
	}
	if e.mask != nil && e.threshold == threshold {
		return e.mask
	}
	if e.mask == nil {
		e.mask = make([]float32, r.rows)
	}
	e.threshold = threshold
	lo, width := float32(threshold*(1-r.edge)), float32(2*r.edge*threshold)
	for c, s := range e.score {
		weight := float32(0)
		if width <= 0 {
			if s >= lo {
				weight = 1
			}
		} else if t := (s - lo) / width; t >= 1 {
			weight = 1
		} else if t > 0 {
			weight = t * t * (3 - 2*t)
		}
		e.mask[c] = weight
	}
	return e.mask
}

// tail is the quantile of a direction's scores that scale normalises.
const tail = 0.9

// scale multiplies score so that its tail quantile becomes r.typical. R is a slope: a
// small step of one channel changes a smile a lot, but glasses take many channels
// together. Without scaling, a threshold that suits a smile would mask all channels of
// glasses. Packs in the paper's form (typical 0) use the raw scores.
func (r *relevance) scale(score []float32) {
	if r.typical == 0 {
		return
	}
	q := quantile(slices.Sorted(slices.Values(score)), tail)
	if q <= 0 {
		return
	}
	factor := float32(r.typical / q)
	for c := range score {
		score[c] *= factor
	}
}

// quantile interpolates linearly between the values of sorted, at q in [0, 1].
func quantile(sorted []float32, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	a, b := float64(sorted[low]), float64(sorted[high])
	return a + (at-float64(low))*(b-a)
}

// scored returns the cache entry of a direction and length, and computes its score when
// it is not cached.
func (r *relevance) scored(direction []float32, length float64) *scored {
	for i, e := range r.cache {
		if e.length == length && slices.Equal(e.direction, direction) {
			copy(r.cache[1:i+1], r.cache[:i])
			r.cache[0] = e
			return &r.cache[0]
		}
	}
	score := make([]float32, r.rows)
	for c := range score {
		score[c] = float32(math.Abs(float64(dot(r.matrix[c*r.cols:(c+1)*r.cols], direction))))
	}
	r.scale(score)
	r.cache = slices.Insert(r.cache, 0, scored{direction: slices.Clone(direction), length: length, score: score})
	r.cache = r.cache[:min(len(r.cache), relevanceCache)]
	return &r.cache[0]
}

// dot uses four partial sums, which is faster than one sum and rounds less.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + (s2 + s3)
}
