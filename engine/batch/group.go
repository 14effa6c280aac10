package batch

import (
	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/studio"
)

// group is a sequence of lines with the same photo, which is decoded and inverted once
// for all of them.
type group struct {
	lines []Line
	share int64         // of the photo budget
	ready chan struct{} // closed when photo or err is set
	photo *studio.Decoded
	err   error
}

// groups combines successive lines with the same photo.
func groups(lines []Line) []*group {
	var out []*group
	for i, l := range lines {
		if i == 0 || l.Path != lines[i-1].Path {
			out = append(out, &group{ready: make(chan struct{})})
		}
		g := out[len(out)-1]
		g.lines = append(g.lines, l)
	}
	return out
}

// decode decodes the group's photo.
func (g *group) decode() {
	defer close(g.ready)
	g.err = engine.Guard(func() (err error) {
		g.photo, err = studio.Decode(engine.Source{Path: g.lines[0].Path})
		return err
	})
}

// pixels returns the number of pixels according to a photo's header, or the whole
// budget when the header cannot be read.
func pixels(path string) int64 {
	size, err := photo.StatedSize(path)
	if err != nil {
		return budgetPixels
	}
	return int64(size.X) * int64(size.Y)
}
