package face

import (
	"image"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/resample"
)

// Alignment places the upright unit square in the photo: (u, v) in [0, 1]² is
// at Origin + u·U + v·V in photo coordinates; u runs to the right of the face's
// picture and v down. It is a value; copies are independent.
type Alignment struct{ Origin, U, V Point }

// Align returns the alignment that FFHQ's authors gave their photographs: the
// square turns with the eyes and the mouth, and its size follows the larger of
// twice the distance of the eyes and 1.8 times the distance from eyes to mouth.
// (Karras et al., "A Style-Based Generator Architecture for GANs", appendix on
// the FFHQ data set.)
func Align(f Face) Alignment {
	eyes := [2]Point{f.mean(leftEye[:]), f.mean(rightEye[:])}
	return alignEyesMouth(eyes[0], eyes[1], f.mouth())
}

func alignEyesMouth(left, right, mouth Point) Alignment {
	eye := left.Add(right).Mul(0.5)
	across := right.Sub(left)
	down := mouth.Sub(eye)
	x := across.Sub(down.Rot90())
	if n := x.Norm(); n > 0 {
		x = x.Mul(max(2*across.Norm(), 1.8*down.Norm()) / n)
	}
	y := x.Rot90()
	c := eye.Add(down.Mul(0.1))
	return Alignment{Origin: c.Sub(x).Sub(y), U: x.Mul(2), V: y.Mul(2)}
}

// Whole is the alignment that covers a whole picture of the given size.
func Whole(size image.Point) Alignment {
	return Alignment{U: Point{X: float64(size.X)}, V: Point{Y: float64(size.Y)}}
}

// Side returns the length of the square's edge in photo pixels.
func (a Alignment) Side() float64 { return a.Square(1).Scale() }

// Bounds returns the smallest pixel rectangle that encloses the square. It may
// reach beyond the photo.
func (a Alignment) Bounds() image.Rectangle {
	u, v := a.Origin.Add(a.U), a.Origin.Add(a.V)
	return geometry.Bounding([]Point{a.Origin, u, v, u.Add(a.V)}).Pixels()
}

// Square maps the pixels of an aligned square picture to photo coordinates.
func (a Alignment) Square(side int) geometry.Affine {
	s := 1 / float64(side)
	return geometry.Affine{A: a.U.X * s, B: a.V.X * s, C: a.Origin.X, D: a.U.Y * s, E: a.V.Y * s, F: a.Origin.Y}
}

// Crop cuts the aligned square out of the photo as a new side × side picture,
// opaque (a transparent photo is laid over white). Beyond the photo's edge its
// mirror image is shown, as FFHQ does. When the square is larger in the photo
// than side, the photo is averaged over the area of each pixel; otherwise it is
// interpolated by cubics. Any goroutine may call it; img is only read.
func (a Alignment) Crop(img *image.NRGBA, side int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	resample.Warp(dst, img, a.Square(side))
	return dst
}

// Margin is how far the square of [Alignment.Around] reaches beyond the aligned
// square on each side, as a share of its side.
const Margin = 0.25

// Around returns the alignment of a larger square with the same centre, which shows
// the hair around the aligned square, too. See [Margin].
func (a Alignment) Around() Alignment {
	const k = 1 + 2*Margin
	return Alignment{
		Origin: a.Origin.Sub(a.U.Add(a.V).Mul(Margin)),
		U:      a.U.Mul(k), V: a.V.Mul(k),
	}
}
