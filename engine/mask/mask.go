// Package mask says where on a face an edit may change the picture: in regions, such as
// the hair, and where a brush has painted. Masks are values that can be compared; their
// places are on the aligned square of a face, so they do not depend on the size of the photo
// or on how it is seen, and fit another face as well.
//
//	m, _ := mask.ParseRegions("hair,-hat")
//	m = m.Begin(mask.Brush{Radius: 0.05, Softness: 0.5}, false, mask.Point{X: 0.4, Y: 0.3})
//	m, _ = m.Extend(mask.Point{X: 0.5, Y: 0.3})
//	var r mask.Raster
//	c := r.Draw(m, maps) // how far the edit reaches, 0 to 1
package mask

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
)

// Mask is a list of parts: regions and strokes of a brush, each of which adds to what comes
// before it or takes away from it. A mask whose first part takes away begins with
// everything, any other with nothing. An inverted mask is the opposite of its parts. The zero
// Mask is no mask: the edit reaches everywhere.
//
// Masks can be compared with ==, and are never changed: methods return another one.
type Mask struct {
	parts  string // packed, see part
	invert bool
}

// Limits of a mask.
const (
	MaxParts  = 1000
	MaxPoints = 16384 // of all strokes together
	// Bounds on a brush's radius, as a share of the square's side.
	MinRadius, MaxRadius = 0.002, 0.5
	// MaxPlace bounds the places of strokes, either way: far outside of the square.
	MaxPlace = 3
)

// perSide is the number of units in the square's side: the precision of places and radii.
const (
	perSide = 10_000
	unit    = 1.0 / perSide
)

// Point is a place on the aligned square: (0, 0) is its upper left corner and (1, 1) its
// lower right one. Strokes may leave the square.
type Point struct{ X, Y float64 }

// Brush is what strokes are painted with.
type Brush struct {
	// Radius is a share of the square's side, MinRadius to MaxRadius.
	Radius float64
	// Softness is the share of the radius over which the stroke fades out, 0 to 1.
	Softness float64
}

// Flags of the first byte of a packed part. Below them is the region.
const (
	flagSubtract = 1 << 7
	flagStroke   = 1 << 6
	strokeHead   = 6 // bytes of a stroke before its points: flags, radius, softness, number of points
	pointSize    = 4 // bytes of a point
)

// part is one packed part: a byte with the flags and the region; for a stroke also the
// radius in units (2 bytes), the softness in hundredths (1), the number of points (2), and
// for each point two signed numbers in units (2 each). Numbers are little-endian.
type part string

func (p part) subtracts() bool { return p[0]&flagSubtract != 0 }
func (p part) stroke() bool    { return p[0]&flagStroke != 0 }
func (p part) region() Region  { return Region(p[0] &^ (flagSubtract | flagStroke)) }
func (p part) u16(i int) int   { return int(p[i]) | int(p[i+1])<<8 }
func (p part) points() int     { return p.u16(4) }

func (p part) brush() Brush {
	return Brush{Radius: float64(p.u16(1)) * unit, Softness: float64(p[3]) / 100}
}

// point returns a point of a stroke.
func (p part) point(i int) Point {
	at := strokeHead + i*pointSize
	return Point{float64(int16(p.u16(at))) * unit, float64(int16(p.u16(at+2))) * unit}
}

// first returns the first of packed parts, and the others.
func first(parts string) (part, string) {
	n := 1
	if part(parts).stroke() {
		n = strokeHead + pointSize*part(parts).points()
	}
	return part(parts[:n]), parts[n:]
}

// last returns where the last part begins.
func last(parts string) int {
	at := 0
	for rest := parts; rest != ""; {
		at = len(parts) - len(rest)
		_, rest = first(rest)
	}
	return at
}

// IsZero reports whether there is no mask, so that the edit reaches everywhere.
func (m Mask) IsZero() bool { return m == Mask{} }

// Inverted reports whether the mask is the opposite of its parts.
func (m Mask) Inverted() bool { return m.invert }

// Invert returns the opposite.
func (m Mask) Invert() Mask {
	m.invert = !m.invert
	return m
}

// Compare orders masks, in any way: it returns a negative number, 0 or a positive one.
func Compare(a, b Mask) int {
	switch c := strings.Compare(a.parts, b.parts); {
	case c != 0 || a.invert == b.invert:
		return c
	case b.invert:
		return -1
	}
	return 1
}

// Shows reports what the mask does with a region, as it is seen: of an inverted mask the
// opposite of what is stored.
func (m Mask) Shows(r Region) (added, subtracted bool) {
	for rest := m.parts; rest != ""; {
		var p part
		if p, rest = first(rest); !p.stroke() && p.region() == r {
			return p.subtracts() == m.invert, p.subtracts() != m.invert
		}
	}
	return false, false
}

// With adds a region as the last part, or takes it away, as the mask is seen. What an earlier
// part does with the region does not count any more.
func (m Mask) With(r Region, subtract bool) Mask {
	m = m.Without(r)
	m.parts += string([]byte{m.flags(subtract) | byte(r)})
	return m
}

// Without removes the part that is about a region.
func (m Mask) Without(r Region) Mask {
	for rest := m.parts; rest != ""; {
		at := len(m.parts) - len(rest)
		var p part
		if p, rest = first(rest); !p.stroke() && p.region() == r {
			m.parts = m.parts[:at] + rest
			return m
		}
	}
	return m
}

// flags returns the flags of a part that adds to the mask or takes away, as it is seen.
func (m Mask) flags(subtract bool) byte {
	if subtract != m.invert {
		return flagSubtract
	}
	return 0
}

// Regions reports whether the mask names regions, which only a parser finds.
func (m Mask) Regions() bool {
	for rest := m.parts; rest != ""; {
		var p part
		if p, rest = first(rest); !p.stroke() {
			return true
		}
	}
	return false
}

// Strokes returns the number of strokes.
func (m Mask) Strokes() int {
	n := 0
	for rest := m.parts; rest != ""; {
		var p part
		if p, rest = first(rest); p.stroke() {
			n++
		}
	}
	return n
}

// size returns the number of parts and of the points of all strokes.
func (m Mask) size() (parts, points int) {
	for rest := m.parts; rest != ""; parts++ {
		var p part
		if p, rest = first(rest); p.stroke() {
			points += p.points()
		}
	}
	return parts, points
}

// Begin returns the mask with one more stroke, of one point, which adds to the mask or takes
// away, as it is seen. A full mask is returned as it is. Values out of range are limited.
func (m Mask) Begin(b Brush, subtract bool, at Point) Mask {
	if parts, points := m.size(); parts >= MaxParts || points >= MaxPoints {
		return m
	}
	p := []byte{flagStroke | m.flags(subtract)}
	p = binary.LittleEndian.AppendUint16(p, uint16(units(min(max(b.Radius, MinRadius), MaxRadius))))
	p = append(p, byte(math.Round(100*min(max(b.Softness, 0), 1))), 1, 0)
	m.parts += string(appendPoint(p, at))
	return m
}

// Extend returns the mask with its last stroke going on to a point, and false when it stays
// as it is: the point is too near to the last one to be seen, the mask is full, or the last
// part is no stroke.
func (m Mask) Extend(to Point) (Mask, bool) {
	if m.parts == "" {
		return m, false
	}
	at := last(m.parts)
	p := part(m.parts[at:])
	if !p.stroke() {
		return m, false
	}
	if _, points := m.size(); points >= MaxPoints {
		return m, false
	}
	end := p.point(p.points() - 1)
	if math.Hypot(to.X-end.X, to.Y-end.Y) < max(p.brush().Radius*spacing, unit) {
		return m, false
	}
	out := make([]byte, 0, len(m.parts)+pointSize)
	out = appendPoint(append(out, m.parts...), to)
	binary.LittleEndian.PutUint16(out[at+4:], uint16(p.points()+1))
	m.parts = string(out)
	return m, true
}

// spacing is the least distance of two points of a stroke, as a share of its radius.
const spacing = 0.2

// units converts a share of the side to units.
func units(v float64) int { return int(math.Round(v * perSide)) }

// appendPoint packs a point, limited to MaxPlace.
func appendPoint(dst []byte, at Point) []byte {
	for _, v := range []float64{at.X, at.Y} {
		if math.IsNaN(v) {
			v = 0
		}
		dst = binary.LittleEndian.AppendUint16(dst, uint16(int16(units(min(max(v, -MaxPlace), MaxPlace)))))
	}
	return dst
}

// goesOn reports whether a stroke begins with all of another: the same brush and points.
func (p part) goesOn(from part) bool {
	return len(from) >= strokeHead && len(p) >= len(from) && p[:4] == from[:4] && bytes.Equal([]byte(p[strokeHead:len(from)]), []byte(from[strokeHead:]))
}
