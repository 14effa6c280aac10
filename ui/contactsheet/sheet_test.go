package contactsheet

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"
)

// plain returns a picture of one colour.
func plain(w, h int, c color.Color) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// dark counts the pixels of a part that are darker than text ever is on the ground.
func dark(img *image.RGBA, part image.Rectangle) int {
	n := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if c := img.RGBAAt(x, y); int(c.R)+int(c.G)+int(c.B) < 3*0x80 {
				n++
			}
		}
	}
	return n
}

func sheet(rows, columns []string, side int) Sheet {
	return Sheet{Title: "portrait.jpg", Note: "DeltaEdit", Rows: rows, Columns: columns, Side: side}
}

func TestPicturesStandInTheirPlaces(t *testing.T) {
	d, err := New(sheet([]string{"Smiling", "Older"}, []string{"0", "1", "2"}, 96))
	if err != nil {
		t.Fatal(err)
	}
	red, blue := color.RGBA{0xff, 0, 0, 0xff}, color.RGBA{0, 0, 0xff, 0xff}
	d.Put(0, 2, plain(96, 96, red))
	d.Put(1, 0, plain(200, 100, blue)) // reduced to 96 × 48, in the middle
	img := d.Image()
	if img.Rect.Size() != d.sheet.Size() {
		t.Fatalf("%v, want %v", img.Rect.Size(), d.sheet.Size())
	}
	at := func(row, column, x, y int) color.RGBA { p := d.Cell(row, column).Min; return img.RGBAAt(p.X+x, p.Y+y) }
	for _, c := range []struct {
		row, column, x, y int
		want              color.RGBA
	}{
		{0, 2, 0, 0, red},
		{0, 2, 95, 95, red},
		{0, 2, -1, 0, ground},
		{0, 1, 50, 50, empty},
		{1, 0, 48, 10, ground},
		{1, 0, 48, 48, blue},
		{1, 0, 1, 48, blue},
		{1, 0, 48, 85, ground},
	} {
		if got := at(c.row, c.column, c.x, c.y); got != c.want {
			t.Errorf("row %d, column %d, at %d, %d: %v, want %v", c.row, c.column, c.x, c.y, got, c.want)
		}
	}
	for row := range 2 {
		for column := range 3 {
			if cell := d.Cell(row, column); !cell.In(img.Rect) || cell.Dx() != 96 {
				t.Errorf("cell %d, %d: %v", row, column, cell)
			}
		}
	}
}

func TestCaptionsAreThere(t *testing.T) {
	s := sheet([]string{"Smiling", "face with a long grey beard and a hat that was worn for many years → young face"}, []string{"−1", "0.5"}, 128)
	d, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	l, img := d.layout, d.Image()
	above := func(c int) image.Rectangle {
		cell := d.Cell(0, c)
		return image.Rect(cell.Min.X, cell.Min.Y-l.line-l.gap/2, cell.Max.X, cell.Min.Y)
	}
	before := func(r int) image.Rectangle {
		cell := d.Cell(r, 0)
		return image.Rect(l.margin, cell.Min.Y, l.margin+l.caption, cell.Max.Y)
	}
	for name, part := range map[string]image.Rectangle{
		"title": image.Rect(l.margin, l.margin, 200, l.margin+l.line+l.line/2), "column 1": above(0), "column 2": above(1),
		"row 1": before(0), "row 2": before(1), "note": image.Rect(l.margin, l.size.Y-l.margin-l.line, 200, l.size.Y-l.gap),
	} {
		if n := dark(img, part); n < 10 {
			t.Errorf("%s: %d dark pixels, want a text", name, n)
		}
	}
	if one, many := dark(img, before(0)), dark(img, before(1)); many < 3*one {
		t.Errorf("the long caption has %d dark pixels, the short one %d: want several lines", many, one)
	}
	gap := image.Rect(l.margin+l.caption, d.Cell(0, 0).Min.Y, d.Cell(0, 0).Min.X, d.Cell(1, 0).Max.Y)
	if n := dark(img, gap); n != 0 {
		t.Errorf("%d dark pixels beside the captions", n)
	}
}

func TestSheetIsAlwaysTheSame(t *testing.T) {
	var first []byte
	for range 3 {
		d, err := New(sheet([]string{"a", "b", "c"}, []string{"1", "2"}, 80))
		if err != nil {
			t.Fatal(err)
		}
		d.Put(2, 1, plain(90, 40, color.RGBA{1, 2, 3, 0xff}))
		if first == nil {
			first = d.Image().Pix
		}
		if !bytes.Equal(first, d.Image().Pix) {
			t.Fatal("the same sheet has other pixels")
		}
	}
}

func TestWrapping(t *testing.T) {
	w, err := newWriter(regularFont, 16)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "word", "several words that need more than one line", strings.Repeat("m", 200), "日本語", "a\nb\tc  d"} {
		for most := 1; most <= 3; most++ {
			lines := w.wrapped(text, 90, most)
			if len(lines) > most {
				t.Errorf("%q: %d lines, want at most %d", text, len(lines), most)
			}
			for _, l := range lines {
				if w.width(l) > 90 {
					t.Errorf("%q: the line %q has %d pixels, want at most 90", text, l, w.width(l))
				}
			}
		}
	}
	if got := w.wrapped("several words that need more", 90, 2); len(got) != 2 || !strings.HasSuffix(got[1], "…") || got[0] != "several" {
		t.Errorf("got %q", got)
	}
	if got := w.shortened("a", 0); got != "" {
		t.Errorf("no width: %q", got)
	}
}

func TestSheetsThatCannotBeDrawn(t *testing.T) {
	many := make([]string, 65)
	for name, c := range map[string]struct {
		s    Sheet
		says string
	}{
		"no rows":       {sheet(nil, []string{"1"}, 100), "without pictures"},
		"no columns":    {sheet([]string{"a"}, nil, 100), "without pictures"},
		"many rows":     {sheet(many, []string{"1"}, 100), "65 edits: want at most 64"},
		"many columns":  {sheet([]string{"a"}, many, 100), "65 strengths: want at most 16"},
		"small":         {sheet([]string{"a"}, []string{"1"}, 63), "63 pixels: want 64 to 1024"},
		"large":         {sheet([]string{"a"}, []string{"1"}, 1025), "1025 pixels"},
		"much together": {sheet(many[:64], many[:16], 1024), "megapixels: want at most 80"},
	} {
		if _, err := New(c.s); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if d, err := New(sheet([]string{"a"}, []string{"1"}, MinSide)); err != nil || d == nil {
		t.Errorf("the smallest: %v", err)
	}
}

func TestOtherLettersAreDrawn(t *testing.T) {
	w, err := newWriter(regularFont, 16)
	if err != nil {
		t.Fatal(err)
	}
	pixels := func(text string) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, 120, 24))
		draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
		w.line(img, color.Black, image.Point{}, 120, left, text)
		return img
	}
	missing := pixels("\U0001F469") // in none of the fonts
	for _, text := range []string{"微笑", "笑顔", "メイク"} {
		got := pixels(text)
		if dark(got, got.Rect) < 30 || bytes.Equal(got.Pix, missing.Pix) {
			t.Errorf("%q is not drawn", text)
		}
		if width := w.width(text); width < 16*len([]rune(text))-2 || width > 16*len([]rune(text))+2 {
			t.Errorf("%q is %d pixels wide", text, width)
		}
	}
	if bytes.Equal(pixels("微笑").Pix, pixels("笑微").Pix) {
		t.Error("two texts look the same")
	}
}
