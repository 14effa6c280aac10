package batch

import (
	"context"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/studio"
)

// Group is a sequence of edits of the same photo, which is decoded and inverted once
// for all of them.
type Group struct {
	Orders []Order
	// Photo returns the photo. It is called once, in the background.
	Photo func(context.Context) (engine.Source, error)
	// Pixels is the size of the photo, which bounds the memory in use.
	Pixels int64
	// Key is the same for successive groups of one photo; "" is the same as no other.
	Key string

	share int64         // of the photo budget
	ready chan struct{} // closed when photo or err is set
	photo *studio.Decoded
	err   error
}

// Order is one edit to be done. Its functions are called once at most.
type Order struct {
	Line Line
	// Begin is called before the edit, on the goroutine of the models; the edit is left
	// out when it returns false. nil is true.
	Begin func() bool
	// Finish is called after the edit: for an image in the background, and for a failure
	// on the goroutine of the models. It is not called when the edit was cancelled or
	// left out.
	Finish func(*Edited)
}

// groups combines successive lines with the same photo.
func groups(lines []Line) [][]Line {
	var out [][]Line
	for i, l := range lines {
		if i == 0 || l.Path != lines[i-1].Path {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], l)
	}
	return out
}

// decode decodes the group's photo, unless the group before has done so.
func (g *Group) decode(ctx context.Context, before *Group) {
	defer close(g.ready)
	if before != nil && before.Key != "" && before.Key == g.Key {
		<-before.ready
		if before.err == nil {
			g.photo = before.photo
			return
		}
	}
	g.err = engine.Guard(func() error {
		src, err := g.Photo(ctx)
		if err != nil {
			return err
		}
		g.photo, err = studio.Decode(src)
		return err
	})
}

// Pixels returns the number of pixels according to a photo's header, or the largest
// possible one when the header cannot be read.
func Pixels(path string) int64 {
	size, err := photo.StatedSize(path)
	if err != nil {
		return budgetPixels
	}
	return int64(size.X) * int64(size.Y)
}
