package warp

import (
	"encoding/binary"
	"image"
	"math"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/internal/resample"
)

// Channel is a value of a pixel.
type Channel interface{ uint8 | uint16 }

// Pixels is a picture of four channels, alpha last, that a Field bends in place.
type Pixels[C Channel] struct {
	// Read fills values with the pixels of row y from x on, and Write stores them.
	Read  func(values []C, x, y int)
	Write func(values []C, x, y int)
	// Bounds is the picture's rectangle.
	Bounds image.Rectangle
	// Straight is set when colours are not multiplied with alpha.
	Straight bool
}

// nothing is the way, in pixels, that is too short to be seen.
const nothing = 1.0 / 32

// Footprint returns the pixels of a picture with the given bounds that the field may change.
// toSquare maps the picture's pixels to places in the aligned square.
func (f *Field) Footprint(toSquare geometry.Affine, bounds image.Rectangle) image.Rectangle {
	back, ok := toSquare.Inverse()
	if f == nil || !ok {
		return image.Rectangle{}
	}
	least := nothing * toSquare.Scale()
	var area image.Rectangle
	for j := range grid {
		for i := range grid {
			o := j*grid + i
			if max(abs(f.back.x[o]), abs(f.back.y[o])) >= float32(least)/2 {
				area = area.Union(image.Rect(i, j, i+1, j+1))
			}
		}
	}
	if area.Empty() {
		return area
	}
	at := func(i, j int) geometry.Point {
		return back.Apply(geometry.Pt(origin+float64(i)*extent/grid, origin+float64(j)*extent/grid))
	}
	area = area.Inset(-1)
	return geometry.Bounding([]geometry.Point{
		at(area.Min.X, area.Min.Y), at(area.Max.X, area.Min.Y), at(area.Min.X, area.Max.Y), at(area.Max.X, area.Max.Y),
	}).Pixels().Intersect(bounds)
}

// Bytes returns the pixels of a picture of 8 bits a channel. offset returns the index of a
// pixel in pix.
func Bytes(pix []uint8, offset func(x, y int) int, bounds image.Rectangle, straight bool) Pixels[uint8] {
	return Pixels[uint8]{
		Read:   func(values []uint8, x, y int) { copy(values, pix[offset(x, y):]) },
		Write:  func(values []uint8, x, y int) { copy(pix[offset(x, y):], values) },
		Bounds: bounds, Straight: straight,
	}
}

// Words returns the pixels of a picture of 16 bits a channel.
func Words(img *image.NRGBA64) Pixels[uint16] {
	return Pixels[uint16]{
		Read: func(values []uint16, x, y int) {
			from := img.Pix[img.PixOffset(x, y):]
			for i := range values {
				values[i] = binary.BigEndian.Uint16(from[2*i:])
			}
		},
		Write: func(values []uint16, x, y int) {
			to := img.Pix[img.PixOffset(x, y):]
			for i, v := range values {
				binary.BigEndian.PutUint16(to[2*i:], v)
			}
		},
		Bounds: img.Rect, Straight: true,
	}
}

// Push bends a picture in place: its pixels show what the field moves there. toSquare maps the
// picture's pixels to places in the aligned square. Colours are interpolated by cubics, or by
// lines when rough, which is for pictures of a moment. Beyond the picture's edge its last pixels
// go on. It uses several cores; nobody may use the picture meanwhile.
func Push[C Channel](f *Field, img Pixels[C], toSquare geometry.Affine, rough bool) {
	area := f.Footprint(toSquare, img.Bounds)
	if area.Empty() || img.Bounds.Dx() < 2 || img.Bounds.Dy() < 2 {
		return
	}
	back, _ := toSquare.Inverse()
	margin := int(math.Ceil(f.most*back.Scale())) + 3
	from := area.Inset(-margin).Intersect(img.Bounds)
	p := &pushing[C]{
		field: f, img: img, area: area, from: from, toSquare: toSquare,
		back: geometry.Affine{A: back.A, B: back.B, D: back.D, E: back.E}, rough: rough,
		src: make([]C, 4*from.Dx()*from.Dy()),
	}
	top := ^C(0)
	var clear [64]bool // by range of rows; more than there are
	rows := (from.Dy() + len(clear) - 1) / len(clear)
	parallel.Ranges(len(clear), 1, func(a, b int) {
		for k := a; k < b; k++ {
			for y := k * rows; y < min((k+1)*rows, from.Dy()); y++ {
				row := p.src[4*y*from.Dx() : 4*(y+1)*from.Dx()]
				img.Read(row, from.Min.X, from.Min.Y+y)
				for i := 3; i < len(row) && !clear[k]; i += 4 {
					clear[k] = row[i] != top
				}
			}
		}
	})
	for _, c := range clear {
		p.clear = p.clear || c
	}
	parallel.Ranges(area.Dy(), 8, p.rows)
}

// pushing is one call of Push.
type pushing[C Channel] struct {
	field          *Field
	img            Pixels[C]
	area, from     image.Rectangle // what is filled, and what src is a copy of
	toSquare, back geometry.Affine // back maps ways to pixels
	rough          bool
	clear          bool // some pixel is not opaque
	src            []C
}

func (p *pushing[C]) rows(from, to int) {
	var ways [rowPart]way
	var values [4 * rowPart]C
	step := geometry.Pt(p.toSquare.A, p.toSquare.D)
	for y := p.area.Min.Y + from; y < p.area.Min.Y+to; y++ {
		for x0 := p.area.Min.X; x0 < p.area.Max.X; x0 += rowPart {
			part := ways[:min(rowPart, p.area.Max.X-x0)]
			p.field.back.row(part, p.toSquare.Apply(geometry.Pt(float64(x0)+0.5, float64(y)+0.5)), step)
			out := values[:4*len(part)]
			copy(out, p.src[4*((y-p.from.Min.Y)*p.from.Dx()+x0-p.from.Min.X):])
			for k, w := range part {
				dx := float32(p.back.A)*w.x + float32(p.back.B)*w.y
				dy := float32(p.back.D)*w.x + float32(p.back.E)*w.y
				if max(abs(dx), abs(dy)) < nothing {
					continue
				}
				pixel := p.fine
				if p.rough && !p.clear {
					pixel = p.quick
				}
				pixel(out[4*k:4*k+4:4*k+4], float32(x0+k-p.from.Min.X)+dx, float32(y-p.from.Min.Y)+dy)
			}
			p.img.Write(out, x0, y)
		}
	}
}

// within bounds a position of src so that the pixel after it exists, too. It returns the pixel
// before it and what is left.
func (p *pushing[C]) within(u, v float32) (i, j int, s, t float32) {
	u, v = min(max(u, 0), float32(p.from.Dx()-1)), min(max(v, 0), float32(p.from.Dy()-1))
	i, j = min(int(u), p.from.Dx()-2), min(int(v), p.from.Dy()-2)
	return i, j, u - float32(i), v - float32(j)
}

// quick fills an opaque pixel with what is at a position of src, between the nearest four.
func (p *pushing[C]) quick(out []C, u, v float32) {
	const one = 1 << 8
	i, j, s, t := p.within(u, v)
	fx, fy := int(s*one), int(t*one)
	w := 4 * p.from.Dx()
	o := j*w + 4*i
	a, b := p.src[o:o+7:o+7], p.src[o+w:o+w+7:o+w+7]
	for k := range 3 {
		upper := int(a[k])*(one-fx) + int(a[k+4])*fx
		lower := int(b[k])*(one-fx) + int(b[k+4])*fx
		out[k] = C((upper*(one-fy) + lower*fy + one*one/2) >> 16)
	}
}

// fine fills a pixel with what is at a position of src, by cubics, or by lines when rough.
func (p *pushing[C]) fine(out []C, u, v float32) {
	w, h := p.from.Dx(), p.from.Dy()
	i, j, s, t := p.within(u, v)
	wx, wy := resample.Cubic(s), resample.Cubic(t)
	if p.rough {
		wx, wy = [4]float32{0, 1 - s, s, 0}, [4]float32{0, 1 - t, t, 0}
	}
	var sum [4]float32
	if !p.clear && i > 0 && j > 0 && i < w-2 && j < h-2 {
		o := 4 * ((j-1)*w + i - 1)
		for _, g := range wy {
			q := p.src[o : o+16 : o+16]
			sum[0] += g * (wx[0]*float32(q[0]) + wx[1]*float32(q[4]) + wx[2]*float32(q[8]) + wx[3]*float32(q[12]))
			sum[1] += g * (wx[0]*float32(q[1]) + wx[1]*float32(q[5]) + wx[2]*float32(q[9]) + wx[3]*float32(q[13]))
			sum[2] += g * (wx[0]*float32(q[2]) + wx[1]*float32(q[6]) + wx[2]*float32(q[10]) + wx[3]*float32(q[14]))
			o += 4 * w
		}
	} else {
		sum = p.careful(i, j, wx, wy)
	}
	top := float32(^C(0))
	if p.clear {
		out[3] = C(min(max(sum[3], 0), top) + 0.5)
		if !p.img.Straight {
			top = float32(out[3])
		}
	}
	for k, v := range sum[:3] {
		out[k] = C(min(max(v, 0), top) + 0.5)
	}
}

// careful returns the weighted mean of 4 × 4 pixels around one, of which some may lie beyond the
// edge of src or not be opaque. Straight colours count by their alpha.
func (p *pushing[C]) careful(i, j int, wx, wy [4]float32) (sum [4]float32) {
	w, h := p.from.Dx(), p.from.Dy()
	straight := p.clear && p.img.Straight
	for l, gy := range wy {
		row := p.src[4*w*min(max(j-1+l, 0), h-1):]
		for k, gx := range wx {
			c := 4 * min(max(i-1+k, 0), w-1)
			q := row[c : c+4 : c+4]
			g, a := gy*gx, gy*gx*float32(q[3])
			if straight {
				g = a
			}
			sum[0] += g * float32(q[0])
			sum[1] += g * float32(q[1])
			sum[2] += g * float32(q[2])
			sum[3] += a
		}
	}
	if straight && sum[3] > 0 {
		sum[0], sum[1], sum[2] = sum[0]/sum[3], sum[1]/sum[3], sum[2]/sum[3]
	}
	return sum
}

func abs(v float32) float32 { return max(v, -v) }
