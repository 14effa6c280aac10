package contactsheet

import (
	"context"
	"image"

	"deltaedit/engine"
	"deltaedit/ui/variant"
)

// Row is an edit on a sheet, or several that go together.
type Row struct {
	Caption string
	Edits   []engine.Edit
}

// Draw draws a request at full size into the image that c returns.
type Draw func(ctx context.Context, r engine.Request, c engine.FrameImage) error

// Job fills a sheet. It may be cut short and goes on where it stopped. It belongs to one
// goroutine at a time.
type Job struct {
	base      engine.Request
	rows      []Row
	strengths []float64
	drawing   *Drawing
	done      int
}

// NewJob returns a job that draws every row at every strength, in this order. base is the
// request without edits and view. The captions of the columns are the strengths. Its errors
// are those of Sheet.Check.
func NewJob(title, note string, base engine.Request, rows []Row, strengths []float64, side int) (*Job, error) {
	s := Sheet{Title: title, Note: note, Side: side}
	for _, r := range rows {
		s.Rows = append(s.Rows, r.Caption)
	}
	for _, v := range strengths {
		s.Columns = append(s.Columns, variant.Number(v))
	}
	d, err := New(s)
	if err != nil {
		return nil, err
	}
	base.View, base.Quality = image.Pt(side, side), engine.QualityRest
	return &Job{base: base, rows: rows, strengths: strengths, drawing: d}, nil
}

// Run draws the pictures that are left, and calls progress after each of them.
func (j *Job) Run(ctx context.Context, draw Draw, progress func(done, total int)) error {
	total := len(j.rows) * len(j.strengths)
	for ; j.done < total; j.done++ {
		row, column := j.done/len(j.strengths), j.done%len(j.strengths)
		r := j.base
		r.Edits = variant.At(j.rows[row].Edits, j.strengths[column])
		var picture *image.RGBA
		err := draw(ctx, r, func(size image.Point) *image.RGBA {
			picture = image.NewRGBA(image.Rectangle{Max: size})
			return picture
		})
		if err != nil {
			return err
		}
		j.drawing.Put(row, column, picture)
		progress(j.done+1, total)
	}
	return nil
}

// Image returns the sheet as far as it is drawn.
func (j *Job) Image() *image.RGBA { return j.drawing.Image() }
