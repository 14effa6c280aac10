package ui

import "fyne.io/fyne/v2"

var _ fyne.Layout = (*wrapLayout)(nil)

// wrapLayout places objects at their minimum size in rows and starts a new row when the
// width is used up. Its width is given, so that its height is known before the first
// layout. Fyne's RowWrap knows its height only after the first layout, which would make
// a scrolled panel jump.
type wrapLayout struct {
	width, gap float32
}

func (l *wrapLayout) walk(objects []fyne.CanvasObject, place func(fyne.CanvasObject, fyne.Position, fyne.Size)) fyne.Size {
	var x, y, row float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		size := o.MinSize()
		if x > 0 && x+size.Width > l.width {
			x, y, row = 0, y+row+l.gap, 0
		}
		if place != nil {
			place(o, fyne.NewPos(x, y), size)
		}
		x += size.Width + l.gap
		row = fyne.Max(row, size.Height)
	}
	return fyne.NewSize(l.width, y+row)
}

// MinSize returns the given width and the height of all rows.
func (l *wrapLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return l.walk(objects, nil)
}

// Layout places the objects.
func (l *wrapLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	l.walk(objects, func(o fyne.CanvasObject, pos fyne.Position, size fyne.Size) {
		o.Move(pos)
		o.Resize(size)
	})
}

// fixedSize gives its object a size.
type fixedSize struct{ size fyne.Size }

// MinSize implements fyne.Layout.
func (l *fixedSize) MinSize([]fyne.CanvasObject) fyne.Size { return l.size }

// Layout implements fyne.Layout.
func (l *fixedSize) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }
