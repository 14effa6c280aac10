package ui

import "fyne.io/fyne/v2"

var _ fyne.Layout = (*flowLayout)(nil)

// flowLayout places objects side by side as far as they fit, and the others in rows below. The
// first object takes the room that its row has left; rows below begin as far to the right as they
// can. Whoever lays out its container sets the width, or asks for the height by heightFor.
type flowLayout struct {
	gap float32
	// width is what MinSize takes for the width; 0 for one row.
	width float32
}

// rows divides the objects that are seen into rows of a width.
func (l *flowLayout) rows(objects []fyne.CanvasObject, width float32) (rows [][]fyne.CanvasObject) {
	var x float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width
		if n := len(rows); n > 0 && x+l.gap+w <= width {
			rows[n-1] = append(rows[n-1], o)
			x += l.gap + w
		} else {
			rows = append(rows, []fyne.CanvasObject{o})
			x = w
		}
	}
	return rows
}

// heightFor returns the height of the objects in a width.
func (l *flowLayout) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	height := float32(0)
	for i, row := range l.rows(objects, width) {
		if i > 0 {
			height += l.gap
		}
		height += tallest(row)
	}
	return height
}

// MinSize returns the width of the widest object, and the height of the rows in the layout's width.
func (l *flowLayout) MinSize(objects []fyne.CanvasObject) (size fyne.Size) {
	for _, o := range objects {
		if o.Visible() {
			size = size.Max(o.MinSize())
		}
	}
	if l.width > 0 {
		size.Height = l.heightFor(objects, l.width)
	}
	return size
}

// Layout places the objects.
func (l *flowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for i, row := range l.rows(objects, size.Width) {
		height, x := tallest(row), size.Width
		for k := len(row) - 1; k >= 0; k-- {
			width := row[k].MinSize().Width
			x -= width
			if i == 0 && k == 0 {
				x, width = 0, x+width
			}
			row[k].Move(fyne.NewPos(x, y))
			row[k].Resize(fyne.NewSize(width, height))
			x -= l.gap
		}
		y += height + l.gap
	}
}

func tallest(row []fyne.CanvasObject) (height float32) {
	for _, o := range row {
		height = fyne.Max(height, o.MinSize().Height)
	}
	return height
}
