package batch

import (
	"bufio"
	"image"
	"os"
	"runtime/debug"

	"deltaedit/engine"
)

// group is a run of lines about one photo, which is decoded and reconstructed
// once for all of them.
type group struct {
	lines []Line
	share int64         // of the budget for photos
	ready chan struct{} // closed when photo or err is there
	photo *engine.Decoded
	err   error
}

// groups puts successive lines with the same photo together.
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

// decode reads the group's photo.
func (g *group) decode() {
	defer close(g.ready)
	g.err = guard(func() (err error) {
		g.photo, err = engine.Decode(engine.Source{Path: g.lines[0].Path})
		return err
	})
}

// pixels returns how many pixels a photo states to have, and all that fit the
// budget where that cannot be told.
func pixels(path string) int64 {
	n := int64(budgetPixels)
	_ = guard(func() error {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		c, _, err := image.DecodeConfig(bufio.NewReader(f))
		if err == nil {
			n = int64(c.Width) * int64(c.Height)
		}
		return err
	})
	return n
}

// guard runs f and turns a panic into an error.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &engine.PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return f()
}
