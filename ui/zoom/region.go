package zoom

import (
	"image"
	"math"
)

// maxRegion is the number of pixels up to which a region is larger than what is seen, so
// that a short way of panning needs no new picture.
const maxRegion = 8 << 20

// surplus is the part of what is seen that is added to a region on each side.
const surplus = 0.2

// Region is a part of the picture, and the size in which it is wanted.
type Region struct {
	// Part is the part in pixels of the picture; empty for the whole of it.
	Part image.Rectangle
	// Box is the size in pixels that the part is to fit into.
	Box image.Point
}

// Want returns the region to ask for: the whole picture while it fits, otherwise what is
// seen and a little around it, at one pixel for each of the screen's, but no more than
// the picture has. asked is the region that was asked for last; it is returned
// again while it serves.
func (v *View) Want(asked Region) Region {
	if v.empty() || v.Fits() {
		return Region{Box: v.Box()}
	}
	if v.Serves(asked) {
		return asked
	}
	seen := v.Visible()
	scale := min(v.Scale(), 1)
	part := seen
	if wide := 1 + 2*surplus; float64(seen.Dx())*float64(seen.Dy())*wide*wide*scale*scale <= maxRegion {
		part = image.Rect(
			seen.Min.X-int(surplus*float64(seen.Dx())), seen.Min.Y-int(surplus*float64(seen.Dy())),
			seen.Max.X+int(surplus*float64(seen.Dx())), seen.Max.Y+int(surplus*float64(seen.Dy())),
		).Intersect(image.Rectangle{Max: v.picture})
	}
	return Region{Part: part, Box: sized(part, scale)}
}

// Serves reports whether a region has every pixel that is seen.
func (v *View) Serves(r Region) bool {
	if v.empty() || v.Fits() {
		return r.Part.Empty() && r.Box == v.Box()
	}
	return !r.Part.Empty() && v.Visible().In(r.Part) && r.Box == sized(r.Part, min(v.Scale(), 1))
}

// sized returns the size of a part of a picture at a scale, at least 1×1.
func sized(part image.Rectangle, scale float64) image.Point {
	at := func(n int) int { return max(1, int(math.Round(float64(n)*scale))) }
	return image.Pt(at(part.Dx()), at(part.Dy()))
}
