package face

import (
	"math"
	"slices"

	"deltaedit/engine/internal/geometry"
)

// Mesh indices of places of bare skin in most faces.
var (
	browSkin  = []int{151, 9, 8, 168, 108, 337, 107, 336}                       // the forehead, and between the eyes
	cheekSkin = []int{50, 280, 205, 425, 36, 266, 5, 195}                       // the cheeks and the nose
	mouthSkin = []int{17, 18, 200, 199, 175, 83, 313, 164, 0, 13, 14, 57, 287}  // the lips and the chin
	eyeSkin   = []int{159, 145, 386, 374, 230, 450, 110, 339, 23, 253, 27, 257} // the eyes, and around them
)

const (
	coverSide = 96 // side of the aligned square that colours are taken from
	// coverColour is how much the colour of a covered part differs from that of the rest of
	// the face, in levels; see colourGap.
	coverColour = 48
	// coverClear is how much a part that is not covered may differ.
	coverClear = 40
)

// coverOf names what of a hidden face is covered, by the colours of its parts: DoubtMouth
// or DoubtEyes, or DoubtHidden when they do not tell. A face of which a part lies beyond
// the photo keeps DoubtHidden.
func (s *search) coverOf(f *Face) Doubt {
	e := f.extent()
	if e.Intersection(geometry.R(0, 0, float64(s.size.X), float64(s.size.Y))).Area() < 0.95*e.Area() {
		return DoubtHidden
	}
	al := Align(*f)
	img := s.src.crop(al, coverSide)
	to, ok := al.Square(coverSide).Inverse()
	if !ok {
		return DoubtHidden
	}
	colour := func(places []int) [3]float64 {
		var values [3][]float64
		for _, i := range places {
			p := to.Apply(f.Points[i])
			for y := int(p.Y) - 1; y <= int(p.Y)+1; y++ {
				for x := int(p.X) - 1; x <= int(p.X)+1; x++ {
					q := img.Pix[img.PixOffset(min(max(x, 0), coverSide-1), min(max(y, 0), coverSide-1)):]
					for k := range values {
						values[k] = append(values[k], float64(q[k]))
					}
				}
			}
		}
		var c [3]float64
		for k, v := range values {
			slices.Sort(v)
			c[k] = v[len(v)/2]
		}
		return c
	}
	brow, cheek, mouth, eyes := colour(browSkin), colour(cheekSkin), colour(mouthSkin), colour(eyeSkin)
	switch {
	case colourGap(mouth, brow) > coverColour && colourGap(eyes, brow) < coverClear:
		return DoubtMouth
	case colourGap(eyes, cheek) > coverColour && colourGap(mouth, cheek) < coverClear:
		return DoubtEyes
	}
	return DoubtHidden
}

// colourGap returns how much two colours differ, in levels: in hue and saturation in full,
// and in lightness, which shadows change as well, by a third.
func colourGap(a, b [3]float64) float64 {
	la, lb := 0.299*a[0]+0.587*a[1]+0.114*a[2], 0.299*b[0]+0.587*b[1]+0.114*b[2]
	return math.Abs(a[0]-la-b[0]+lb) + math.Abs(a[2]-la-b[2]+lb) + math.Abs(la-lb)/3
}
