package history

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"

	"github.com/nfnt/resize"
)

// ThumbSide is the longest side of a thumbnail in pixels.
const ThumbSide = 128

// SetThumb gives a state its thumbnail. The picture is scaled down and not kept.
func (l *Log) SetThumb(id int64, img image.Image) {
	if l.find(id) == nil || img == nil || img.Bounds().Empty() {
		return
	}
	small := resize.Thumbnail(ThumbSide, ThumbSide, img, resize.Bilinear)
	if small == img { // it was small enough; its owner may draw over it
		b := img.Bounds()
		small = resize.Resize(uint(b.Dx()), uint(max(1, b.Dy()-1)), img, resize.Bilinear)
	}
	l.thumbs[id] = small
	if l.writer != nil {
		l.writer.thumb(id, small)
	}
}

// HasThumb reports whether a state of this process has its thumbnail.
func (l *Log) HasThumb(id int64) bool { return l.thumbs[id] != nil }

// Thumb returns a state's thumbnail, which nobody may change; nil for none.
func (l *Log) Thumb(id int64) image.Image {
	if img := l.thumbs[id]; img != nil || l.dir == "" || l.find(id) == nil {
		return img
	}
	f, err := os.Open(filepath.Join(l.dir, thumbsDir, thumbName(id)))
	if err != nil {
		return nil
	}
	defer f.Close()
	c, err := jpeg.DecodeConfig(f)
	if err != nil || c.Width > 2*ThumbSide || c.Height > 2*ThumbSide {
		return nil
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil
	}
	img, err := jpeg.Decode(f)
	if err != nil {
		return nil
	}
	l.thumbs[id] = img
	return img
}
