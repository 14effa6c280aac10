package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// palette are the window's colours by which its parts are found on the screen,
// by theme.
type palette struct{ stage, panel, input, accent color.RGBA }

var palettes = map[string]palette{
	"dark":  {stage: grey(0x1a), panel: grey(0x26), input: grey(0x1c), accent: color.RGBA{0x34, 0xb8, 0xad, 0xff}},
	"light": {stage: grey(0xc8), panel: grey(0xf4), input: grey(0xff), accent: color.RGBA{0x0b, 0x76, 0x6e, 0xff}},
}

func grey(v uint8) color.RGBA { return color.RGBA{v, v, v, 0xff} }

// do runs xdotool.
func (p *program) do(args ...string) {
	p.t.Helper()
	if out, err := exec.Command("xdotool", args...).CombinedOutput(); err != nil {
		p.t.Fatalf("xdotool %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func (p *program) move(at image.Point) {
	p.do("mousemove", "--window", p.id, strconv.Itoa(at.X), strconv.Itoa(at.Y))
}

// screen is a picture of the window.
type screen struct {
	*image.RGBA
	palette
}

func (p *program) screen() screen {
	p.t.Helper()
	out, err := exec.Command("import", "-window", p.id, "png:-").Output()
	if err != nil {
		p.t.Fatalf("import: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		p.t.Fatal(err)
	}
	s := screen{image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()}), palettes[*themeFlag]}
	draw.Draw(s, s.Rect, img, img.Bounds().Min, draw.Src)
	return s
}

// px is a length in logical pixels, in device pixels.
func px(v float64) int { return int(math.Round(v * *scaleFlag)) }

// stage returns the area around the photo: it begins in the window's corner.
func (s screen) area() image.Rectangle {
	end := image.Pt(0, 0)
	for end.X < s.Rect.Max.X && s.RGBAAt(end.X, 0) == s.stage {
		end.X++
	}
	for end.Y < s.Rect.Max.Y && s.RGBAAt(0, end.Y) == s.stage {
		end.Y++
	}
	return image.Rectangle{Max: end}
}

// field returns the middle of a prompt field: 0 is the source, 1 the target.
func (s screen) field(t *testing.T, n int) image.Point {
	t.Helper()
	x, run := s.Rect.Max.X-px(26), 0 // near the fields' end, where no text is
	for y := range s.Rect.Max.Y {
		if s.RGBAAt(x, y) == s.input {
			run++
			continue
		}
		if run > px(20) {
			if n == 0 {
				return image.Pt(x, y-run/2)
			}
			n--
		}
		run = 0
	}
	t.Fatal("the prompt fields are not on the screen")
	return image.Point{}
}

// slider returns where the strength slider is: the places of strength 0 and of
// its thumb, between which the track has the accent. The thumb must be at 1.
func (s screen) slider(t *testing.T) (zero, one image.Point) {
	t.Helper()
	left := s.area().Max.X
	for y := range s.Rect.Max.Y {
		for x := left; x < s.Rect.Max.X; x++ {
			run := 0
			for x+run < s.Rect.Max.X && s.RGBAAt(x+run, y) == s.accent {
				run++
			}
			// A quarter of the track, which is thinner than chips and buttons;
			// the edge of a focused field is longer.
			if run > px(40) && run < px(80) {
				middle, thick := x+run/2, 0
				for s.RGBAAt(middle, y+thick) == s.accent {
					thick++
				}
				// The edges above and below are smoothed.
				alone := s.RGBAAt(middle, y-px(3)) == s.panel && s.RGBAAt(middle, y+thick+px(2)) == s.panel
				if alone && thick >= px(2) && thick <= px(6) {
					const thumbRadius = 8
					return image.Pt(x, y+thick/2), image.Pt(x+run+px(thumbRadius), y+thick/2)
				}
			}
			x += run
		}
	}
	t.Fatal("the strength slider is not on the screen")
	return zero, one
}

// covered reports whether a notice lies over the area around the photo. The
// photo itself keeps a margin.
func (s screen) covered() bool {
	for x := range s.area().Max.X {
		if s.RGBAAt(x, px(12)) != s.stage {
			return true
		}
	}
	return false
}

// photo returns where the photo is on the screen: in the middle of its area,
// with nothing else beside it.
func (s screen) photo() image.Rectangle {
	area := s.area()
	row := func(y int) (used bool) {
		for x := range area.Max.X {
			used = used || s.RGBAAt(x, y) != s.stage
		}
		return used
	}
	column := func(x int) (used bool) {
		for y := range area.Max.Y {
			used = used || s.RGBAAt(x, y) != s.stage
		}
		return used
	}
	r := area
	for r.Min.Y < r.Max.Y && !row(r.Min.Y) {
		r.Min.Y++
	}
	for r.Min.Y < r.Max.Y && !row(r.Max.Y-1) {
		r.Max.Y--
	}
	for r.Min.X < r.Max.X && !column(r.Min.X) {
		r.Min.X++
	}
	for r.Min.X < r.Max.X && !column(r.Max.X-1) {
		r.Max.X--
	}
	return r
}

// difference is the mean absolute difference of two screens' levels inside a
// rectangle, [0, 255].
func difference(a, b screen, r image.Rectangle) float64 {
	r = r.Intersect(a.Rect).Intersect(b.Rect)
	var sum float64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c, d := a.RGBAAt(x, y), b.RGBAAt(x, y)
			sum += math.Abs(float64(c.R)-float64(d.R)) + math.Abs(float64(c.G)-float64(d.G)) + math.Abs(float64(c.B)-float64(d.B))
		}
	}
	return sum / 3 / float64(max(1, r.Dx()*r.Dy()))
}
