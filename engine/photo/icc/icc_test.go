package icc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

func parsed(t testing.TB, data []byte) *Profile {
	t.Helper()
	p, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAgainstLittleCMS holds the conversion to what Little CMS 2 made of the
// same profiles, with relative colorimetric intent and without its cache.
func TestAgainstLittleCMS(t *testing.T) {
	colours := [][3]byte{{0, 0, 0}, {255, 255, 255}, {128, 128, 128}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {200, 150, 120}, {30, 60, 20}, {90, 40, 160}, {12, 200, 180}}
	profiles := known()
	for name, want := range map[string][][3]byte{
		"sRGB v4":      colours,
		"sRGB v2":      colours,
		"Adobe RGB":    {{0, 0, 0}, {255, 255, 255}, {129, 129, 129}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {217, 151, 119}, {0, 57, 7}, {103, 35, 164}, {0, 201, 181}},
		"Display P3":   {{0, 0, 0}, {255, 255, 255}, {128, 128, 128}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {209, 147, 115}, {17, 61, 13}, {97, 36, 166}, {0, 204, 180}},
		"ProPhoto":     {{0, 0, 0}, {255, 255, 255}, {146, 146, 146}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {250, 154, 133}, {0, 83, 1}, {109, 21, 187}, {0, 230, 191}},
		"ProPhoto v4":  {{0, 0, 0}, {255, 255, 255}, {146, 146, 146}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {250, 154, 133}, {0, 83, 1}, {109, 21, 187}, {0, 230, 191}},
		"three curves": {{0, 0, 0}, {255, 255, 255}, {153, 129, 128}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {228, 151, 118}, {30, 57, 17}, {126, 35, 163}, {0, 201, 179}},
	} {
		tr := bothDepths(parsed(t, profiles[name]))
		for i, c := range colours {
			checkRows(t, name, tr, c, want[i])
		}
	}
	for name, c := range map[string]struct {
		data []byte
		want []byte // for 0, 255, 128, 150, 60, 40 and 200
	}{
		"grey":           {grayProfile("XYZ ", gamma(1.8)), []byte{0, 255, 146, 167, 77, 53, 210}},
		"grey lightness": {grayProfile("Lab ", gamma(1)), []byte{0, 255, 119, 141, 56, 39, 194}},
	} {
		p := parsed(t, c.data)
		own, derived := bothDepths(p), bothDepths(parsed(t, p.ForGray()))
		for i, v := range []byte{0, 255, 128, 150, 60, 40, 200} {
			w := c.want[i]
			checkRows(t, name, own, [3]byte{v, v, v}, [3]byte{w, w, w})
			checkRows(t, name+" as RGB", derived, [3]byte{v, v, v}, [3]byte{w, w, w})
		}
	}
}

// bothDepths returns the transforms for 8 and 16 bits.
func bothDepths(p *Profile) [2]*Transform { return [2]*Transform{p.Transform(8), p.Transform(16)} }

// checkRows converts one colour at both depths.
func checkRows(t *testing.T, name string, tr [2]*Transform, c, want [3]byte) {
	t.Helper()
	var got, deep [4]byte
	tr[0].Row8(got[:], []byte{c[0], c[1], c[2], 77})
	tr[1].Row16(deep[:], []byte{c[0], c[0], c[1], c[1], c[2], c[2], 77, 77})
	for i := range 3 {
		if !within(got[i], want[i], 1) || !within(deep[i], want[i], 1) {
			t.Errorf("%s: %v becomes %v and %v from 16 bits, want %v", name, c, got, deep, want)
			break
		}
	}
	if got[3] != 77 || deep[3] != 77 {
		t.Errorf("%s: alpha became %d and %d", name, got[3], deep[3])
	}
}

func within(a, b, d byte) bool { return max(a, b)-min(a, b) <= d }

func TestIsSRGB(t *testing.T) {
	for name, data := range known() {
		want := name == "sRGB v4" || name == "sRGB v2"
		if got := parsed(t, data).IsSRGB(); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if !parsed(t, grayProfile("XYZ ", srgbTable(4096))).IsSRGB() {
		t.Error("grey with sRGB's curve is not seen as sRGB's grey")
	}
	if parsed(t, grayProfile("XYZ ", gamma(1.8))).IsSRGB() {
		t.Error("grey of gamma 1.8 passes for sRGB's")
	}
}

// TestChange moves colours by levels of sRGB, and looks where they are after
// conversion: the clipped picture must show the change.
func TestChange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, data := range known() {
		p := parsed(t, data)
		for _, bits := range []int{8, 16} {
			tr := p.Transform(bits)
			top := 1<<bits - 1
			for range 1000 {
				px := [3]int{r.IntN(top + 1), r.IntN(top + 1), r.IntN(top + 1)}
				if got := tr.Change(px, [3]float32{}); got != ([3]float32{}) {
					t.Fatalf("%s, %d bits: no change of %v gives %v", name, bits, px, got)
				}
				want := [3]float32{r.Float32()*60 - 30, r.Float32()*60 - 30, r.Float32()*60 - 30}
				ch := tr.Change(px, want)
				from, to := exact(p, px, [3]float32{}, top), exact(p, px, ch, top)
				inside := true
				for i := range 3 {
					v := float64(px[i]) + float64(ch[i])
					// Beyond the space's own range a colour stays at its edge.
					inside = inside && v > 0.01*float64(top) && v < 0.99*float64(top) && float64(px[i]) > 0.01*float64(top)
				}
				for i := range 3 {
					if d := 255 * (to[i] - from[i]); inside && !(math.Abs(d-float64(want[i])) < 0.1) {
						t.Fatalf("%s, %d bits: %v moved by %v levels moves colour %d by %.3f", name, bits, px, want, i, d)
					}
				}
			}
		}
	}
}

// exact is the encoded sRGB colour of a pixel, unclipped, without tables.
func exact(p *Profile, px [3]int, ch [3]float32, top int) (e [3]float64) {
	for row := range 3 {
		s := 0.0
		for k := range 3 {
			s += p.matrix[row][k] * p.curves[k].at((float64(px[k])+float64(ch[k]))/float64(top))
		}
		e[row] = encode(s)
	}
	return e
}

// TestSmallChangesAreSmall: a colour that changes too little to be seen becomes one that is
// nearly the same. (On a flat part of a curve the smallest step leads off it.)
func TestSmallChangesAreSmall(t *testing.T) {
	profiles := known()
	profiles["flat start"] = Encode("flat", displayP3, three(formula(2, 2.2, 1.1, -0.1, 0)))
	for name, data := range profiles {
		tr := parsed(t, data).Transform(8)
		for v := range 256 {
			for _, px := range [][3]int{{v, v, v}, {v, 0, 255}, {255, v, 0}, {128, 30, v}} {
				for _, c := range tr.Change(px, [3]float32{0.01, -0.01, 0.01}) {
					if !(c > -0.5 && c < 0.5) && min(px[0], px[1], px[2]) > 26 {
						t.Fatalf("%s: a hundredth of a level moves %v by %v", name, px, c)
					}
				}
			}
		}
		nan := float32(math.NaN())
		tr.Change([3]int{1, 2, 3}, [3]float32{nan, nan, nan}) // must not panic
	}
}

func TestParseRefuses(t *testing.T) {
	good := Encode("P3", displayP3, three(srgbFormula()))
	changed := func(f func(b []byte)) []byte { b := bytes.Clone(good); f(b); return b }
	curve := func(c []byte) []byte { return Encode("x", displayP3, three(c)) }
	long := append([]byte("curv\x00\x00\x00\x00"), 0xff, 0xff, 0xff, 0xff)
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, ErrDamaged},
		{"header alone", good[:headerSize], ErrDamaged},
		{"no signature", changed(func(b []byte) { b[36] = 'x' }), ErrDamaged},
		{"cut", good[:len(good)-8], ErrDamaged},
		{"many tags", changed(func(b []byte) { b[headerSize] = 0xff }), ErrDamaged},
		{"tag beyond the end", changed(func(b []byte) { b[headerSize+4+4] = 0xff }), ErrDamaged},
		{"matrix to Lab", changed(func(b []byte) { copy(b[20:], "Lab ") }), ErrDamaged},
		{"CMYK", changed(func(b []byte) { copy(b[16:], "CMYK") }), ErrTables},
		{"grey without a curve", changed(func(b []byte) { copy(b[16:], "GRAY") }), ErrDamaged},
		{"tables alone", bytes.ReplaceAll(bytes.ReplaceAll(good, []byte("rTRC"), []byte("A2B0")), []byte("rXYZ"), []byte("A2B1")), ErrTables},
		{"no blue", bytes.ReplaceAll(good, []byte("bXYZ"), []byte("zzzz")), ErrDamaged},
		{"black white", Encode("x", [3][3]float64{{0.01}, {0, 0.01}, {0, 0, 0.01}}, three(gamma(2))), ErrDamaged},
		{"primaries on a line", Encode("x", [3][3]float64{{0.3, 0.3, 0.3}, {0.3, 0.3, 0.3}, {0.3, 0.3, 0.3}}, three(gamma(2))), ErrDamaged},
		{"curve of another kind", curve([]byte("abcd\x00\x00\x00\x00\x00\x00\x00\x00")), ErrDamaged},
		{"curve too long", curve(long), ErrDamaged},
		{"formula 9", curve(formula(9, 1)), ErrDamaged},
		{"formula cut", curve(formula(4, 1)), ErrDamaged},
		{"falling", curve(formula(2, 1, -1, 1, 0)), ErrDamaged},
		{"flat", curve(formula(2, 1, 0.1, 0, 0.5)), ErrDamaged},
		{"not a number", curve(formula(1, -1, 0, 0)), ErrDamaged},
		{"grey into nothing", grayProfile("abcd", gamma(2)), ErrDamaged},
	} {
		if p, err := Parse(tt.data); p != nil || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, %v; want %v", tt.name, p, err, tt.want)
		}
	}
}

func TestFormulas(t *testing.T) {
	for _, tt := range []struct {
		tag  []byte
		x, y float64
	}{
		{formula(0, 2), 0.5, 0.25},
		{formula(1, 2, 2, -1), 0.25, 0},
		{formula(1, 2, 2, -1), 0.75, 0.25},
		{formula(2, 2, 0.5, 0.5, 0), 0.5, 0.5625},
		{formula(3, 2, 1, 0, 0.5, 0.5), 0.25, 0.125},
		{formula(3, 2, 1, 0, 0.5, 0.5), 0.75, 0.5625},
		{formula(4, 2, 1, 0, 0.5, 0.5, 0.1, 0.05), 0.25, 0.175},
		{formula(4, 2, 1, 0, 0.5, 0.5, 0.1, 0.05), 0.75, 0.6625},
		{append([]byte("curv"), make([]byte, 8)...), 0.3, 0.3},
		{gamma(2), 0.5, 0.25},
		{binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00"), 0x8000), 0.5, 0.25},
	} {
		c, err := parseCurve(tt.tag)
		if err != nil {
			t.Fatalf("%q: %v", tt.tag, err)
		}
		if y := c.at(tt.x); !(math.Abs(y-tt.y) < 1e-4) {
			t.Errorf("%q at %g is %g, want %g", tt.tag, tt.x, y, tt.y)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, data := range known() {
		f.Add(data)
	}
	f.Add(grayProfile("Lab ", gamma(2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if (p == nil) == (err == nil) {
			t.Fatalf("%v, %v", p, err)
		}
		if p == nil {
			return
		}
		tr := p.Transform(8)
		px := []byte{1, 130, 255, 9}
		tr.Row8(px, px)
		tr.Change([3]int{1, 130, 255}, [3]float32{-40, 1, 300})
		p.IsSRGB()
		p.ForGray()
	})
}

func BenchmarkRow8(b *testing.B) {
	p, _ := Parse(known()["Display P3"])
	tr, row := p.Transform(8), make([]byte, 4*4000)
	for i := range row {
		row[i] = byte(i * 7)
	}
	dst := make([]byte, len(row))
	b.SetBytes(int64(len(row)))
	for b.Loop() {
		tr.Row8(dst, row)
	}
}

func BenchmarkChange(b *testing.B) {
	p, _ := Parse(known()["Display P3"])
	tr := p.Transform(8)
	for b.Loop() {
		tr.Change([3]int{30, 160, 220}, [3]float32{5, -3, 8})
	}
}

func BenchmarkTransform(b *testing.B) {
	for b.Loop() {
		p, _ := Parse(known()["Display P3"])
		p.Transform(8)
	}
}
