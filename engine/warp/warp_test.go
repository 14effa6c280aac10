package warp

import (
	"bytes"
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
)

const turned = 36 // points of a round outline

// ring is a round outline.
func ring(x, y, radius float64) []geometry.Point {
	points := make([]geometry.Point, turned)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / turned)
		points[i] = geometry.Pt(x+radius*cos, y+radius*sin)
	}
	return points
}

// far is an endless picture.
func far(geometry.Point) float64 { return 1 }

// smaller is the field of a face that becomes smaller and moves up a little.
func smaller() *Field { return NewAnchor(ring(0.5, 0.55, 0.3), far).Field(ring(0.5, 0.53, 0.27)) }

func TestMarginIsTheSquareAround(t *testing.T) {
	if margin != face.Margin {
		t.Errorf("margin %v, want %v", margin, face.Margin)
	}
}

func TestFieldFollowsTheOutline(t *testing.T) {
	before, after := ring(0.5, 0.55, 0.3), ring(0.5, 0.53, 0.27)
	f := NewAnchor(before, far).Field(after)
	for i, p := range before {
		want := after[i].Sub(p)
		x, y := f.ahead.at(p.X, p.Y)
		if d := geometry.Pt(x, y).Sub(want).Norm(); d > 0.004 {
			t.Errorf("point %d goes (%.4f, %.4f), want (%.4f, %.4f)", i, x, y, want.X, want.Y)
		}
	}
	if m := f.Most(); m < 0.049 || m > 0.06 {
		t.Errorf("the longest way is %v, want about 0.05, that of the lowest point", m)
	}
	for _, p := range []geometry.Point{{X: origin, Y: 0.5}, {X: 0.5, Y: origin + extent}, {X: -3, Y: 0.5}, {X: math.NaN(), Y: 0}} {
		if x, y := f.ahead.at(p.X, p.Y); math.Hypot(x, y) > 1e-4 {
			t.Errorf("(%v, %v) moves at %v", x, y, p)
		}
	}
}

func TestInverse(t *testing.T) {
	f := smaller()
	for y := -0.2; y < 1.2; y += 0.07 {
		for x := -0.2; x < 1.2; x += 0.07 {
			dx, dy := f.ahead.at(x, y)
			bx, by := f.back.at(x+dx, y+dy)
			if math.Hypot(dx+bx, dy+by) > 5e-4 {
				t.Fatalf("(%v, %v) goes (%v, %v) and comes back (%v, %v)", x, y, dx, dy, bx, by)
			}
		}
	}
}

func TestNothingBends(t *testing.T) {
	before := ring(0.5, 0.5, 0.3)
	lost := ring(0.5, 0.5, 0.3)
	lost[7].X = math.NaN()
	for name, to := range map[string][]geometry.Point{
		"the same":         before,
		"hardly moved":     ring(0.5, 0.5, 0.3+0.5/256),
		"lost":             lost,
		"another face":     ring(0.5, 0.5, 0.56),
		"one point astray": append(append([]geometry.Point{}, before[1:]...), geometry.Pt(0, 0)),
	} {
		if f := NewAnchor(before, far).Field(to); f != nil {
			t.Errorf("%s: bends by %v", name, f.Most())
		}
	}
	var none *Field
	planar := []float32{1, 2, 3}
	if got := none.Pull(nil, planar, 1); &got[0] != &planar[0] || none.Most() != 0 {
		t.Error("no field bends a picture")
	}
}

// What moves far is bent less than it asks for, without a jump.
func TestFieldIsLimited(t *testing.T) {
	a, last := NewAnchor(ring(0.5, 0.5, 0.3), far), 0.0
	for by := 0.01; by < 0.24; by += 0.01 {
		m := a.Field(ring(0.5, 0.5, 0.3-by)).Most()
		if m <= last || m-last > 0.015 || m > 0.12 {
			t.Errorf("outlines that move by %.2f are bent by %.3f, a little less far by %.3f", by, m, last)
		}
		last = m
	}
}

// The field grows from nothing: a slider that begins to move does not make the photo jump.
func TestFieldBeginsSmoothly(t *testing.T) {
	a, last := NewAnchor(ring(0.5, 0.5, 0.3), far), 0.0
	for by := 0.0; by < 4; by += 0.125 {
		m := a.Field(ring(0.5, 0.5, 0.3+by/256)).Most()
		if m < last || m-last > 0.5/256 {
			t.Errorf("at %v pixels of 256 it bends by %v, before by %v", by, 256*m, 256*last)
		}
		last = m
	}
}

// Nothing comes in over the edge of the picture.
func TestRoom(t *testing.T) {
	edge := 0.8 // the picture ends below the face's middle
	f := NewAnchor(ring(0.5, 0.5, 0.28), func(p geometry.Point) float64 { return edge - p.Y }).Field(ring(0.5, 0.46, 0.28))
	for x := 0.0; x <= 1; x += 0.1 {
		if dx, dy := f.ahead.at(x, edge+0.01); dx != 0 || dy != 0 {
			t.Errorf("(%v, %v) at (%v, %v)", dx, dy, x, edge+0.01)
		}
		if _, dy := f.back.at(x, edge-0.02); edge-0.02+dy > edge {
			t.Errorf("at %v the picture shows what is beyond its edge", x)
		}
	}
	if _, dy := f.ahead.at(0.5, 0.3); dy > -0.03 {
		t.Errorf("the face moves by %v, want -0.04", dy)
	}
}

// stripes is a smooth picture: planar in [-1, 1].
func stripes(side int) []float32 {
	out := make([]float32, 3*side*side)
	for i := range out {
		x, y := float64(i%side)/float64(side), float64(i/side%side)/float64(side)
		out[i] = float32(0.8 * math.Sin(9*x+float64(i/side/side)) * math.Cos(7*y))
	}
	return out
}

func bytesOf(planar []float32, side int, deep bool) (img *image.NRGBA, img16 *image.NRGBA64) {
	img, img16 = image.NewNRGBA(image.Rect(0, 0, side, side)), image.NewNRGBA64(image.Rect(0, 0, side, side))
	n := side * side
	for i := range n {
		for k := range 3 {
			v := byte((planar[k*n+i]+1)*127.5 + 0.5)
			img.Pix[4*i+k] = v
			img16.Pix[8*i+2*k], img16.Pix[8*i+2*k+1] = v, v
		}
		img.Pix[4*i+3] = 255
		img16.Pix[8*i+6], img16.Pix[8*i+7] = 255, 255
	}
	return img, img16
}

// A picture that is pulled and then pushed is itself.
func TestPullAndPush(t *testing.T) {
	const side = 256
	f, picture := smaller(), stripes(side)
	pulled := f.Pull(make([]float32, 5), picture, side)
	toSquare := geometry.Scaling(1.0/side, 1.0/side)
	want, _ := bytesOf(picture, side, false)
	for _, rough := range []bool{false, true} {
		img, deep := bytesOf(pulled, side, false)
		if bytes.Equal(img.Pix, want.Pix) {
			t.Fatal("Pull does nothing")
		}
		Push(f, Bytes(img.Pix, img.PixOffset, img.Rect, true), toSquare, rough)
		Push(f, Words(deep), toSquare, rough)
		for y := 8; y < side-8; y++ { // nearer to the edge it comes from outside
			for x := 8; x < side-8; x++ {
				for k := range 4 {
					o := img.PixOffset(x, y) + k
					if d := int(img.Pix[o]) - int(want.Pix[o]); d < -3 || d > 3 {
						t.Fatalf("rough %v: (%d, %d) is %d, want %d", rough, x, y, img.Pix[o], want.Pix[o])
					}
					v := int(deep.Pix[2*o])<<8 | int(deep.Pix[2*o+1])
					if d := v - 257*int(img.Pix[o]); d < -200 || d > 200 {
						t.Fatalf("rough %v: (%d, %d) is %d with 16 bits, %d with 8", rough, x, y, v, img.Pix[o])
					}
				}
			}
		}
	}
}

// What the photo shows at a place goes where the field says, in a turned and scaled square too.
func TestPushMoves(t *testing.T) {
	const side = 300
	at := geometry.Affine{A: 120, B: -80, C: 130, D: 80, E: 120, F: 40} // from the square to pixels
	toSquare, _ := at.Inverse()
	f, p := smaller(), geometry.Pt(0.5, 0.85)
	dx, dy := f.ahead.at(p.X, p.Y)
	from, to := at.Apply(p), at.Apply(p.Add(geometry.Pt(dx, dy)))
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			d := geometry.Pt(float64(x)+0.5, float64(y)+0.5).Sub(from).Norm()
			o := img.PixOffset(x, y)
			img.Pix[o], img.Pix[o+3] = byte(255*math.Exp(-d*d/8)), 255
		}
	}
	untouched := bytes.Clone(img.Pix)
	area := f.Footprint(toSquare, img.Rect)
	Push(f, Bytes(img.Pix, img.PixOffset, img.Rect, true), toSquare, false)
	var sum, sx, sy float64
	for y := range side {
		for x := range side {
			o := img.PixOffset(x, y)
			v := float64(img.Pix[o])
			sum, sx, sy = sum+v, sx+v*(float64(x)+0.5), sy+v*(float64(y)+0.5)
			if !image.Pt(x, y).In(area) && !bytes.Equal(img.Pix[o:o+4], untouched[o:o+4]) {
				t.Fatalf("(%d, %d) changes outside of %v", x, y, area)
			}
		}
	}
	if got := geometry.Pt(sx/sum, sy/sum); got.Sub(to).Norm() > 0.25 || from.Sub(to).Norm() < 5 {
		t.Errorf("what was at %v is at %v, want %v", from, got, to)
	}
}

// Colours of transparent pixels are not mixed in, and premultiplied ones stay below alpha.
func TestPushAlpha(t *testing.T) {
	const side = 128
	toSquare := geometry.Scaling(1.0/side, 1.0/side)
	for _, straight := range []bool{true, false} {
		img := image.NewNRGBA(image.Rect(0, 0, side, side))
		for i := range side * side {
			if i/side < side*3/4 { // red above, and nothing below, of another colour
				copy(img.Pix[4*i:], []byte{200, 0, 0, 255})
			} else if straight {
				copy(img.Pix[4*i:], []byte{0, 255, 0, 0})
			}
		}
		Push(smaller(), Bytes(img.Pix, img.PixOffset, img.Rect, straight), toSquare, false)
		moved := 0
		for i := range side * side {
			p := img.Pix[4*i : 4*i+4]
			switch {
			case straight && p[3] > 0 && (p[0] != 200 || p[1] != 0):
				t.Fatalf("%v at %d: another colour is mixed in", p, i)
			case !straight && (p[0] > p[3] || p[1] > 0):
				t.Fatalf("%v at %d is no premultiplied red", p, i)
			}
			if i/side < side*3/4 && p[3] == 0 {
				moved++
			}
		}
		if moved == 0 {
			t.Error("alpha does not move")
		}
	}
}

// A mask limits a field: outside of it no pixel changes, and well inside it is the whole.
func TestMasks(t *testing.T) {
	whole := smaller()
	upper := func(row []float32, _, _, y float64) {
		for i := range row {
			row[i] = 0
			if y < 0.55 {
				row[i] = 1
			}
		}
	}
	f := Add(nil, whole, nil, upper)
	const side = 200
	img, _ := bytesOf(stripes(side), side, false)
	before := bytes.Clone(img.Pix)
	Push(f, Bytes(img.Pix, img.PixOffset, img.Rect, true), geometry.Scaling(1.0/side, 1.0/side), false)
	if rest := img.PixOffset(0, side*56/100); !bytes.Equal(img.Pix[rest:], before[rest:]) {
		t.Error("pixels outside of the mask change")
	}
	if bytes.Equal(img.Pix, before) {
		t.Error("nothing changes")
	}
	ax, ay := whole.ahead.at(0.5, 0.12)
	if bx, by := f.ahead.at(0.5, 0.12); math.Hypot(ax-bx, ay-by) > 0.1*math.Hypot(ax, ay) {
		t.Errorf("inside of the mask (%v, %v), want (%v, %v)", bx, by, ax, ay)
	}
	if Add(whole, nil, nil, upper) != whole || Add(whole, whole, whole, upper) != whole {
		t.Error("what does not differ is computed")
	}
	back := Add(whole, nil, whole, func(row []float32, _, _, _ float64) {
		for i := range row {
			row[i] = 1
		}
	})
	if back.Most() > 1e-6 {
		t.Errorf("a mask over everything leaves %v of what another edit bends", back.Most())
	}
}

func BenchmarkField(b *testing.B) {
	a, to := NewAnchor(ring(0.5, 0.55, 0.3), far), ring(0.5, 0.53, 0.27)
	for b.Loop() {
		a.Field(to)
	}
}

func BenchmarkPush(b *testing.B) {
	const side = 800
	f := smaller()
	img, _ := bytesOf(stripes(side), side, false)
	for name, rough := range map[string]bool{"rough": true, "fine": false} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Push(f, Bytes(img.Pix, img.PixOffset, img.Rect, true), geometry.Scaling(1.0/side, 1.0/side), rough)
			}
		})
	}
}

func BenchmarkPull(b *testing.B) {
	f := smaller()
	for _, side := range []int{256, 1024} {
		planar, dst := stripes(side), make([]float32, 3*side*side)
		b.Run(map[int]string{256: "256", 1024: "1024"}[side], func(b *testing.B) {
			for b.Loop() {
				f.Pull(dst, planar, side)
			}
		})
	}
}
