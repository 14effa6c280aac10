package photo

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math"
	"slices"
	"testing"

	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/phototest"
)

// withoutSegments returns a JPEG without its segments of a kind.
func withoutSegments(data []byte, marker byte) []byte {
	out := bytes.Clone(data[:2])
	last := 2
	for s := range headSegments(data) {
		if s.marker != marker {
			out = append(out, data[last:s.end]...)
		}
		last = s.end
	}
	return append(out, data[last:]...)
}

// Pictures of webcams and frames of Motion JPEG lack the standard Huffman tables, and
// some of four colours Adobe's segment.
func TestJPEGsThatLeaveThingsOut(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 40, 24))
	for i := range grey.Pix {
		grey.Pix[i] = byte(i * 5)
	}
	for name, c := range map[string]struct {
		sound, bare []byte
		notices     []Notice
	}{
		"colour":       {encoded(t, blocks(), "jpeg"), withoutSegments(encoded(t, blocks(), "jpeg"), markerDHT), nil},
		"grey":         {encoded(t, grey, "jpeg"), withoutSegments(encoded(t, grey, "jpeg"), markerDHT), nil},
		"and the end":  {encoded(t, blocks(), "jpeg"), bytes.TrimSuffix(withoutSegments(encoded(t, blocks(), "jpeg"), markerDHT), []byte{0xff, markerEOI}), []Notice{NoticeEndMissing}},
		"fill between": {encoded(t, blocks(), "jpeg"), append([]byte{0xff, 0xd8, 0xff, 0xff}, withoutSegments(encoded(t, blocks(), "jpeg"), markerDHT)[3:]...), nil},
	} {
		if _, err := jpeg.Decode(bytes.NewReader(c.bare)); err == nil {
			t.Fatalf("%s: the decoder needs no help", name)
		}
		p, err := DecodeBytes(c.bare, "x")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(p.Image.Pix, decoded(t, c.sound).Image.Pix) || !slices.Equal(p.Notices, c.notices) {
			t.Errorf("%s: other pixels, or %q", name, p.Notices)
		}
	}
	// Inks that are not Adobe's are stored as they are, not inverted.
	cmyk := fixture(t, "cmyk.jpg")
	if _, err := jpeg.Decode(bytes.NewReader(withoutSegments(cmyk, markerAPP14))); err == nil {
		t.Fatal("four colours: the decoder needs no help")
	}
	p, want := decoded(t, withoutSegments(cmyk, markerAPP14)), mustDecode(t, cmyk)
	if !slices.Equal(p.Notices, []Notice{NoticeCMYK}) {
		t.Errorf("notices %q", p.Notices)
	}
	for i := range 12 {
		x, y := i%6*blockSide+8, i/6*blockSide+8
		inks := want.(*image.CMYK).CMYKAt(x, y)
		r, g, b := color.CMYKToRGB(^inks.C, ^inks.M, ^inks.Y, ^inks.K)
		if got := p.Image.NRGBAAt(x, y); got != (color.NRGBA{r, g, b, 255}) {
			t.Errorf("block %d is %v, want %v", i, got, color.NRGBA{r, g, b, 255})
		}
	}
	// A progressive JPEG has no standard tables.
	if p, err := DecodeBytes(withoutSegments(fixture(t, "progressive.jpg"), markerDHT), "x"); p != nil || !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTruncated) {
		t.Errorf("progressive without tables: %v, %v", p, err)
	}
}

func mustDecode(t *testing.T, jpg []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(jpg))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// gifOf makes a GIF of one frame of w × h pixels with 4 colours. The frame lies at (x, y)
// of a screen of the given size.
func gifOf(screen, at image.Point, w, h int, interlaced bool, pixels, behind []byte) []byte {
	u16 := binary.LittleEndian.AppendUint16
	out := u16(u16([]byte("GIF89a"), uint16(screen.X)), uint16(screen.Y))
	out = append(out, 0x81, 0, 0, 10, 20, 30, 200, 0, 0, 0, 200, 0, 0, 0, 200)
	out = append(out, 0x21, 0xf9, 4, 1, 0, 0, 0, 0) // colour 0 is transparent
	out = append(out, 0x2c)
	out = u16(u16(u16(u16(out, uint16(at.X)), uint16(at.Y)), uint16(w)), uint16(h))
	flags := byte(0)
	if interlaced {
		flags = 0x40
	}
	var b bytes.Buffer
	z := lzw.NewWriter(&b, lzw.LSB, 2)
	_, _ = z.Write(pixels) // a bytes.Buffer does not fail
	_ = z.Close()
	out = append(out, flags, 2)
	for rest := b.Bytes(); len(rest) > 0; {
		n := min(len(rest), 50)
		out = append(append(out, byte(n)), rest[:n]...)
		rest = rest[n:]
	}
	return append(append(out, 0), behind...)
}

// GIFs that break rules, but that every viewer opens.
func TestGIFVariants(t *testing.T) {
	const w, h = 23, 17
	colours := []color.NRGBA{{}, {200, 0, 0, 255}, {0, 200, 0, 255}, {0, 0, 200, 255}}
	number := func(x, y int) byte { return byte((x*x + 3*y) % 4) }
	rows := func(order []int) (out []byte) {
		for _, y := range order {
			for x := range w {
				out = append(out, number(x, y))
			}
		}
		return out
	}
	var straight, passes []int
	for y := range h {
		straight = append(straight, y)
	}
	for _, p := range gifPasses(true) {
		for y := p[0]; y < h; y += p[1] {
			passes = append(passes, y)
		}
	}
	pixels := rows(straight)
	pt, full := image.Pt, image.Pt(w, h)
	chunks := []Notice{NoticeChunksDamaged}
	for name, c := range map[string]struct {
		data    []byte
		size    image.Point
		at      image.Point
		notices []Notice
	}{
		"sound":                  {gifOf(full, pt(0, 0), w, h, false, pixels, []byte{0x3b}), full, pt(0, 0), nil},
		"no end":                 {gifOf(full, pt(0, 0), w, h, false, pixels, nil), full, pt(0, 0), nil},
		"a larger screen":        {gifOf(pt(40, 30), pt(5, 6), w, h, false, pixels, []byte{0x3b}), pt(40, 30), pt(5, 6), nil},
		"no screen":              {gifOf(pt(0, 0), pt(0, 0), w, h, false, pixels, []byte{0x3b}), full, pt(0, 0), chunks},
		"a smaller screen":       {gifOf(pt(10, 9), pt(0, 0), w, h, false, pixels, []byte{0x3b}), full, pt(0, 0), chunks},
		"beyond the screen":      {gifOf(pt(25, 20), pt(7, 1), w, h, false, pixels, []byte{0x3b}), pt(7+w, 20), pt(7, 1), chunks},
		"interlaced, no screen":  {gifOf(pt(0, 0), pt(0, 0), w, h, true, rows(passes), []byte{0x3b}), full, pt(0, 0), chunks},
		"more data than pixels":  {gifOf(full, pt(0, 0), w, h, false, append(slices.Clone(pixels), pixels...), []byte{0x3b}), full, pt(0, 0), chunks},
		"noise behind the frame": {gifOf(full, pt(0, 0), w, h, false, pixels, []byte("noise")), full, pt(0, 0), nil},
	} {
		p, err := DecodeBytes(c.data, "x")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Image.Rect.Size() != c.size || !slices.Equal(p.Notices, c.notices) {
			t.Errorf("%s: %v, %q, want %v, %q", name, p.Image.Rect, p.Notices, c.size, c.notices)
			continue
		}
		for i := range w * h {
			x, y := i%w, i/w
			if got, want := p.Image.NRGBAAt(x+c.at.X, y+c.at.Y), colours[number(x, y)]; got != want {
				t.Errorf("%s: (%d, %d) is %v, want %v", name, x, y, got, want)
				break
			}
		}
	}
	for name, data := range map[string][]byte{
		"too few pixels":        gifOf(full, pt(0, 0), w, h, false, pixels[:w*h-1], []byte{0x3b}),
		"too few, no screen":    gifOf(pt(0, 0), pt(0, 0), w, h, false, pixels[:w*h/2], []byte{0x3b}),
		"no frame":              gifOf(full, pt(0, 0), 0, 0, false, nil, []byte{0x3b})[:30],
		"a frame of no size":    gifOf(pt(0, 0), pt(0, 0), 0, 0, false, nil, []byte{0x3b}),
		"a frame far away":      gifOf(pt(0, 0), pt(60000, 60000), w, h, false, pixels, []byte{0x3b}),
		"no colours, no screen": append([]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), gifOf(pt(0, 0), pt(0, 0), w, h, false, pixels, nil)[25:]...),
	} {
		if p, err := DecodeBytes(data, "x"); p != nil || !known(err) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	whole := gifOf(pt(0, 0), pt(0, 0), w, h, true, rows(passes), nil)
	for n := range whole { // cut anywhere: an error or a picture
		if p, err := DecodeBytes(whole[:n], "x"); (p == nil) == (err == nil) || err != nil && !known(err) {
			t.Fatalf("cut at %d: %v, %v", n, p, err)
		}
	}
	if _, err := gif.Decode(bytes.NewReader(whole)); err == nil {
		t.Error("the decoder needs no help")
	}
}

// Colours that TIFF and BMP files state without a profile are applied, and exported as a
// profile; those of sRGB need none.
func TestStatedColours(t *testing.T) {
	le := phototest.Order(littleEndian)
	p3 := []float64{0.680, 0.320, 0.265, 0.690, 0.150, 0.060}
	srgb := []float64{0.64, 0.33, 0.30, 0.60, 0.15, 0.06}
	rationals := func(id uint16, v ...float64) phototest.Tag {
		tag := phototest.Tag{ID: id, Kind: 5, Count: uint32(len(v))}
		for _, x := range v {
			tag.Data = le.AppendUint32(le.AppendUint32(tag.Data, uint32(math.Round(x*10000))), 10000)
		}
		return tag
	}
	table := func(n, copies int, gamma float64) phototest.Tag {
		tag := phototest.Tag{ID: 0x012d, Kind: 3, Count: uint32(n * copies)}
		for range copies {
			for i := range n {
				tag.Data = le.AppendUint16(tag.Data, uint16(math.Round(65535*math.Pow(float64(i)/float64(n-1), gamma))))
			}
		}
		return tag
	}
	tif := func(tags ...phototest.Tag) []byte { return phototest.TIFFTags(encoded(t, blocks(), "tiff"), tags...) }
	// A BMP of version 4 or 5 with primaries, as XYZ times scale, and exponents.
	bm := func(header int, space string, primaries []float64, scale, gamma float64) []byte {
		var ends, exponents []byte
		for i := 0; i < len(primaries); i += 2 {
			x, y := primaries[i], primaries[i+1]
			for _, v := range []float64{x, y, 1 - x - y} {
				ends = littleEndian.AppendUint32(ends, uint32(math.Round(v*scale*(1<<30))))
			}
			exponents = littleEndian.AppendUint32(exponents, uint32(math.Round(gamma*65536)))
		}
		img := blocks()
		return phototest.BMP{
			Header: header, Width: 6 * blockSide, Height: 2 * blockSide, Bits: 24, Field: map[int][]byte{56: []byte(space), 60: ends, 96: exponents},
			Value: func(x, y int) uint32 { c := img.NRGBAAt(x, y); return uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B) },
		}.Encode()
	}
	d65 := [2]float64{0.3127, 0.3290}
	wide := icc.Primaries{White: d65, Red: [2]float64(p3), Green: [2]float64(p3[2:]), Blue: [2]float64(p3[4:])}
	of := func(p icc.Primaries, gamma float64) []byte {
		return icc.FromPrimaries("x", p, icc.CurveOf(power(gamma)))
	}
	p3SRGB := icc.FromPrimaries("x", wide, icc.SRGBCurve())
	for name, c := range map[string]struct {
		data []byte
		want []byte // a profile of the same colours; nil for sRGB
		lost bool
	}{
		"tiff, P3":                     {tif(rationals(0x013e, 0.3127, 0.3290), rationals(0x013f, p3...)), p3SRGB, false},
		"tiff, P3 without a white":     {tif(rationals(0x013f, p3...)), p3SRGB, false},
		"tiff, sRGB":                   {tif(rationals(0x013e, 0.3127, 0.3290), rationals(0x013f, srgb...)), nil, false},
		"tiff, a curve":                {tif(table(256, 1, 1.4)), of(icc.SRGB, 1.4), false},
		"tiff, three curves, P3":       {tif(table(256, 3, 1.8), rationals(0x013f, p3...)), of(wide, 1.8), false},
		"tiff, a curve of 2.2":         {tif(table(256, 3, 2.2)), nil, false},
		"tiff, an odd curve":           {tif(table(200, 1, 1.4)), nil, false},
		"tiff, primaries on a line":    {tif(rationals(0x013f, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)), nil, true},
		"tiff, its profile goes first": {tif(rationals(0x013f, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3), phototest.Raw(0x8773, phototest.DisplayP3())), phototest.DisplayP3(), false},
		"bmp 4, P3 as chromaticities":  {bm(108, "\x00\x00\x00\x00", p3, 1, 2.2), of(wide, 2.2), false},
		"bmp 5, an exponent of 1.5":    {bm(124, "\x00\x00\x00\x00", srgb, 1, 1.5), of(icc.SRGB, 1.5), false},
		"bmp 4, the encoding's":        {bm(108, "\x00\x00\x00\x00", srgb, 1, 1/1.5), of(icc.SRGB, 1.5), false},
		"bmp 4, sRGB by its numbers":   {bm(108, "\x00\x00\x00\x00", srgb, 1, 2.2), nil, false},
		"bmp 4, nothing stated":        {bm(108, "\x00\x00\x00\x00", nil, 1, 0), nil, false},
		"bmp 4, sRGB by name":          {bm(108, "BGRs", p3, 1, 1.5), nil, false},
		"bmp 5, a profile elsewhere":   {bm(124, "KNIL", p3, 1, 1.5), nil, true},
		"bmp, header of 40 bytes":      {encoded(t, blocks(), "bmp"), nil, false},
	} {
		p, err := DecodeBytes(c.data, "x")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if lost := slices.Contains(p.Notices, NoticeProfileDamaged); lost != c.lost || !lost && len(p.Notices) > 0 {
			t.Errorf("%s: notices %q", name, p.Notices)
		}
		if (p.ICC == nil) != (c.want == nil) {
			t.Errorf("%s: a profile of %d bytes, want %d", name, len(p.ICC), len(c.want))
			continue
		}
		want := decoded(t, withProfileOrNot(t, blocks(), c.want)).Image
		for i := range want.Pix {
			if d := int(p.Image.Pix[i]) - int(want.Pix[i]); abs(d) > 1 {
				t.Errorf("%s: byte %d is %d, want %d", name, i, p.Image.Pix[i], want.Pix[i])
				break
			}
		}
	}
}

// withProfileOrNot is a PNG with a profile, or without one.
func withProfileOrNot(t *testing.T, img image.Image, profile []byte) []byte {
	t.Helper()
	if profile == nil {
		return encoded(t, img, "png")
	}
	return withProfile(t, img, profile)
}
