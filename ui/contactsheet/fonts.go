package contactsheet

import (
	"image"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"deltaedit/assets"
)

// typeface is a font with others for the letters that it does not have.
type typeface []*opentype.Font

var (
	regularFont = sync.OnceValues(func() (typeface, error) { return parse(goregular.TTF) })
	boldFont    = sync.OnceValues(func() (typeface, error) { return parse(gobold.TTF) })
)

func parse(latin []byte) (typeface, error) {
	var out typeface
	for _, data := range [][]byte{latin, assets.ChineseFont, assets.JapaneseFont} {
		f, err := opentype.Parse(data)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// letters draws each letter in the first font that has it. It implements font.Face, and one
// goroutine may use it.
type letters struct {
	fonts  typeface
	faces  []font.Face
	buffer sfnt.Buffer
}

var _ font.Face = (*letters)(nil)

func newLetters(fonts typeface, o *opentype.FaceOptions) (*letters, error) {
	l := &letters{fonts: fonts}
	for _, f := range fonts {
		face, err := opentype.NewFace(f, o)
		if err != nil {
			return nil, err
		}
		l.faces = append(l.faces, face)
	}
	return l, nil
}

func (l *letters) of(r rune) font.Face {
	for i, f := range l.fonts {
		if g, err := f.GlyphIndex(&l.buffer, r); err == nil && g != 0 {
			return l.faces[i]
		}
	}
	return l.faces[0]
}

// Close implements font.Face.
func (l *letters) Close() error { return nil }

// Glyph implements font.Face.
func (l *letters) Glyph(dot fixed.Point26_6, r rune) (image.Rectangle, image.Image, image.Point, fixed.Int26_6, bool) {
	return l.of(r).Glyph(dot, r)
}

// GlyphBounds implements font.Face.
func (l *letters) GlyphBounds(r rune) (fixed.Rectangle26_6, fixed.Int26_6, bool) {
	return l.of(r).GlyphBounds(r)
}

// GlyphAdvance implements font.Face.
func (l *letters) GlyphAdvance(r rune) (fixed.Int26_6, bool) { return l.of(r).GlyphAdvance(r) }

// Kern implements font.Face.
func (l *letters) Kern(a, b rune) fixed.Int26_6 {
	if face := l.of(a); face == l.of(b) {
		return face.Kern(a, b)
	}
	return 0
}

// Metrics implements font.Face: those of the first font.
func (l *letters) Metrics() font.Metrics { return l.faces[0].Metrics() }
