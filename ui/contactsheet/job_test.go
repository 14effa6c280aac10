package contactsheet

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"reflect"
	"testing"

	"deltaedit/engine"
)

// painter is an engine whose picture is filled with ten times the strength.
type painter struct {
	asked []string
	fail  error // of the next call
}

func (p *painter) draw(_ context.Context, r engine.Request, c engine.FrameImage) error {
	if err := p.fail; err != nil {
		p.fail = nil
		return err
	}
	p.asked = append(p.asked, fmt.Sprint(r.Edits[0].Target, " ", r.Edits[0].Strength))
	img := c(r.View)
	for i := range img.Pix {
		img.Pix[i] = byte(10 * r.Edits[0].Strength)
	}
	return nil
}

func newTestJob(t *testing.T) *Job {
	t.Helper()
	rows := []Row{{"Old", []engine.Edit{{Target: "old", Strength: 9}}}, {"Young", []engine.Edit{{Target: "young"}}}}
	j, err := NewJob("photo", "", engine.Request{Photo: 3, Region: image.Rect(1, 2, 3, 4)}, rows, []float64{1, 2}, 80)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJobDrawsEveryRowAtEveryStrengthInOrder(t *testing.T) {
	j, p := newTestJob(t), &painter{}
	var told []string
	if err := j.Run(t.Context(), p.draw, func(done, total int) { told = append(told, fmt.Sprint(done, "/", total)) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"old 1", "old 2", "young 1", "young 2"}; !reflect.DeepEqual(p.asked, want) {
		t.Errorf("drawn %q, want %q", p.asked, want)
	}
	if want := []string{"1/4", "2/4", "3/4", "4/4"}; !reflect.DeepEqual(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if j.rows[0].Edits[0].Strength != 9 {
		t.Error("the rows were changed")
	}
}

func TestJobGoesOnWhereItStopped(t *testing.T) {
	j, p := newTestJob(t), &painter{}
	step := func(done, _ int) {
		if done == 1 {
			p.fail = context.Canceled
		}
	}
	if err := j.Run(t.Context(), p.draw, step); !errors.Is(err, context.Canceled) {
		t.Fatalf("want to be cut short, got %v", err)
	}
	if err := j.Run(t.Context(), p.draw, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"old 1", "old 2", "young 1", "young 2"}; !reflect.DeepEqual(p.asked, want) {
		t.Errorf("drawn %q, want each once: %q", p.asked, want)
	}
	mid := j.drawing.Cell(1, 1).Min.Add(image.Pt(40, 40))
	// Pictures are opaque in the engine; this one is transparent as it is dark.
	if got := j.Image().RGBAAt(mid.X, mid.Y); got == (color.RGBA{0xe2, 0xe2, 0xe2, 0xff}) {
		t.Error("the last picture is missing")
	}
}

func TestNoJobWithoutStrengths(t *testing.T) {
	if _, err := NewJob("", "", engine.Request{}, []Row{{Caption: "a"}}, nil, 80); err == nil {
		t.Error("a sheet without columns")
	}
}
