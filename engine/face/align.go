package face

import (
	"image"
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
	eye := left.add(right).mul(0.5)
	across := right.sub(left)
	down := mouth.sub(eye)
	x := across.sub(down.rot90())
	if n := x.norm(); n > 0 {
		x = x.mul(max(2*across.norm(), 1.8*down.norm()) / n)
	}
	y := x.rot90()
	c := eye.add(down.mul(0.1))
	return Alignment{Origin: c.sub(x).sub(y), U: x.mul(2), V: y.mul(2)}
}

// Whole is the alignment that covers a whole picture of the given size.
func Whole(size image.Point) Alignment {
	return Alignment{U: Point{X: float64(size.X)}, V: Point{Y: float64(size.Y)}}
}

// Side returns the length of the square's edge in photo pixels.
func (a Alignment) Side() float64 { return a.square(1).scale() }

// Bounds returns the smallest pixel rectangle that encloses the square. It may
// reach beyond the photo.
func (a Alignment) Bounds() image.Rectangle {
	u, v := a.Origin.add(a.U), a.Origin.add(a.V)
	return bounding([]Point{a.Origin, u, v, u.add(a.V)}).pixels()
}

// square maps the pixels of an aligned square picture to photo coordinates.
func (a Alignment) square(side int) affine {
	s := 1 / float64(side)
	return affine{a.U.X * s, a.V.X * s, a.Origin.X, a.U.Y * s, a.V.Y * s, a.Origin.Y}
}

// Crop cuts the aligned square out of the photo as a new side × side picture,
// opaque (a transparent photo is laid over white). Beyond the photo's edge its
// mirror image is shown, as FFHQ does. When the square is larger in the photo
// than side, the photo is averaged over the area of each pixel; otherwise it is
// interpolated by cubics. Any goroutine may call it; img is only read.
func (a Alignment) Crop(img *image.NRGBA, side int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	warp(dst, img, a.square(side))
	return dst
}
