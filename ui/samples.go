package ui

import (
	"bytes"
	"image"
	_ "image/jpeg" // formats of the samples
	_ "image/png"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/nfnt/resize"

	"deltaedit/assets"
)

// thumbSide is the side of a thumbnail in logical pixels.
const thumbSide float32 = 88

// square crops the middle square of an image and scales it to side pixels.
func square(img image.Image, side int) image.Image {
	b := img.Bounds()
	if d := b.Dx() - b.Dy(); d > 0 {
		b.Min.X += d / 2
		b.Max.X = b.Min.X + b.Dy()
	} else if d < 0 {
		// In a portrait the face is usually above the middle.
		b.Min.Y += -d / 4
		b.Max.Y = b.Min.Y + b.Dx()
	}
	if sub, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	}); ok {
		img = sub.SubImage(b)
	}
	return resize.Resize(uint(side), uint(side), img, resize.Lanczos3)
}

// thumbnail decodes a sample into a square with sides of the given number of pixels. It
// takes tens of milliseconds and may run on any goroutine.
func thumbnail(s assets.Sample, side int) (image.Image, error) {
	img, _, err := image.Decode(bytes.NewReader(s.Data))
	if err != nil {
		return nil, err
	}
	return square(img, side), nil
}

var (
	_ fyne.Widget        = (*thumb)(nil)
	_ fyne.Tappable      = (*thumb)(nil)
	_ fyne.Focusable     = (*thumb)(nil)
	_ desktop.Hoverable  = (*thumb)(nil)
	_ desktop.Cursorable = (*thumb)(nil)
)

// thumb is a small image that opens a sample.
type thumb struct {
	widget.BaseWidget
	attention
	picture  image.Image
	onTapped func()
}

func newThumb(tapped func()) *thumb {
	t := &thumb{onTapped: tapped}
	t.changed = t.Refresh
	t.ExtendBaseWidget(t)
	return t
}

// SetPicture sets the image.
func (t *thumb) SetPicture(img image.Image) { t.picture = img; t.Refresh() }

// Tapped opens the sample.
func (t *thumb) Tapped(*fyne.PointEvent) { t.onTapped() }

// TypedKey opens the sample on Space or Enter, and passes other keys on.
func (t *thumb) TypedKey(k *fyne.KeyEvent) {
	if pressed(k) {
		t.onTapped()
		return
	}
	passKey(t, k)
}

// TypedRune passes a typed character on.
func (t *thumb) TypedRune(r rune) { passRune(t, r) }

// Cursor returns the pointing hand.
func (t *thumb) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (t *thumb) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &thumbRenderer{
		thumb: t,
		photo: &canvas.Image{FillMode: canvas.ImageFillStretch, CornerRadius: spaceM},
		frame: &canvas.Rectangle{CornerRadius: spaceM, StrokeWidth: 2},
	}
	r.Refresh()
	return r
}

type thumbRenderer struct {
	thumb *thumb
	photo *canvas.Image
	frame *canvas.Rectangle
}

func (r *thumbRenderer) Destroy()           {}
func (r *thumbRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(thumbSide) }

func (r *thumbRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.photo, r.frame}
}

func (r *thumbRenderer) Layout(size fyne.Size) {
	r.photo.Resize(size)
	r.frame.Resize(size)
}

func (r *thumbRenderer) Refresh() {
	t := r.thumb
	r.photo.Hidden = t.picture == nil
	if t.picture != nil && r.photo.Image != t.picture {
		r.photo.Image = t.picture
	}
	r.frame.StrokeColor = themeColor(t, theme.ColorNameInputBorder)
	if t.hovered || t.focused {
		r.frame.StrokeColor = themeColor(t, theme.ColorNamePrimary)
	}
	canvas.Refresh(t)
}
