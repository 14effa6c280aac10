package icc

import "math"

// Transform turns pixels of a profile's colour space into sRGB, and changes of
// sRGB into changes of those pixels. It is immutable: several goroutines may use
// it at once.
type Transform struct {
	forward [3]*forward
	inverse [3][]pair // device value by the square root of the linear one
	to      [9]float32
	from    [9]float32
	srgb    *srgbTables
	levels  float32 // largest value of a pixel: 255 or 65535
}

// forward holds, for every value of a pixel, its linear value and what the
// inverse curve makes of that.
type forward struct{ linear, back []float32 }

// Transform returns the transform for pixels of 8 or 16 bits a colour.
func (p *Profile) Transform(bits int) *Transform {
	inv, ok := p.matrix.inverse()
	if !ok {
		panic("icc: a profile without an inverse was parsed")
	}
	t := &Transform{to: p.matrix.single(), from: inv.single(), srgb: srgb(), levels: float32(int(1)<<bits - 1)}
	for i, c := range p.curves {
		if i > 0 && c == p.curves[i-1] {
			t.inverse[i], t.forward[i] = t.inverse[i-1], t.forward[i-1]
			continue
		}
		t.inverse[i] = inverted(c)
		f := &forward{linear: make([]float32, 1<<bits), back: make([]float32, 1<<bits)}
		for v := range f.linear {
			f.linear[v] = float32(c.at(float64(v) / float64(int(1)<<bits-1)))
			f.back[v] = look(t.inverse[i], float32(math.Sqrt(float64(f.linear[v]))))
		}
		t.forward[i] = f
	}
	return t
}

// inverted tabulates a curve's inverse over the square root of linear values.
func inverted(c curve) []pair {
	const fine = 4 * steps
	x, y0, y1 := 0, c.at(0), c.at(1.0/fine)
	return pairs(func(t float64) float64 {
		y := t * t
		for x < fine-1 && y1 < y {
			x++
			y0, y1 = y1, c.at(float64(x+1)/fine)
		}
		u := 0.0
		if y1 > y0 {
			u = clamp((y - y0) / (y1 - y0))
		}
		return (float64(x) + u) / fine
	})
}

// Row8 converts a row of 8-bit RGBA pixels (4 bytes each) to sRGB, clipped;
// alpha is copied. dst and src have the same length and may be the same.
func (t *Transform) Row8(dst, src []byte) {
	r, g, b := t.forward[0].linear, t.forward[1].linear, t.forward[2].linear
	m := &t.to
	for len(src) >= 4 && len(dst) >= 4 {
		x, y, z := r[src[0]], g[src[1]], b[src[2]]
		dst[3] = src[3]
		dst[0] = t.srgb.toByte(m[0]*x + m[1]*y + m[2]*z)
		dst[1] = t.srgb.toByte(m[3]*x + m[4]*y + m[5]*z)
		dst[2] = t.srgb.toByte(m[6]*x + m[7]*y + m[8]*z)
		src, dst = src[4:], dst[4:]
	}
}

// Row16 converts a row of big-endian 16-bit RGBA pixels (8 bytes each) to 8-bit
// sRGB (4 bytes each), clipped; alpha is rounded.
func (t *Transform) Row16(dst, src []byte) {
	r, g, b := t.forward[0].linear, t.forward[1].linear, t.forward[2].linear
	m := &t.to
	for len(src) >= 8 && len(dst) >= 4 {
		x, y, z := r[word(src)], g[word(src[2:])], b[word(src[4:])]
		dst[0] = t.srgb.toByte(m[0]*x + m[1]*y + m[2]*z)
		dst[1] = t.srgb.toByte(m[3]*x + m[4]*y + m[5]*z)
		dst[2] = t.srgb.toByte(m[6]*x + m[7]*y + m[8]*z)
		dst[3] = byte((uint32(word(src[6:]))*255 + 32767) / 65535)
		src, dst = src[8:], dst[4:]
	}
}

func word(b []byte) int { return int(b[0])<<8 | int(b[1]) }

// Change returns how much the values of a pixel change, in units of its own
// depth, when its sRGB colour changes by the given levels (1/255 of the range).
// A change of 0 gives exactly 0. The sRGB colour is taken unclipped, so that
// colours outside of sRGB keep what they are. The sum of value and change may
// lie outside of the pixel's range.
func (t *Transform) Change(pixel [3]int, levels [3]float32) (change [3]float32) {
	var lin, d [3]float32
	for i := range lin {
		lin[i] = t.forward[i].linear[pixel[i]]
	}
	for i := range d {
		m := t.to[3*i : 3*i+3]
		e := t.srgb.encoded(m[0]*lin[0] + m[1]*lin[1] + m[2]*lin[2])
		d[i] = t.srgb.decoded(e+levels[i]/255) - t.srgb.decoded(e)
	}
	for i := range change {
		m := t.from[3*i : 3*i+3]
		moved := m[0]*d[0] + m[1]*d[1] + m[2]*d[2]
		if moved == 0 {
			continue
		}
		v := min(max(lin[i]+moved, 0), 1) // of NaN look makes 0
		to := look(t.inverse[i], float32(math.Sqrt(float64(v))))
		change[i] = t.levels * (to - t.forward[i].back[pixel[i]])
	}
	return change
}

// IsSRGB reports whether the profile shows every RGB colour as sRGB does, to
// less than a level of 8 bits. Grey profiles are compared on the grey axis.
func (p *Profile) IsSRGB() bool {
	const n = 9
	for i := range n * n * n {
		v := [3]float64{float64(i%n) / (n - 1), float64(i/n%n) / (n - 1), float64(i/n/n) / (n - 1)}
		if p.space == Gray && (v[0] != v[1] || v[1] != v[2]) {
			continue
		}
		for row := range 3 {
			s := 0.0
			for k := range 3 {
				s += p.matrix[row][k] * p.curves[k].at(v[k])
			}
			if !(math.Abs(encode(s)-v[row]) < 0.9/255) {
				return false
			}
		}
	}
	return true
}
