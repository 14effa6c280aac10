package contactsheet

import (
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// writer writes text of one font and size.
type writer struct{ face font.Face }

func newWriter(load func() (typeface, error), pixels int) (writer, error) {
	f, err := load()
	if err != nil {
		return writer{}, err
	}
	face, err := newLetters(f, &opentype.FaceOptions{Size: float64(pixels), DPI: 72, Hinting: font.HintingFull})
	return writer{face}, err
}

// align says where a line stands in its space.
type align int

const (
	left align = iota
	middle
)

// line writes one line, shortened to the width. at is its upper left corner.
func (w writer) line(to *image.RGBA, c color.Color, at image.Point, width int, a align, text string) {
	text = w.shortened(strings.Join(strings.Fields(text), " "), width)
	if a == middle {
		at.X += (width - w.width(text)) / 2
	}
	d := font.Drawer{Dst: to, Src: image.NewUniform(c), Face: w.face, Dot: fixed.P(at.X, at.Y+w.face.Metrics().Ascent.Ceil())}
	d.DrawString(text)
}

// block writes a text in lines of the given height into the middle of a space, and shortens
// what does not fit.
func (w writer) block(to *image.RGBA, c color.Color, space image.Rectangle, line int, text string) {
	lines := w.wrapped(text, space.Dx(), max(space.Dy()/line, 1))
	at := image.Pt(space.Min.X, space.Min.Y+(space.Dy()-len(lines)*line)/2)
	for _, l := range lines {
		w.line(to, c, at, space.Dx(), left, l)
		at.Y += line
	}
}

// wrapped breaks a text into at most so many lines. A word that is too long is shortened,
// and so is the last line when there is more.
func (w writer) wrapped(text string, width, most int) []string {
	var lines []string
	words := strings.Fields(text)
	for len(words) > 0 {
		n := 1
		for n < len(words) && w.width(strings.Join(words[:n+1], " ")) <= width {
			n++
		}
		if len(lines) == most-1 {
			n = len(words)
		}
		lines = append(lines, w.shortened(strings.Join(words[:n], " "), width))
		words = words[n:]
	}
	return lines
}

// shortened cuts a text at its end, with an ellipsis, until it is no wider.
func (w writer) shortened(text string, width int) string {
	if w.width(text) <= width {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ") + "…"; w.width(short) <= width {
			return short
		}
	}
	return ""
}

func (w writer) width(text string) int { return font.MeasureString(w.face, text).Ceil() }
