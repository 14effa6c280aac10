// Package partcolour corrects the parts of a portrait by the colours of its photo. The parser
// knows faces, but what surrounds one differs more from photo to photo than in its training
// pictures: it takes light strands for a hat, and long hair for clothes. In one photo, hair
// has much the same colour everywhere, so the colours that are surely hair tell the rest.
package partcolour

import (
	"image"
	"math"

	"deltaedit/engine/face"
)

// The parts among which colours decide: others keep their shares. The background takes part
// where a matte tells it from the person.
var among = [...]face.Part{face.Background, face.Hair, face.Hat, face.Clothes, face.InFront}

// Cells of the histogram: L*, a*, b* of CIE L*a*b*, and the place from the top and from the
// left. Clothes may have the colour of hair, but are elsewhere.
var cells = [...]int{8, 12, 12, 6, 3}

const (
	rounds     = 2    // times that the histogram is made
	ab         = 60   // largest a* and b* that have a cell of their own, and smallest: −ab
	leastCount = 0.02 // added to each cell, so that an empty one decides nothing
	doubt      = 0.15 // smallest factor that the matte gives the shares that it speaks against
)

// Correct changes the shares of hair, hats, clothes and what is in front of a face, and with
// a matte of the person those of the background; together they stay what they are in each
// pixel. A part gains where the photo has a colour that elsewhere nearby is mostly that part.
// aligned is the picture in which parts were found, of any side; person is its matte, and hair
// says where there may be hair, the zero value for none.
//
// With p the parser's shares, smoothed a little and multiplied by what the matte says, and n the counts of the colour and the place
// of a pixel, weighted by the squares of the shares found so far, the new share of part k is
// proportional to p_k · n_k / Σ n_j.
func Correct(parts face.Parts, aligned *image.RGBA, person, hair face.Matte) {
	if parts.Empty() {
		return
	}
	side := parts.Of(face.Hair).Side
	at := places(aligned, side)
	size := 1
	for _, n := range cells {
		size *= n
	}
	some := among[:]
	if person.Side == 0 {
		some = among[1:]
	}
	prior, counts := make([][]float32, len(some)), make([][]float32, len(some))
	for k, part := range some {
		prior[k] = smoothed(parts.Of(part).Alpha, side)
		if person.Side != 0 {
			weigh(prior[k], side, person, part == face.Background)
		}
		if hair.Side != 0 && part == face.Hair {
			weigh(prior[k], side, hair, false)
		}
		counts[k] = make([]float32, size)
	}
	spare := make([]float32, size)
	for range rounds {
		for k, part := range some {
			clear(counts[k])
			for i, v := range parts.Of(part).Alpha {
				counts[k][at[i]] += v * v
			}
			counts[k], spare = spread(counts[k], spare)
		}
		divide(parts, some, prior, counts, at)
	}
}

// weigh multiplies a map of shares by how much a matte speaks for a part, or against it.
func weigh(prior []float32, side int, matte face.Matte, against bool) {
	for i := range prior {
		x, y := (2*(i%side)+1)*matte.Side/(2*side), (2*(i/side)+1)*matte.Side/(2*side)
		a := matte.Alpha[y*matte.Side+x]
		if against {
			a = 1 - a
		}
		prior[i] *= max(a, doubt)
	}
}

// divide divides the sum of some parts in each pixel anew.
func divide(parts face.Parts, some []face.Part, prior, counts [][]float32, at []int) {
	share := make([][]float32, len(some))
	for k, part := range some {
		share[k] = parts.Of(part).Alpha
	}
	weight := make([]float32, len(some))
	for i, cell := range at {
		var whole, sum float32
		for k := range some {
			whole += share[k][i]
			weight[k] = prior[k][i] * (counts[k][cell] + leastCount)
			sum += weight[k]
		}
		if sum < 1e-9 {
			continue
		}
		for k, w := range weight {
			share[k][i] = whole * w / sum
		}
	}
}

// places returns the cell of the histogram for each of side × side pixels of a picture.
func places(picture *image.RGBA, side int) []int {
	at := make([]int, side*side)
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	for y := range side {
		for x := range side {
			var r, g, b, n int
			for py := y * h / side; py < max((y+1)*h/side, y*h/side+1); py++ {
				for px := x * w / side; px < max((x+1)*w/side, x*w/side+1); px++ {
					p := picture.Pix[py*picture.Stride+4*px:][:3]
					r, g, b, n = r+int(p[0]), g+int(p[1]), b+int(p[2]), n+1
				}
			}
			scale := 1 / float64(255*n)
			l, a, bb := lab(float64(r)*scale, float64(g)*scale, float64(b)*scale)
			coordinates := [...]float64{
				l / 100, (a + ab) / (2 * ab), (bb + ab) / (2 * ab),
				float64(y) / float64(side), float64(x) / float64(side),
			}
			cell := 0
			for i, v := range coordinates {
				cell = cell*cells[i] + min(max(int(v*float64(cells[i])), 0), cells[i]-1)
			}
			at[y*side+x] = cell
		}
	}
	return at
}

// spread smooths counts along each coordinate by the weights ¼, ½, ¼; at the border the
// nearest value counts. It returns the result and memory for the next call.
func spread(counts, spare []float32) (result, memory []float32) {
	step := len(counts)
	for _, n := range cells {
		step /= n
		for i, v := range counts {
			j := i / step % n
			before, after := v, v
			if j > 0 {
				before = counts[i-step]
			}
			if j < n-1 {
				after = counts[i+step]
			}
			spare[i] = v/2 + (before+after)/4
		}
		counts, spare = spare, counts
	}
	return counts, spare
}

// smoothed returns a map smoothed by the weights ¼, ½, ¼ along rows and columns.
func smoothed(m []float32, side int) []float32 {
	rows, out := make([]float32, len(m)), make([]float32, len(m))
	for i, v := range m {
		x := i % side
		rows[i] = v/2 + (m[i-min(x, 1)]+m[i+min(side-1-x, 1)])/4
	}
	for i, v := range rows {
		y := i / side
		out[i] = v/2 + (rows[i-side*min(y, 1)]+rows[i+side*min(side-1-y, 1)])/4
	}
	return out
}

// lab converts sRGB in [0, 1] to CIE L*a*b* for the white point D65.
func lab(r, g, b float64) (l, a, bb float64) {
	r, g, b = linear(r), linear(g), linear(b)
	x := bent((0.4124*r + 0.3576*g + 0.1805*b) / 0.9505)
	y := bent(0.2126*r + 0.7152*g + 0.0722*b)
	z := bent((0.0193*r + 0.1192*g + 0.9505*b) / 1.089)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

func linear(v float64) float64 {
	if v > 0.04045 {
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return v / 12.92
}

func bent(v float64) float64 {
	if v > 0.008856 {
		return math.Cbrt(v)
	}
	return 7.787*v + 16.0/116
}
