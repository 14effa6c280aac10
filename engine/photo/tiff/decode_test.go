package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"strings"
	"testing"

	reference "golang.org/x/image/tiff"

	"deltaedit/engine/photo/phototest"
)

// value is a sample with something in each of its bits.
func value(x, y, s int) uint16 { return uint16(x*2531 + y*7919 + s*12007 + x*y*s*31) }

// every is a file of each layout: orders, depths, planes, strips, tiles,
// compressions and predictors.
func every(f func(name string, t phototest.TIFF)) {
	for _, order := range []phototest.Order{binary.BigEndian, binary.LittleEndian} {
		for _, kind := range []struct {
			name        string
			photometric uint16
			samples     int
			extra       []uint16
		}{
			{"grey", 1, 1, nil},
			{"inverted grey", 0, 1, nil},
			{"grey with alpha", 1, 2, []uint16{2}},
			{"RGB", 2, 3, nil},
			{"RGB with alpha", 2, 4, []uint16{2}},
			{"RGB with a mask", 2, 4, []uint16{0}},
			{"RGB with alpha and a mask", 2, 5, []uint16{2, 0}},
			{"CMYK", 5, 4, nil},
			{"CMYK with a spot colour", 5, 5, []uint16{0}},
		} {
			for _, bits := range []int{1, 2, 4, 8, 16} {
				for _, planar := range []bool{false, true} {
					for _, block := range []string{"one strip", "strips", "tiles"} {
						for _, compression := range []uint16{1, 8, 32773} {
							for _, predictor := range []bool{false, true} {
								if predictor && (bits < 8 || compression != 8) {
									continue
								}
								f2 := phototest.TIFF{
									Order: order, Width: 37, Height: 21, Bits: bits, Samples: kind.samples, Photometric: kind.photometric,
									Planar: planar, Compression: compression, Predictor: predictor, Extra: kind.extra, Value: value,
								}
								switch block {
								case "strips":
									f2.RowsPerStrip = 8
								case "tiles":
									f2.TileW, f2.TileH = 16, 16
								}
								f(fmt.Sprintf("%s, %v, %d bits, planar %t, %s, compression %d, predictor %t",
									kind.name, order, bits, planar, block, compression, predictor), f2)
							}
						}
					}
				}
			}
		}
	}
}

// sample16 is a sample as a value of 16 bits.
func sample16(bits int, v uint16) uint16 {
	switch bits {
	case 16:
		return v
	case 8:
		return v & 0xff * 257
	}
	top := uint16(1)<<bits - 1
	return v & top * (65535 / top)
}

// wanted is the colour of a pixel.
func wanted(f phototest.TIFF, x, y int) color.Color {
	at := func(s int) uint16 { return sample16(f.Bits, f.Value(x, y, s)) }
	alpha := func(s int) uint16 {
		if len(f.Extra) > 0 && f.Extra[0] == 2 {
			return at(s)
		}
		return 65535
	}
	switch f.Photometric {
	case 0:
		return color.NRGBA64{65535 - at(0), 65535 - at(0), 65535 - at(0), 65535}
	case 1:
		return color.NRGBA64{at(0), at(0), at(0), alpha(1)}
	case 2:
		return color.NRGBA64{at(0), at(1), at(2), alpha(3)}
	}
	return color.CMYK{byte(at(0) >> 8), byte(at(1) >> 8), byte(at(2) >> 8), byte(at(3) >> 8)}
}

// as is a colour as a picture of its type holds it, also where alpha is 0.
func as(img image.Image, c color.NRGBA64) color.Color {
	switch img.(type) {
	case *image.Gray:
		return color.Gray{byte(c.R >> 8)}
	case *image.Gray16:
		return color.Gray16{c.R}
	case *image.NRGBA:
		return color.NRGBA{byte(c.R >> 8), byte(c.G >> 8), byte(c.B >> 8), byte(c.A >> 8)}
	}
	return c
}

func TestEveryLayout(t *testing.T) {
	n, compared := 0, 0
	every(func(name string, f phototest.TIFF) {
		n++
		data := f.Encode()
		img, err := Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		c, err := Config(data)
		if err != nil || c.Width != 37 || c.Height != 21 || img.Bounds() != image.Rect(0, 0, 37, 21) {
			t.Errorf("%s: %v, %v, %v", name, c, img.Bounds(), err)
			return
		}
		for y := range 21 {
			for x := range 37 {
				want := wanted(f, x, y)
				if c, ok := want.(color.NRGBA64); ok {
					want = as(img, c)
				}
				if img.At(x, y) != want {
					t.Errorf("%s: pixel (%d, %d) is %v, want %v", name, x, y, img.At(x, y), want)
					return
				}
			}
		}
		// What another decoder reads rightly is the same here.
		other, err := reference.Decode(bytes.NewReader(data))
		if err != nil || f.Planar || f.Bits < 8 && f.Samples > 1 {
			return
		}
		compared++
		for y := range 21 {
			for x := range 37 {
				r, g, b, a := img.At(x, y).RGBA()
				r2, g2, b2, a2 := other.At(x, y).RGBA()
				if r != r2 || g != g2 || b != b2 || a != a2 {
					t.Errorf("%s: pixel (%d, %d) is %v, elsewhere %v", name, x, y, img.At(x, y), other.At(x, y))
					return
				}
			}
		}
	})
	if n < 1000 || compared < 100 {
		t.Errorf("%d layouts, %d compared", n, compared)
	}
}

// Some programs write the bits of each byte from the lowest on.
func TestReversedBits(t *testing.T) {
	for _, compression := range []uint16{1, 8, 32773} {
		for _, bits := range []int{1, 8, 16} {
			f := phototest.TIFF{
				Order: binary.LittleEndian, Width: 21, Height: 9, Bits: bits, Samples: 1, Photometric: 1, Compression: compression, Value: value,
			}
			straight, err := Decode(f.Encode())
			if err != nil {
				t.Fatal(err)
			}
			f.Reversed = true
			reversed, err := Decode(f.Encode())
			if err != nil {
				t.Fatal(err)
			}
			for i := range 21 * 9 {
				if a, b := straight.At(i%21, i/21), reversed.At(i%21, i/21); a != b {
					t.Fatalf("compression %d, %d bits: %v, want %v", compression, bits, b, a)
				}
			}
		}
	}
}

// Fax compression of group 4: eight white rows are a bit each, and the end.
func TestGroup4(t *testing.T) {
	rows := []byte{0xff, 0x00, 0x10, 0x01}
	for name, c := range map[string]struct {
		strip       []byte
		photometric uint16
		order       uint16
		want        byte
	}{
		"white is 0": {rows, 0, 1, 255}, "black is 0": {rows, 1, 1, 255}, "reversed": {[]byte{0xff, 0x00, 0x08, 0x80}, 0, 2, 255},
	} {
		o := phototest.Order(binary.LittleEndian)
		f := phototest.TIFF{Order: o, Width: 32, Height: 8, Bits: 1, Samples: 1, Photometric: c.photometric, Compression: 1, Value: value}
		data := f.Encode()
		copy(data[8:], c.strip)
		data = phototest.TIFFTags(data, phototest.Short(o, 0x0103, 4), phototest.Short(o, 0x010a, c.order), phototest.Long(o, 0x0117, uint32(len(c.strip))))
		img, err := Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, v := range img.(*image.Gray).Pix {
			if v != c.want {
				t.Errorf("%s: %d", name, v)
				break
			}
		}
		if _, err := Decode(phototest.TIFFTags(data, phototest.Long(o, 0x0111, 1<<30))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s, without data: %v", name, err)
		}
	}
}

// Colours multiplied by their alpha stay so: the type of the picture says it.
func TestAssociatedAlpha(t *testing.T) {
	for bits, want := range map[int]string{8: "*image.RGBA", 16: "*image.RGBA64"} {
		f := phototest.TIFF{
			Order: binary.LittleEndian, Width: 5, Height: 4, Bits: bits, Samples: 4, Photometric: 2, Compression: 1, Planar: true,
			Extra: []uint16{1}, Value: func(x, _, s int) uint16 { return []uint16{10, 20, 30, 0x4040}[s] * uint16(x) },
		}
		img, err := Decode(f.Encode())
		if err != nil || fmt.Sprintf("%T", img) != want {
			t.Errorf("%d bits: %T, %v", bits, img, err)
		}
	}
}

func TestPalettes(t *testing.T) {
	for _, bits := range []int{1, 2, 4, 8} {
		for name, scale := range map[string]uint16{"words": 257, "bytes": 1} {
			n := 1 << bits
			m := phototest.Tag{ID: 0x0140, Kind: 3, Count: uint32(3 * n)}
			for i := range 3 * n {
				m.Data = binary.BigEndian.AppendUint16(m.Data, uint16(i*85%256)*scale)
			}
			f := phototest.TIFF{
				Order: binary.BigEndian, Width: 19, Height: 5, Bits: bits, Samples: 1, Photometric: 3, Compression: 32773,
				Tags: []phototest.Tag{m}, Value: value,
			}
			img, err := Decode(f.Encode())
			if err != nil {
				t.Fatalf("%d bits, %s: %v", bits, name, err)
			}
			for y := range 5 {
				for x := range 19 {
					i := int(value(x, y, 0)) & (n - 1)
					want := color.NRGBA{byte(i * 85), byte((n + i) * 85), byte((2*n + i) * 85), 255}
					if got := color.NRGBAModel.Convert(img.At(x, y)); got != want {
						t.Fatalf("%d bits, %s: colour %d is %v, want %v", bits, name, i, got, want)
					}
				}
			}
			short := f
			short.Tags = []phototest.Tag{{ID: 0x0140, Kind: 3, Count: 3, Data: make([]byte, 6)}}
			if _, err := Decode(short.Encode()); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bits: a palette of one colour: %v", bits, err)
			}
		}
	}
}

// jpegStrips makes a TIFF of JPEGs, with tables of their own or in common.
func jpegStrips(t testing.TB, img image.Image, rows int, photometric uint16, shared bool) []byte {
	t.Helper()
	b := img.Bounds()
	samples := 3
	if _, ok := img.(*image.Gray); ok {
		samples = 1
	}
	var blocks [][]byte
	var tables []byte
	for y := 0; y < b.Dy(); y += rows {
		strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), min(rows, b.Dy()-y)))
		var src image.Image = strip
		for sy := range strip.Rect.Dy() {
			for x := range b.Dx() {
				strip.Set(x, sy, img.At(x, y+sy))
			}
		}
		if samples == 1 {
			src = img.(*image.Gray).SubImage(image.Rect(0, y, b.Dx(), min(y+rows, b.Dy())))
		}
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, src, &jpeg.Options{Quality: 95}); err != nil {
			t.Fatal(err)
		}
		data := buf.Bytes()
		if shared {
			tables = []byte{0xff, 0xd8}
			short := []byte{0xff, 0xd8}
			for i := 2; ; {
				n := 2 + int(binary.BigEndian.Uint16(data[i+2:]))
				switch data[i+1] {
				case 0xdb, 0xc4:
					tables = append(tables, data[i:i+n]...)
				case 0xda:
					short = append(short, data[i:]...)
				default:
					short = append(short, data[i:i+n]...)
				}
				if data[i+1] == 0xda {
					break
				}
				i += n
			}
			data = short
		}
		blocks = append(blocks, data)
	}
	f := phototest.TIFF{
		Order: binary.LittleEndian, Width: b.Dx(), Height: b.Dy(), Bits: 8, Samples: samples, Photometric: photometric,
		Compression: 1, RowsPerStrip: rows, Value: value,
	}
	out := f.Encode()
	var offsets, counts []byte
	for _, block := range blocks {
		offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(out)))
		counts = binary.LittleEndian.AppendUint32(counts, uint32(len(block)))
		out = append(out, block...)
	}
	n := uint32(len(blocks))
	tags := []phototest.Tag{
		phototest.Short(binary.LittleEndian, 0x0103, 7), {ID: 0x0111, Kind: 4, Count: n, Data: offsets}, {ID: 0x0117, Kind: 4, Count: n, Data: counts},
	}
	if shared {
		tags = append(tags, phototest.Raw(0x015b, append(tables, 0xff, 0xd9)))
	}
	return phototest.TIFFTags(out, tags...)
}

func TestJPEGInside(t *testing.T) {
	colours := image.NewRGBA(image.Rect(0, 0, 48, 40))
	grey := image.NewGray(colours.Rect)
	for y := range 40 {
		for x := range 48 {
			c := color.RGBA{byte(60 + 40*(x/16)), byte(200 - 50*(y/16)), 90, 255}
			colours.SetRGBA(x, y, c)
			grey.SetGray(x, y, color.Gray{c.G})
		}
	}
	check := func(name string, data []byte, want image.Image) {
		t.Helper()
		img, err := Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		for y := 8; y < 40; y += 16 {
			for x := 8; x < 48; x += 16 {
				r, g, b, _ := img.At(x, y).RGBA()
				wr, wg, wb, _ := want.At(x, y).RGBA()
				for _, d := range []int{int(r>>8) - int(wr>>8), int(g>>8) - int(wg>>8), int(b>>8) - int(wb>>8)} {
					if d > 4 || d < -4 {
						t.Errorf("%s: (%d, %d) is %v, want %v", name, x, y, img.At(x, y), want.At(x, y))
						return
					}
				}
			}
		}
	}
	for _, shared := range []bool{false, true} {
		check(fmt.Sprint("YCbCr, tables shared ", shared), jpegStrips(t, colours, 16, 6, shared), colours)
		check(fmt.Sprint("grey, tables shared ", shared), jpegStrips(t, grey, 16, 1, shared), grey)
	}
	// RGB that no segment of Adobe's announces: the encoder's YCbCr stands for it.
	asRGB := image.NewRGBA(colours.Rect)
	for y := range 40 {
		for x := range 48 {
			c := colours.RGBAAt(x, y)
			l, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			asRGB.SetRGBA(x, y, color.RGBA{l, cb, cr, 255})
		}
	}
	check("RGB", jpegStrips(t, colours, 16, 2, true), asRGB)
	data := jpegStrips(t, colours, 16, 6, false)
	for n := range len(data) { // whatever is cut off: an error, or a picture
		if img, err := Decode(data[:n]); (img == nil) == (err == nil) {
			t.Fatalf("cut at %d: %v, %v", n, img, err)
		}
	}
}

// What is not read is named, and not taken for damage.
func TestUnsupportedIsNamed(t *testing.T) {
	o := phototest.Order(binary.LittleEndian)
	base := phototest.TIFF{Order: o, Width: 20, Height: 10, Bits: 8, Samples: 3, Photometric: 2, Compression: 1, Value: value}
	with := func(tags ...phototest.Tag) phototest.TIFF {
		f := base
		f.Tags = tags
		return f
	}
	bilevel := base
	bilevel.Bits, bilevel.Samples, bilevel.Photometric = 1, 1, 0
	bits := with(phototest.Tag{ID: 0x0102, Kind: 3, Count: 3, Data: []byte{12, 0, 12, 0, 12, 0}})
	short := func(id, v uint16) phototest.Tag { return phototest.Short(o, id, v) }
	fax := func(compression uint16) phototest.TIFF {
		f := bilevel
		f.Tags = []phototest.Tag{short(0x0103, compression)}
		return f
	}
	planarJPEG := with(short(0x0103, 7))
	planarJPEG.Planar = true
	deflated := base
	deflated.Compression = 8
	predicted := deflated
	predicted.Tags = []phototest.Tag{short(0x013d, 3)}
	lzw := phototest.TIFFTags(base.Encode(), short(0x0103, 5))
	copy(lzw[8:], "\x00\x01")
	for want, f := range map[string]phototest.TIFF{
		"fax (CCITT group 3) compression": fax(3), "fax (CCITT modified Huffman) compression": fax(2),
		"floating-point samples": with(short(0x0153, 3)), "signed samples": with(short(0x0153, 2)),
		"samples of 12 bits": bits, "CIELab colours": with(short(0x0106, 8)), "a camera's raw mosaic": with(short(0x0106, 32803)),
		"Zstandard compression": with(short(0x0103, 50000)), "WebP compression": with(short(0x0103, 50001)),
		"old-style JPEG compression": with(short(0x0103, 6)), "compression 4711": with(short(0x0103, 4711)),
		"YCbCr colours without JPEG compression": with(short(0x0106, 6)), "predictor 3": predicted,
		"JPEG compression of separate planes":                       planarJPEG,
		"colours of an unknown kind (PhotometricInterpretation 77)": with(short(0x0106, 77)),
		"samples of different depths":                               with(phototest.Tag{ID: 0x0102, Kind: 3, Count: 3, Data: []byte{8, 0, 8, 0, 16, 0}}),
	} {
		_, err := Decode(f.Encode())
		var u Unsupported
		if !errors.As(err, &u) || string(u) != want {
			t.Errorf("%v, want %q", err, want)
		}
		if _, err := Config(f.Encode()); err != nil {
			t.Errorf("%s: no size: %v", want, err)
		}
	}
	if _, err := Decode(lzw); !errors.As(err, new(Unsupported)) || !strings.Contains(err.Error(), "old-style LZW") {
		t.Errorf("old LZW: %v", err)
	}
}

// A file that is cut short says so, and one that contradicts itself as well.
func TestBadFiles(t *testing.T) {
	o := phototest.Order(binary.LittleEndian)
	f := phototest.TIFF{Order: o, Width: 20, Height: 10, Bits: 16, Samples: 3, Photometric: 2, Compression: 1, Planar: true, Value: value}
	whole := f.Encode()
	// The directory comes last: put the samples behind it.
	moved := bytes.Clone(whole[8 : 8+20*10*2*3])
	cut := append(bytes.Clone(whole), moved...)
	var offsets []byte
	for i := range 3 {
		offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(whole)+i*400))
	}
	cut = phototest.TIFFTags(cut, phototest.Tag{ID: 0x0111, Kind: 4, Count: 3, Data: offsets})
	if _, err := Decode(cut); err != nil {
		t.Fatal(err)
	}
	far := phototest.TIFFTags(whole, phototest.Tag{ID: 0x0111, Kind: 4, Count: 3, Data: bytes.Repeat([]byte{0xff, 0xff, 0xff, 0x7f}, 3)})
	with := func(tags ...phototest.Tag) []byte { return phototest.TIFFTags(whole, tags...) }
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty": {nil, io.ErrUnexpectedEOF}, "header": {whole[:8], io.ErrUnexpectedEOF}, "half": {whole[:len(whole)/2], io.ErrUnexpectedEOF},
		"samples far away": {far, io.ErrUnexpectedEOF},
		"no TIFF":          {[]byte("hello, world"), ErrDamaged},
		"no size":          {with(phototest.Short(o, 0x0100, 0)), ErrDamaged},
		"no samples":       {with(phototest.Short(o, 0x0115, 0)), ErrDamaged},
		"too few samples":  {with(phototest.Short(o, 0x0115, 2)), ErrDamaged},
		"too many samples": {with(phototest.Short(o, 0x0115, 4000)), ErrDamaged},
		"tiny tiles":       {with(phototest.Short(o, 0x0142, 1), phototest.Short(o, 0x0143, 1)), ErrDamaged},
		"huge tiles":       {with(phototest.Long(o, 0x0142, 60000), phototest.Long(o, 0x0143, 60000)), ErrDamaged},
		"odd offsets":      {with(phototest.Tag{ID: 0x0111, Kind: 5, Count: 3, Data: make([]byte, 24)}), ErrDamaged},
		"strips missing":   {with(phototest.Short(o, 0x0116, 2)), ErrDamaged},
	} {
		if img, err := Decode(c.data); img != nil && err == nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestPages(t *testing.T) {
	o := phototest.Order(binary.LittleEndian)
	one := phototest.TIFF{Order: o, Width: 9, Height: 8, Bits: 8, Samples: 1, Photometric: 1, Compression: 1, Value: value}.Encode()
	chain := func(second ...phototest.Tag) []byte {
		out := phototest.TIFFTags(one) // its directory is the last thing in it
		at := binary.LittleEndian.Uint32(out[4:])
		other := phototest.TIFFTags(out, second...)
		n := int(binary.LittleEndian.Uint16(out[at:]))
		binary.LittleEndian.PutUint32(other[int(at)+2+12*n:], binary.LittleEndian.Uint32(other[4:]))
		binary.LittleEndian.PutUint32(other[4:], at)
		return other
	}
	loop := phototest.TIFFTags(one)
	copy(loop[len(loop)-4:], loop[4:8])
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"one": {one, 1}, "two": {chain(), 2}, "a thumbnail": {chain(phototest.Long(o, 0x00fe, 1)), 1},
		"a mask": {chain(phototest.Long(o, 0x00fe, 4)), 1}, "a loop": {loop, 7}, "none": {nil, 0}, "text": {[]byte("hello, world"), 0},
	} {
		if got := Pages(c.data, 7); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	n := 0
	every(func(_ string, t phototest.TIFF) {
		if n++; n%97 == 0 {
			f.Add(t.Encode())
		}
	})
	f.Add(jpegStrips(f, image.NewGray(image.Rect(0, 0, 16, 16)), 8, 1, true))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Config(data)
		if err != nil || c.Width > 512 || c.Height > 512 {
			return
		}
		img, err := Decode(data)
		if err == nil && img.Bounds() != image.Rect(0, 0, c.Width, c.Height) {
			t.Fatalf("a picture of %v, announced as %d×%d", img.Bounds(), c.Width, c.Height)
		}
		Pages(data, 3)
	})
}
