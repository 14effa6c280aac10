package compose

import "image"

// toneCurve is the colour of each level of luma in a toned print: the differences of red,
// green and blue to the luma.
type toneCurve [256][3]float32

const (
	curveStep  = 4 // levels of luma to one mean of the curve
	leastOfBin = 6 // pixels that a mean needs

	// Shares of pixels that may deviate from the curve. JPEG keeps colours for every second
	// pixel only, so that many deviate a little at edges.
	straysOfPixels = 0.01
	straysOfMeans  = 0.005

	// Pixels may deviate from the curve by colourless, or by this share of the mean colour
	// of the print, up to mostDeviation: in small JPEGs the colours of neighbours run into
	// each other, the more so the stronger they are.
	deviation     = 0.5
	mostDeviation = 2 * colourless
)

// newToneCurve returns the curve that the colours of a picture lie on, nil when they do
// not lie on one, in its pixels or in the means of a few. As in grey photos (see
// monochrome) some may deviate, after a gain of contrast.
func newToneCurve(img *image.RGBA, contrast float32) *toneCurve {
	if c := curveThrough(img, contrast, straysOfPixels); c != nil {
		return c
	}
	return curveThrough(reduced(img), contrast, straysOfMeans)
}

// curveThrough returns the curve of the colours of a picture, nil when more than a share of
// the pixels deviates from it.
func curveThrough(img *image.RGBA, contrast float32, share float64) *toneCurve {
	c := fitToneCurve(img)
	size := img.Rect.Size()
	within := min(max(deviation*contrast*c.meanColour(img), colourless), mostDeviation)
	left := int(share * float64(size.X*size.Y))
	for y := range size.Y {
		row := img.Pix[y*img.Stride:][:4*size.X]
		for ; len(row) >= 4; row = row[4:] {
			l := lumaOf(row)
			want := c.at(l)
			var off float32
			for k := range 3 {
				off = max(off, abs32(float32(row[k])-l-want[k]))
			}
			if contrast*off > within {
				if left--; left < 0 {
					return nil
				}
			}
		}
	}
	return c
}

// meanColour returns the mean over the pixels of a picture of the colour that the curve
// has at their luma: of its largest difference to the luma.
func (c *toneCurve) meanColour(img *image.RGBA) float32 {
	var levels [256]int
	size := img.Rect.Size()
	for y := range size.Y {
		row := img.Pix[y*img.Stride:][:4*size.X]
		for ; len(row) >= 4; row = row[4:] {
			levels[int(lumaOf(row))]++
		}
	}
	var sum float64
	for l, n := range levels {
		colour := c[l]
		sum += float64(n) * float64(max(abs32(colour[0]), abs32(colour[1]), abs32(colour[2])))
	}
	return float32(sum / float64(max(size.X*size.Y, 1)))
}

// reduced returns a picture of the means of 4 × 4 pixels. JPEG keeps colours for every second
// pixel only, which shows at edges.
func reduced(img *image.RGBA) *image.RGBA {
	const n = 4
	out := image.NewRGBA(image.Rect(0, 0, img.Rect.Dx()/n, img.Rect.Dy()/n))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			for k := range 4 {
				var s int
				for i := range n * n {
					s += int(img.Pix[(n*y+i/n)*img.Stride+4*(n*x+i%n)+k])
				}
				out.Pix[y*out.Stride+4*x+k] = byte((s + n*n/2) / (n * n))
			}
		}
	}
	return out
}

// fitToneCurve returns the curve of the mean colours: between the means it is linear,
// beyond them constant.
func fitToneCurve(img *image.RGBA) *toneCurve {
	type sum struct{ n, luma, r, g, b float32 }
	var bins [256 / curveStep]sum
	size := img.Rect.Size()
	for y := range size.Y {
		row := img.Pix[y*img.Stride:][:4*size.X]
		for ; len(row) >= 4; row = row[4:] {
			l := lumaOf(row)
			s := &bins[int(l)/curveStep]
			s.n++
			s.luma += l
			s.r += float32(row[0]) - l
			s.g += float32(row[1]) - l
			s.b += float32(row[2]) - l
		}
	}
	type point struct {
		luma   float32
		colour [3]float32
	}
	var points []point
	var s sum
	for _, b := range bins { // bins of few pixels are joined to the next
		s.n, s.luma, s.r, s.g, s.b = s.n+b.n, s.luma+b.luma, s.r+b.r, s.g+b.g, s.b+b.b
		if s.n >= leastOfBin {
			points = append(points, point{s.luma / s.n, [3]float32{s.r / s.n, s.g / s.n, s.b / s.n}})
			s = sum{}
		}
	}
	c := new(toneCurve)
	if len(points) == 0 {
		return c
	}
	k := 0
	for i := range c {
		for k+1 < len(points) && points[k+1].luma <= float32(i) {
			k++
		}
		p, q := points[k], points[min(k+1, len(points)-1)]
		var t float32
		if q.luma > p.luma {
			t = min(max((float32(i)-p.luma)/(q.luma-p.luma), 0), 1)
		}
		for j := range 3 {
			c[i][j] = p.colour[j] + t*(q.colour[j]-p.colour[j])
		}
	}
	return c
}

// at returns the colour of a level of luma.
func (c *toneCurve) at(luma float32) (colour [3]float32) {
	luma = min(max(luma, 0), 255)
	i := min(int(luma), 254)
	t := luma - float32(i)
	for k := range colour {
		colour[k] = c[i][k] + t*(c[i+1][k]-c[i][k])
	}
	return colour
}
