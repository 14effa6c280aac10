package engine

import "image"

// buffers recycles frame images. An image is in one of five places: being
// drawn, under way, shown (the newest delivered), shown before (still the
// receiver's), or free. Not safe for concurrent use.
type buffers struct {
	shown, before *image.RGBA
	free          []*image.RGBA
}

// maxFree bounds what is kept for reuse; more is never free at once while
// the size stays the same.
const maxFree = 3

// take returns an image of the given size with undefined pixels.
func (b *buffers) take(size image.Point) *image.RGBA {
	for i, img := range b.free {
		if img.Rect.Size() == size {
			b.free = append(b.free[:i], b.free[i+1:]...)
			return img
		}
	}
	b.free = nil // other sizes: the view has changed
	return image.NewRGBA(image.Rectangle{Max: size})
}

// give returns an image that nobody will look at again. Nil is allowed.
func (b *buffers) give(img *image.RGBA) {
	if img != nil && len(b.free) < maxFree {
		b.free = append(b.free, img)
	}
}

// deliver hands an image to the receiver, who gives back the last but one.
func (b *buffers) deliver(img *image.RGBA) {
	b.give(b.before)
	b.before, b.shown = b.shown, img
}
