package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"deltaedit/ui/comparison"
)

// handleSize is the diameter of the handle of a split in logical pixels.
const handleSize = 28

// splitMarks are what lies over two pictures that are compared: the line with its handle,
// and a label on each side.
type splitMarks struct {
	line, edge *canvas.Rectangle
	handle     *canvas.Circle
	grips      [2]*canvas.Line
	pills      [2]*canvas.Rectangle
	texts      [2]*canvas.Text
}

func newSplitMarks() *splitMarks {
	m := &splitMarks{
		line: &canvas.Rectangle{}, edge: &canvas.Rectangle{},
		handle: &canvas.Circle{StrokeWidth: 1},
	}
	for i := range m.texts {
		m.grips[i] = &canvas.Line{StrokeWidth: 2}
		m.pills[i] = &canvas.Rectangle{}
		m.texts[i] = &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}}
	}
	return m
}

func (m *splitMarks) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{m.edge, m.line, m.handle}
	for i := range m.texts {
		out = append(out, m.grips[i], m.pills[i], m.texts[i])
	}
	return out
}

// refresh sets what is seen, its texts and its colours.
func (m *splitMarks) refresh(s *viewport) {
	mode := s.scene.mode
	divided := s.any() && (mode == comparison.Split || mode == comparison.SplitAcross)
	for _, o := range []fyne.CanvasObject{m.edge, m.line, m.handle, m.grips[0], m.grips[1]} {
		show(o, divided)
	}
	texts := [2]string{}
	switch {
	case !s.any():
	case divided || mode == comparison.SideBySide:
		texts = [2]string{beforeBadge(), lang.L("After")}
	case mode == comparison.Difference:
		texts[0] = lang.L("Difference × {{.Gain}}", map[string]any{"Gain": comparison.Gain})
	}
	m.line.FillColor, m.edge.FillColor = grey(0xff), veil(0x00, 0x70)
	m.handle.FillColor, m.handle.StrokeColor = grey(0xff), veil(0x00, 0x90)
	for i, t := range m.texts {
		m.grips[i].StrokeColor = grey(0x10)
		t.Text, t.Color = texts[i], grey(0xff)
		t.TextSize = s.Theme().Size(theme.SizeNameCaptionText)
		m.pills[i].FillColor = veil(0x00, 0xb0)
		show(t, texts[i] != "")
		show(m.pills[i], texts[i] != "")
	}
}

func show(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// layout places everything.
func (m *splitMarks) layout(s *viewport) {
	size, share := s.Size(), float32(s.divider)
	x, y := size.Width*share, size.Height*share
	first, second := fyne.NewPos(spaceM, spaceM), fyne.NewPos(size.Width-spaceM, spaceM)
	switch s.scene.mode {
	case comparison.Split:
		m.rule(fyne.NewPos(x, 0), fyne.NewSize(0, size.Height), fyne.NewPos(x, size.Height/2), fyne.NewSize(3, 0), fyne.NewSize(0, 5))
		first, second = fyne.NewPos(x-spaceM, spaceM), fyne.NewPos(x+spaceM, spaceM)
	case comparison.SplitAcross:
		m.rule(fyne.NewPos(0, y), fyne.NewSize(size.Width, 0), fyne.NewPos(size.Width/2, y), fyne.NewSize(0, 3), fyne.NewSize(5, 0))
	case comparison.SideBySide:
		_, after := s.halves()
		scale := s.pixelsPerUnit()
		second = fyne.NewPos(float32(after.Min.X)/scale+spaceM, float32(after.Min.Y)/scale+spaceM)
	}
	a, b := m.pillSize(0), m.pillSize(1)
	switch s.scene.mode {
	case comparison.Split: // to both sides of the line
		first.X = min(max(first.X-a.Width, spaceM), size.Width-a.Width-b.Width-3*spaceM)
		second.X = max(min(second.X, size.Width-b.Width-spaceM), first.X+a.Width+spaceM)
	case comparison.SplitAcross: // above and below the line
		first = fyne.NewPos(spaceM, min(max(y-a.Height-spaceM, spaceM), size.Height-a.Height-b.Height-3*spaceM))
		second = fyne.NewPos(spaceM, max(min(y+spaceM, size.Height-b.Height-spaceM), first.Y+a.Height+spaceM))
	}
	m.pill(0, first, a)
	m.pill(1, second, b)
}

// rule places the line from start over a length, and the handle with its middle at a
// place. The grips are apart from it by off, and reach by reach to both sides.
func (m *splitMarks) rule(start fyne.Position, length fyne.Size, middle fyne.Position, off, reach fyne.Size) {
	for _, r := range []struct {
		o     *canvas.Rectangle
		thick float32
	}{{m.edge, 4}, {m.line, 2}} {
		w, h := length.Width, length.Height
		pos := start
		if w == 0 {
			w, pos.X = r.thick, pos.X-r.thick/2
		} else {
			h, pos.Y = r.thick, pos.Y-r.thick/2
		}
		r.o.Move(pos)
		r.o.Resize(fyne.NewSize(w, h))
	}
	m.handle.Move(middle.SubtractXY(handleSize/2, handleSize/2))
	m.handle.Resize(fyne.NewSquareSize(handleSize))
	for i, sign := range []float32{-1, 1} {
		at := middle.AddXY(sign*off.Width, sign*off.Height)
		m.grips[i].Position1 = at.SubtractXY(reach.Width, reach.Height)
		m.grips[i].Position2 = at.AddXY(reach.Width, reach.Height)
	}
}

func (m *splitMarks) pillSize(i int) fyne.Size {
	return m.texts[i].MinSize().AddWidthHeight(2*spaceM+spaceS, spaceM)
}

func (m *splitMarks) pill(i int, pos fyne.Position, size fyne.Size) {
	m.pills[i].CornerRadius = size.Height / 2
	m.pills[i].Move(pos)
	m.pills[i].Resize(size)
	m.texts[i].Move(pos.AddXY(spaceM+spaceS/2, spaceS))
	m.texts[i].Resize(m.texts[i].MinSize())
}
