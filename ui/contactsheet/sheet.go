// Package contactsheet lays out pictures of several edits, each at several strengths, as
// one picture with captions. It knows no widgets.
package contactsheet

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// Limits of a sheet.
const (
	MinSide    = 64 // of a picture, in pixels
	MaxSide    = 1024
	MaxRows    = 64
	MaxColumns = 16
	maxPixels  = 80_000_000 // of the whole sheet, at 4 bytes each
)

// Sheet describes a sheet: a row for each edit, a column for each strength.
type Sheet struct {
	// Title stands above everything, Note below; "" leaves the line out.
	Title, Note string
	// Rows and Columns are the captions, left of the rows and above the columns.
	Rows, Columns []string
	// Side is the space for a picture in pixels, each way.
	Side int
}

// Check returns an error that says why a sheet cannot be drawn.
func (s Sheet) Check() error {
	switch {
	case len(s.Rows) == 0 || len(s.Columns) == 0:
		return errors.New("a sheet without pictures: give an edit and a strength at least")
	case len(s.Rows) > MaxRows:
		return fmt.Errorf("a sheet of %d edits: want at most %d", len(s.Rows), MaxRows)
	case len(s.Columns) > MaxColumns:
		return fmt.Errorf("a sheet of %d strengths: want at most %d", len(s.Columns), MaxColumns)
	case s.Side < MinSide || s.Side > MaxSide:
		return fmt.Errorf("pictures of %d pixels: want %d to %d", s.Side, MinSide, MaxSide)
	}
	if size := s.Size(); size.X*size.Y > maxPixels {
		return fmt.Errorf("a sheet of %d × %d pictures of %d pixels has %d megapixels: want at most %d; take fewer or smaller pictures",
			len(s.Rows), len(s.Columns), s.Side, size.X*size.Y/1_000_000, maxPixels/1_000_000)
	}
	return nil
}

// Size returns the size of the sheet in pixels.
func (s Sheet) Size() image.Point { return s.layout().size }

// layout is where things are, in pixels. Everything follows from the side of a picture.
type layout struct {
	text, gap, margin int
	line              int // height of a line of text
	first             image.Point
	caption           int // width of the rows' captions
	size              image.Point
}

func (s Sheet) layout() layout {
	l := layout{text: min(max(s.Side/14, 12), 34)}
	l.gap, l.margin, l.line = max(s.Side/32, 4), l.text+l.text/2, l.text+l.text/3
	l.caption = max(s.Side*2/3, 7*l.text)
	l.first = image.Pt(l.margin+l.caption+2*l.gap, l.margin+l.line+l.gap)
	if s.Title != "" {
		l.first.Y += l.line + l.line/2 + l.gap
	}
	l.size = l.first.Add(image.Pt(
		len(s.Columns)*(s.Side+l.gap)-l.gap+l.margin,
		len(s.Rows)*(s.Side+l.gap)-l.gap+l.margin))
	if s.Note != "" {
		l.size.Y += l.line + l.gap
	}
	return l
}

// Colours of a sheet.
var (
	ground = color.RGBA{0xf4, 0xf4, 0xf4, 0xff}
	empty  = color.RGBA{0xe2, 0xe2, 0xe2, 0xff}
	ink    = color.RGBA{0x1c, 0x1c, 0x1c, 0xff}
	faint  = color.RGBA{0x5c, 0x5c, 0x5c, 0xff}
)

// Drawing is a sheet whose pictures are put in one after the other.
type Drawing struct {
	sheet  Sheet
	layout layout
	image  *image.RGBA
}

// New draws a sheet with its captions and without pictures. Its errors are Check's.
func New(s Sheet) (*Drawing, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	l := s.layout()
	d := &Drawing{sheet: s, layout: l, image: image.NewRGBA(image.Rectangle{Max: l.size})}
	draw.Draw(d.image, d.image.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	return d, d.captions()
}

func (d *Drawing) captions() error {
	l, s := d.layout, d.sheet
	regular, err := newWriter(regularFont, l.text)
	if err != nil {
		return err
	}
	bold, err := newWriter(boldFont, l.text)
	if err != nil {
		return err
	}
	title, err := newWriter(boldFont, l.text+l.text/3)
	if err != nil {
		return err
	}
	width := l.size.X - 2*l.margin
	title.line(d.image, ink, image.Pt(l.margin, l.margin), width, left, s.Title)
	for i, text := range s.Columns {
		at := d.Cell(0, i).Min.Sub(image.Pt(0, l.line+l.gap/2))
		bold.line(d.image, ink, at, s.Side, middle, text)
	}
	for i, text := range s.Rows {
		regular.block(d.image, ink, image.Rect(l.margin, d.Cell(i, 0).Min.Y, l.margin+l.caption, d.Cell(i, 0).Max.Y), l.line, text)
	}
	for i := range s.Rows {
		for k := range s.Columns {
			draw.Draw(d.image, d.Cell(i, k), image.NewUniform(empty), image.Point{}, draw.Src)
		}
	}
	regular.line(d.image, faint, image.Pt(l.margin, l.size.Y-l.margin-l.line+l.gap), width, left, s.Note)
	return nil
}

// Cell returns the place of a picture; row and column count from 0.
func (d *Drawing) Cell(row, column int) image.Rectangle {
	at := d.layout.first.Add(image.Pt(column, row).Mul(d.sheet.Side + d.layout.gap))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(d.sheet.Side, d.sheet.Side))}
}

// Put draws a picture into its place: in the middle, reduced where it does not fit.
func (d *Drawing) Put(row, column int, picture image.Image) {
	cell, size := d.Cell(row, column), picture.Bounds().Size()
	if size.X > d.sheet.Side || size.Y > d.sheet.Side {
		longer := max(size.X, size.Y)
		size = image.Pt(max(size.X*d.sheet.Side/longer, 1), max(size.Y*d.sheet.Side/longer, 1))
	}
	at := cell.Min.Add(cell.Size().Sub(size).Div(2))
	draw.Draw(d.image, cell, image.NewUniform(ground), image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(d.image, image.Rectangle{Min: at, Max: at.Add(size)}, picture, picture.Bounds(), draw.Over, nil)
}

// Image returns the sheet as it is. It belongs to the drawing.
func (d *Drawing) Image() *image.RGBA { return d.image }
