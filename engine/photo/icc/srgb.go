package icc

import (
	"math"
	"sync"
)

// encode is sRGB's curve from linear values, continued beyond [0, 1]: below 0 by
// its mirror image.
func encode(v float64) float64 {
	switch {
	case v < 0:
		return -encode(-v)
	case v <= 0.0031308:
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// decode is encode's inverse.
func decode(v float64) float64 {
	switch {
	case v < 0:
		return -decode(-v)
	case v <= 12.92*0.0031308:
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// steps of the tables that stand in for powers. They are interpolated; the
// largest error is below a millionth, a tenth of a 16-bit level.
const steps = 4096

// pair is a table's value and the way to the next.
type pair struct{ v, d float32 }

// pairs tabulates f over [0, 1]; f is called with rising values.
func pairs(f func(t float64) float64) []pair {
	p := make([]pair, steps+1)
	for i := range p {
		p[i].v = float32(f(float64(i) / steps))
		if i > 0 {
			p[i-1].d = p[i].v - p[i-1].v
		}
	}
	return p
}

// look interpolates a table at t in [0, 1]; NaN counts as 0.
func look(p []pair, t float32) float32 {
	if !(t > 0) {
		return p[0].v
	}
	t *= steps
	i := int(t)
	q := p[i]
	return q.v + (t-float32(i))*q.d
}

// srgbTables are sRGB's curves: encoding by the square root of the linear
// value, which keeps the dark end smooth, and to bytes.
type srgbTables struct {
	encode, decode []pair
	bytes          []byte // by linear value times byteSteps
}

const byteSteps = 1 << 15

var srgb = sync.OnceValue(func() *srgbTables {
	t := &srgbTables{
		encode: pairs(func(t float64) float64 { return encode(t * t) }),
		decode: pairs(decode),
		bytes:  make([]byte, byteSteps+1),
	}
	for i := range t.bytes {
		t.bytes[i] = byte(math.Round(255 * encode(float64(i)/byteSteps)))
	}
	return t
})

func (t *srgbTables) encoded(v float32) float32 {
	if v < 0 {
		return -t.encoded(-v)
	}
	if v > 1 {
		return float32(encode(float64(v)))
	}
	return look(t.encode, float32(math.Sqrt(float64(v))))
}

func (t *srgbTables) decoded(v float32) float32 {
	if v < 0 {
		return -t.decoded(-v)
	}
	if v > 1 {
		return float32(decode(float64(v)))
	}
	return look(t.decode, v)
}

// toByte clips and encodes a linear value; NaN becomes 0.
func (t *srgbTables) toByte(v float32) byte {
	if !(v > 0) {
		return 0
	}
	if v >= 1 {
		return 255
	}
	return t.bytes[int(v*byteSteps+0.5)]
}
