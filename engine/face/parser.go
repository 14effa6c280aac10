package face

import (
	"context"
	"fmt"
	"image"
	"slices"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Part is a part of an aligned square, as the parser tells them apart.
type Part int

// The parts, in the order of the parser's output. Skin is also ears, neck and beard;
// InFront is a hand or a thing before the face.
const (
	Background Part = iota
	Skin
	Hair
	Brows
	Eyes
	Mouth
	Glasses
	Hat
	Clothes
	InFront
	partCount
)

// Parts says which part of a portrait is where on an aligned square.
type Parts struct {
	side  int
	share []float32 // of each part, one map of side × side values after the other
}

// Empty reports whether nothing is known about any part.
func (p Parts) Empty() bool { return p.side == 0 }

// Clone returns a copy, in the memory of dst where that is large enough.
func (p Parts) Clone(dst Parts) Parts {
	return Parts{p.side, append(dst.share[:0], p.share...)}
}

// NewParts returns parts on a square of so many pixels a side: share holds a map of
// side × side values in [0, 1] for each part, in the order of the constants.
func NewParts(side int, share []float32) (Parts, error) {
	if len(share) != int(partCount)*side*side {
		return Parts{}, fmt.Errorf("parts of a face: %d values, want %d maps of %d×%d", len(share), partCount, side, side)
	}
	return Parts{side, share}, nil
}

// Of returns how much of each pixel is a part. The matte shares memory with the Parts.
func (p Parts) Of(part Part) Matte {
	n := p.side * p.side
	return Matte{Side: p.side, Alpha: p.share[int(part)*n : (int(part)+1)*n : (int(part)+1)*n]}
}

// Any returns how much of each pixel is one of the parts, in the memory of dst where that
// is large enough.
func (p Parts) Any(dst []float32, parts ...Part) Matte {
	dst = slices.Grow(dst[:0], p.side*p.side)[:p.side*p.side]
	clear(dst)
	for _, part := range parts {
		for i, v := range p.Of(part).Alpha {
			dst[i] += v
		}
	}
	return Matte{Side: p.side, Alpha: dst}
}

// Move makes one part another where a matte of the same side says so.
func (p Parts) Move(from, to Part, where Matte) {
	a, b := p.Of(from).Alpha, p.Of(to).Alpha
	for i, w := range where.Alpha {
		v := w * a[i]
		a[i] -= v
		b[i] += v
	}
}

// Inset replaces the middle of parts on the square of [Alignment.Around] by those that were found on
// the aligned square itself, of the same side: that is the square that the parser knows.
func (p Parts) Inset(inner Parts) {
	side, k := float64(p.side), 1+2*Margin
	for y := range p.side {
		v := ((float64(y)+0.5)/side*k - Margin) * side
		for x := range p.side {
			u := ((float64(x)+0.5)/side*k - Margin) * side
			inside := min(u, v, side-u, side-v) / (insetEdge * side)
			if inside <= 0 {
				continue
			}
			w := float32(min(inside, 1))
			i, j := min(max(int(u-0.5), 0), p.side-2), min(max(int(v-0.5), 0), p.side-2)
			s, t := float32(min(max(u-0.5-float64(i), 0), 1)), float32(min(max(v-0.5-float64(j), 0), 1))
			for part := range int(partCount) {
				m := inner.Of(Part(part)).Alpha[j*p.side+i:]
				upper, lower := m[0]+s*(m[1]-m[0]), m[p.side]+s*(m[p.side+1]-m[p.side])
				out := &p.Of(Part(part)).Alpha[y*p.side+x]
				*out += w * (upper + t*(lower-upper) - *out)
			}
		}
	}
}

// insetEdge is the width over which both are mixed, as a share of the aligned square's side.
const insetEdge = 0.06

// Side returns the number of pixels a side, 0 when nothing is known.
func (p Parts) Side() int { return p.side }

// Parser finds the parts of an aligned square. It is not safe for concurrent use.
type Parser struct {
	segmentation
	grid int // side of the maps
}

// HasParser reports whether a pack has the component "parser".
func HasParser(p *pack.Pack) bool {
	_, err := p.Component("parser")
	return err == nil
}

// NewParser opens the component "parser" of a pack. Close frees it.
func NewParser(p *pack.Pack, o onnx.Options) (*Parser, error) {
	grid := 0
	m, err := openSegmentation(p, "parser", "parts", "parts of the face", o, func(_ int, g pack.Graph) int {
		if s := g.Outputs["parts"].Shape; len(s) == 4 {
			grid = int(s[3])
		}
		return int(partCount) * grid * grid
	})
	if err != nil {
		return nil, err
	}
	return &Parser{m, grid}, nil
}

// Photo returns the parts of an aligned square of a photo, with the Parser's side. They
// belong to the caller.
func (m *Parser) Photo(ctx context.Context, aligned *image.RGBA) (Parts, error) {
	share, err := m.photo(ctx, aligned)
	return Parts{m.grid, share}, err
}

// Picture returns the parts of a generator's picture: planar RGB in [-1, 1], of any side.
// They belong to the Parser and are valid until the next call.
func (m *Parser) Picture(ctx context.Context, side int, planar []float32) (Parts, error) {
	share, err := m.picture(ctx, side, planar)
	return Parts{m.grid, share}, err
}
