package comparison

import (
	"image"
	"math"

	"deltaedit/ui/zoom"
)

// crisp is the scale from which pixels are drawn as squares, in device pixels for a pixel
// of the picture.
const crisp = 2

// Layer is a picture of a part of the photo, in any resolution.
type Layer struct {
	Image *image.RGBA
	// Part is what Image shows, in pixels of the photo.
	Part image.Rectangle
	// Version is another one for every picture, also for one that is drawn into the same
	// pixels as an older one.
	Version uint64
}

// Piece is a layer as it is seen.
type Piece struct {
	Layer
	// On are the device pixels that show it, at least one.
	On image.Rectangle
	// X and Y say which pixels of Image they show.
	X, Y Ruler
}

// Ruler says which pixels of an image are seen along one axis: the middle of device pixel i
// lies over the place First + (i + 0.5) × Step of the image, in its pixels.
type Ruler struct {
	First, Step float64
	// Sharp is true when a device pixel shows the one pixel that it lies over; otherwise it
	// shows a mixture of the two whose middles are the nearest.
	Sharp bool
}

// ruler returns the ruler of an axis on which the photo begins at device pixel origin, and
// each of its pixels is scale device pixels long. The image has n pixels for the photo's
// pixels start to start+length.
func ruler(origin int, scale float64, start, length, n int) Ruler {
	per := float64(n) / float64(length) // pixels of the image for one of the photo
	step := per / scale                 // pixels of the image for one of the screen
	return Ruler{
		First: (-float64(origin)/scale - float64(start)) * per, Step: step,
		Sharp: n == length && scale >= crisp || math.Abs(step-1) < 0.01,
	}
}

// at returns the place of the image under the middle of device pixel i.
func (r Ruler) at(i int) float64 { return r.First + (float64(i)+0.5)*r.Step }

// Pieces returns what is seen of the pictures before and after the edit in an area of the
// given size, what lies below first.
func (s Scene) Pieces(size image.Point) (before, after []Piece) {
	whole := image.Rectangle{Max: size}
	at := s.View.Place()
	switch s.Mode {
	case Before:
		return pieces(whole, at, s.Before), nil
	case Split:
		line := s.Line(size)
		return pieces(image.Rect(0, 0, line, size.Y), at, s.Before), pieces(image.Rect(line, 0, size.X, size.Y), at, s.After)
	case SplitAcross:
		line := s.Line(size)
		return pieces(image.Rect(0, 0, size.X, line), at, s.Before), pieces(image.Rect(0, line, size.X, size.Y), at, s.After)
	case SideBySide:
		first, second := Areas(s.Mode, size, s.View.Picture())
		moved := func(by image.Point) zoom.Placement {
			return zoom.Placement{X: at.X + by.X, Y: at.Y + by.Y, Scale: at.Scale}
		}
		return pieces(first, moved(first.Min), s.Before), pieces(second, moved(second.Min), s.After)
	case Difference:
		return pieces(whole, at, s.Before), pieces(whole, at, s.After)
	}
	return nil, pieces(whole, at, s.After)
}

// pieces returns what is seen of layers where clip allows it.
func pieces(clip image.Rectangle, at zoom.Placement, layers []Layer) []Piece {
	var seen image.Rectangle
	for _, l := range layers {
		seen = seen.Union(at.Cover(l.Part))
	}
	seen = seen.Intersect(clip)
	var out []Piece
	for i, l := range layers {
		on := at.Cover(l.Part).Intersect(clip)
		if l.Image == nil || l.Image.Rect.Empty() || on.Empty() {
			continue
		}
		if i+1 < len(layers) && seen.In(at.Cover(layers[i+1].Part)) && layers[i+1].Image != nil {
			continue // nothing of it would be seen
		}
		out = append(out, Piece{
			Layer: l, On: on,
			X: ruler(at.X, at.Scale, l.Part.Min.X, l.Part.Dx(), l.Image.Rect.Dx()),
			Y: ruler(at.Y, at.Scale, l.Part.Min.Y, l.Part.Dy(), l.Image.Rect.Dy()),
		})
	}
	return out
}
