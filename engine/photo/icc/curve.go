package icc

import (
	"encoding/binary"
	"fmt"
	"math"
)

// curve turns device values into linear ones, both in [0, 1]; it never falls.
type curve interface{ at(x float64) float64 }

// function is a curve by formula. It is a pointer where it is used, so that
// curves can be compared.
type function struct{ f func(float64) float64 }

func (c *function) at(x float64) float64 { return clamp(c.f(x)) }

// table is a curve of equidistant values, interpolated.
type table struct{ values []float64 }

func (c *table) at(x float64) float64 {
	f := clamp(x) * float64(len(c.values)-1)
	i := min(int(f), len(c.values)-2)
	return c.values[i] + (f-float64(i))*(c.values[i+1]-c.values[i])
}

func clamp(v float64) float64 { return min(max(v, 0), 1) }

// parseCurve reads a curveType or parametricCurveType tag (ICC.1, 10.6, 10.18).
func parseCurve(tag []byte) (curve, error) {
	if len(tag) < 12 {
		return nil, fmt.Errorf("%w: no curve", ErrDamaged)
	}
	var c curve
	var err error
	switch kind := string(tag[:4]); kind {
	case "curv":
		c, err = parseTable(tag)
	case "para":
		c, err = parseFormula(tag)
	default:
		return nil, fmt.Errorf("%w: a curve of the kind %q", ErrDamaged, kind)
	}
	if err != nil {
		return nil, err
	}
	return c, check(c)
}

func parseTable(tag []byte) (curve, error) {
	n := binary.BigEndian.Uint32(tag[8:])
	body := tag[12:]
	if uint64(n)*2 > uint64(len(body)) {
		return nil, fmt.Errorf("%w: a curve of %d values in %d bytes", ErrDamaged, n, len(body))
	}
	switch n {
	case 0:
		return &function{func(x float64) float64 { return x }}, nil
	case 1:
		g := float64(binary.BigEndian.Uint16(body)) / 256
		return &function{func(x float64) float64 { return math.Pow(x, g) }}, nil
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(binary.BigEndian.Uint16(body[2*i:])) / 65535
	}
	return &table{values}, nil
}

func parseFormula(tag []byte) (curve, error) {
	kind := int(binary.BigEndian.Uint16(tag[8:]))
	counts := []int{1, 3, 4, 5, 7}
	if kind >= len(counts) || len(tag) < 12+4*counts[kind] {
		return nil, fmt.Errorf("%w: formula %d in %d bytes", ErrDamaged, kind, len(tag))
	}
	var p [7]float64
	for i := range counts[kind] {
		p[i] = fixed(tag[12+4*i:])
	}
	g, a, b := p[0], p[1], p[2]
	power := func(x float64) float64 { return math.Pow(max(a*x+b, 0), g) }
	var f func(x float64) float64
	switch kind {
	case 0:
		f = func(x float64) float64 { return math.Pow(x, g) }
	case 1: // 0 below -b/a, which power is by itself
		f = power
	case 2:
		f = func(x float64) float64 { return power(x) + p[3] }
	default: // 3, and 4 with offsets: a straight line below d
		f = func(x float64) float64 {
			if x >= p[4] {
				return power(x) + p[5]
			}
			return p[3]*x + p[6]
		}
	}
	return &function{f}, nil
}

// check refuses curves that fall, that hardly rise or that are not numbers: no
// image was made with them.
func check(c curve) error {
	const steps = 1024
	last := c.at(0)
	for i := 1; i <= steps; i++ {
		v := c.at(float64(i) / steps)
		if !(v >= last-1e-4) { // parametric pieces may not quite meet
			return fmt.Errorf("%w: a curve that falls", ErrDamaged)
		}
		last = v
	}
	if !(c.at(1)-c.at(0) > 0.2) {
		return fmt.Errorf("%w: a curve that hardly rises", ErrDamaged)
	}
	return nil
}

// encodeTable writes a curve as a curveType tag of n values.
func encodeTable(c curve, n int) []byte {
	b := append([]byte("curv"), 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(65535*c.at(float64(i)/float64(n-1)))))
	}
	return b
}
