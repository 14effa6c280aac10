package recipe

import (
	"fmt"
	"image"
)

// MaxBoxes is the maximum number of boxes of a photo.
const MaxBoxes = 64

// Box is a box that a person has drawn around a face, in pixels of the upright photo: x and y
// of its upper left corner, width and height.
type Box [4]int

// BoxOf returns a rectangle as a box.
func BoxOf(r image.Rectangle) Box { return Box{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} }

// Rect returns the box as a rectangle.
func (b Box) Rect() image.Rectangle { return image.Rect(b[0], b[1], b[0]+b[2], b[1]+b[3]) }

// Boxes returns rectangles as boxes, nil for none.
func Boxes(rects []image.Rectangle) (list []Box) {
	for _, r := range rects {
		list = append(list, BoxOf(r))
	}
	return list
}

// Rects returns boxes as rectangles, nil for none.
func Rects(list ...Box) (rects []image.Rectangle) {
	for _, b := range list {
		rects = append(rects, b.Rect())
	}
	return rects
}

// maxCoordinate is more than any photo has pixels a side.
const maxCoordinate = 1 << 24

// Check returns an error for a box that cannot lie in any photo.
func (b Box) Check() error {
	for i, v := range b {
		least, name := 0, [4]string{"x", "y", "width", "height"}[i]
		if i >= 2 {
			least = 1
		}
		if v < least || v > maxCoordinate {
			return fmt.Errorf("%s is %d: want a whole number of pixels, from %d", name, v, least)
		}
	}
	return nil
}
