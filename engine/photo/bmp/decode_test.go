package bmp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"testing"

	reference "golang.org/x/image/bmp"

	"deltaedit/engine/photo/phototest"
)

// colours returns a palette of n colours, each another.
func colours(n int) [][3]byte {
	p := make([][3]byte, n)
	for i := range p {
		p[i] = [3]byte{byte(i * 41), byte(255 - i*29), byte(i * 83)}
	}
	return p
}

// scaled widens n bits to 8, rounded.
func scaled(v uint32, n int) byte {
	top := uint32(1)<<n - 1
	return byte((v&top*255 + top/2) / top)
}

func noise(x, y int) uint32 { return uint32(x+1)*2654435761 ^ uint32(y+3)*40503<<7 }

func TestEveryLayout(t *testing.T) {
	type file struct {
		phototest.BMP
		want func(v uint32) color.NRGBA
	}
	files := map[string]file{}
	for _, header := range []int{12, 16, 40, 52, 56, 64, 108, 124} {
		for _, bits := range []int{1, 2, 4, 8} {
			p := colours(1 << bits)
			files[fmt.Sprintf("palette, header %d, %d bits", header, bits)] = file{
				phototest.BMP{Header: header, Bits: bits, Palette: p, Value: func(x, y int) uint32 { return noise(x, y) >> 9 & (1<<bits - 1) }},
				func(v uint32) color.NRGBA { return color.NRGBA{p[v][0], p[v][1], p[v][2], 255} },
			}
		}
		files[fmt.Sprintf("24 bits, header %d", header)] = file{
			phototest.BMP{Header: header, Bits: 24, Value: func(x, y int) uint32 { return noise(x, y) & 0xffffff }},
			func(v uint32) color.NRGBA { return color.NRGBA{byte(v >> 16), byte(v >> 8), byte(v), 255} },
		}
		if header < 40 || header == 64 {
			continue
		}
		for name, masks := range map[string][]uint32{"565": {0xf800, 0x07e0, 0x001f}, "555": {0x7c00, 0x03e0, 0x001f}, "444": {0xf00, 0xf0, 0xf}} {
			if header > 52 {
				masks = append(masks, 0)
			}
			files[fmt.Sprintf("16 bits, %s, header %d", name, header)] = file{
				phototest.BMP{Header: header, Bits: 16, Compression: 3, Masks: masks, Value: func(x, y int) uint32 { return noise(x, y) & 0xffff }},
				func(v uint32) color.NRGBA {
					switch name {
					case "565":
						return color.NRGBA{scaled(v>>11, 5), scaled(v>>5, 6), scaled(v, 5), 255}
					case "555":
						return color.NRGBA{scaled(v>>10, 5), scaled(v>>5, 5), scaled(v, 5), 255}
					}
					return color.NRGBA{scaled(v>>8, 4), scaled(v>>4, 4), scaled(v, 4), 255}
				},
			}
		}
		opaque := header <= 52
		alpha := func(v uint32) byte {
			if opaque {
				return 255
			}
			return byte(v >> 24)
		}
		files[fmt.Sprintf("16 bits, no masks, header %d", header)] = file{
			phototest.BMP{Header: header, Bits: 16, Value: func(x, y int) uint32 { return noise(x, y) & 0xffff }},
			func(v uint32) color.NRGBA { return color.NRGBA{scaled(v>>10, 5), scaled(v>>5, 5), scaled(v, 5), 255} },
		}
		files[fmt.Sprintf("32 bits, no masks, header %d", header)] = file{
			phototest.BMP{Header: header, Bits: 32, Value: noise},
			func(v uint32) color.NRGBA { return color.NRGBA{byte(v >> 16), byte(v >> 8), byte(v), alpha(v)} },
		}
		files[fmt.Sprintf("32 bits, red last, header %d", header)] = file{
			phototest.BMP{Header: header, Bits: 32, Compression: 3, Masks: []uint32{0xff, 0xff00, 0xff0000}, Value: noise},
			func(v uint32) color.NRGBA { return color.NRGBA{byte(v), byte(v >> 8), byte(v >> 16), 255} },
		}
		files[fmt.Sprintf("32 bits of ten each, header %d", header)] = file{
			phototest.BMP{Header: header, Bits: 32, Compression: 3, Masks: []uint32{0x3ff00000, 0xffc00, 0x3ff}, Value: noise},
			func(v uint32) color.NRGBA {
				return color.NRGBA{scaled(v>>20, 10), scaled(v>>10, 10), scaled(v, 10), 255}
			},
		}
	}
	files["alpha masks behind the header"] = file{
		phototest.BMP{Header: 40, Bits: 32, Compression: 6, Masks: []uint32{0xff, 0xff00, 0xff0000, 0xff000000}, Value: noise},
		func(v uint32) color.NRGBA { return color.NRGBA{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} },
	}
	files["alpha of nothing"] = file{
		phototest.BMP{Header: 124, Bits: 32, Value: func(x, y int) uint32 { return noise(x, y) & 0xffffff }},
		func(v uint32) color.NRGBA { return color.NRGBA{byte(v >> 16), byte(v >> 8), byte(v), 255} },
	}
	compared := 0
	for name, f := range files {
		for _, topDown := range []bool{false, true} {
			for _, gap := range []int{0, 7} {
				b := f.BMP
				b.Width, b.Height, b.TopDown, b.Gap = 13, 6, topDown && b.Header != 12, gap
				data := b.Encode()
				img, err := Decode(data)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				c, err := Config(data)
				if err != nil || c.Width != 13 || c.Height != 6 || img.Bounds() != image.Rect(0, 0, 13, 6) {
					t.Errorf("%s: %v, %v, %v", name, c, img.Bounds(), err)
				}
				for i := range 13 * 6 {
					x, y := i%13, i/13
					if got, want := color.NRGBAModel.Convert(img.At(x, y)), f.want(b.Value(x, y)); got != want && want.A != 0 {
						t.Errorf("%s, top down %t, gap %d: (%d, %d) is %v, want %v", name, topDown, gap, x, y, got, want)
						break
					}
				}
				other, err := reference.Decode(bytes.NewReader(data))
				if err != nil || name == "alpha of nothing" {
					continue
				}
				compared++
				for i := range 13 * 6 {
					if a, b := color.NRGBAModel.Convert(img.At(i%13, i/13)), color.NRGBAModel.Convert(other.At(i%13, i/13)); a != b {
						t.Errorf("%s: pixel %d is %v, elsewhere %v", name, i, a, b)
						break
					}
				}
			}
		}
	}
	if len(files) < 60 || compared < 20 {
		t.Errorf("%d layouts, %d compared", len(files), compared)
	}
}

// Runs, pixels as they are, steps, and rows that end early: worked out by hand.
func TestRuns(t *testing.T) {
	p := colours(16)
	for name, c := range map[string]struct {
		bits int
		data []byte
		want string // rows from above, a hexadecimal digit a pixel
		err  error
	}{
		"8 bits":              {8, []byte{3, 7, 0, 3, 1, 2, 3, 0, 0, 0, 2, 5, 4, 9, 0, 1}, "559999|777123", nil},
		"8 bits, steps":       {8, []byte{1, 4, 0, 2, 2, 1, 2, 6, 0, 1}, "000660|400000", nil},
		"8 bits, row early":   {8, []byte{2, 4, 0, 0, 6, 5, 0, 1}, "555555|440000", nil},
		"8 bits, no end":      {8, []byte{6, 1, 0, 0, 6, 2}, "222222|111111", ErrPadding},
		"8 bits, too long":    {8, []byte{200, 1, 0, 0, 9, 2, 0, 1}, "222222|111111", nil},
		"4 bits":              {4, []byte{5, 0x12, 0, 0, 0, 5, 0x34, 0x56, 0x70, 0, 0, 1}, "345670|121210", nil},
		"8 bits, cut":         {8, []byte{6, 1, 0, 0, 5, 2}, "", io.ErrUnexpectedEOF},
		"8 bits, cut literal": {8, []byte{0, 6, 1, 2}, "", io.ErrUnexpectedEOF},
		"8 bits, cut step":    {8, []byte{0, 2, 1}, "", io.ErrUnexpectedEOF},
		"8 bits, colour 99":   {8, []byte{6, 99, 0, 1}, "", ErrDamaged},
		"8 bits, nothing":     {8, []byte{}, "", io.ErrUnexpectedEOF},
	} {
		f := phototest.BMP{Header: 40, Width: 6, Height: 2, Bits: c.bits, Compression: uint32(3 - c.bits/4), Palette: p, Colours: 16, Data: c.data}
		if c.bits == 4 {
			f.Compression = 2
		}
		img, err := Decode(f.Encode())
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", name, err, c.err)
			continue
		}
		if c.want == "" {
			continue
		}
		got := ""
		for i, v := range img.(*image.Paletted).Pix {
			if i == 6 {
				got += "|"
			}
			got += fmt.Sprintf("%x", v)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What is not read is named; what is damaged or cut short says so, and nothing panics.
func TestBadFiles(t *testing.T) {
	good := phototest.BMP{Header: 40, Width: 5, Height: 3, Bits: 24, Value: noise}
	with := func(change func(b *phototest.BMP)) []byte {
		b := good
		change(&b)
		return b.Encode()
	}
	whole := good.Encode()
	if img, err := Decode(whole[:len(whole)-1]); img == nil || !errors.Is(err, ErrPadding) {
		t.Errorf("a byte of padding missing: %v, %v", img, err)
	}
	noOffset := bytes.Clone(whole)
	le.PutUint32(noOffset[10:], 0)
	if img, err := Decode(noOffset); err != nil || img.At(4, 2) != mustDecode(t, whole).At(4, 2) {
		t.Errorf("without the place of its pixels: %v", err)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":           {nil, io.ErrUnexpectedEOF},
		"header cut":      {whole[:30], io.ErrUnexpectedEOF},
		"pixels cut":      {whole[:len(whole)-2], io.ErrUnexpectedEOF},
		"half":            {whole[:len(whole)/2], io.ErrUnexpectedEOF},
		"no BMP":          {append([]byte("XX"), whole[2:]...), ErrDamaged},
		"no width":        {with(func(b *phototest.BMP) { b.Width = 0 }), ErrDamaged},
		"no height":       {with(func(b *phototest.BMP) { b.Height = 0 }), ErrDamaged},
		"odd header":      {with(func(b *phototest.BMP) { b.Field = map[int][]byte{0: {3, 0, 0, 0}} }), ErrDamaged},
		"palette cut":     {with(func(b *phototest.BMP) { b.Bits, b.Palette, b.Data = 8, colours(3), []byte{} }), io.ErrUnexpectedEOF},
		"masks cut":       {with(func(b *phototest.BMP) { b.Bits, b.Compression, b.Data = 16, 3, []byte{} }), io.ErrUnexpectedEOF},
		"JPEG":            {with(func(b *phototest.BMP) { b.Bits, b.Compression, b.Data = 0, 4, []byte{} }), Unsupported("JPEG or PNG compression")},
		"PNG":             {with(func(b *phototest.BMP) { b.Compression = 5 }), Unsupported("JPEG or PNG compression")},
		"Huffman":         {with(func(b *phototest.BMP) { b.Header, b.Compression = 64, 3 }), Unsupported("compression 3 of 24 bits")},
		"runs of 24 bits": {with(func(b *phototest.BMP) { b.Compression = 1 }), Unsupported("compression 1 of 24 bits")},
		"48 bits":         {with(func(b *phototest.BMP) { b.Bits, b.Data = 48, make([]byte, 200) }), Unsupported("48 bits a pixel")},
		"colour of no palette": {with(func(b *phototest.BMP) {
			b.Bits, b.Palette, b.Colours = 8, colours(2), 2
			b.Value = func(x, _ int) uint32 { return uint32(x) }
		}), ErrDamaged},
	} {
		if img, err := Decode(c.data); img != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v, want %v", name, img, err, c.want)
		}
	}
	for _, bits := range []int{1, 4, 8, 16, 24, 32} {
		b := phototest.BMP{Header: 124, Width: 9, Height: 4, Bits: bits, Value: func(int, int) uint32 { return 1 }}
		if bits <= 8 {
			b.Palette = colours(1 << bits)
		}
		data := b.Encode()
		for n := range data {
			if img, err := Decode(data[:n]); (img == nil) == (err == nil || errors.Is(err, ErrPadding)) {
				t.Fatalf("%d bits, cut at %d: %v, %v", bits, n, img, err)
			}
		}
	}
}

func mustDecode(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// FuzzDecode: no file makes it panic, and what opens has the stated size.
func FuzzDecode(f *testing.F) {
	for _, bits := range []int{1, 4, 8, 16, 24, 32} {
		b := phototest.BMP{Header: 40, Width: 3, Height: 2, Bits: bits, Value: func(int, int) uint32 { return 1 }}
		if bits <= 8 {
			b.Palette = colours(1 << bits)
		}
		f.Add(b.Encode())
	}
	f.Add(phototest.BMP{Header: 40, Width: 6, Height: 2, Bits: 8, Compression: 1, Palette: colours(256), Data: []byte{3, 7, 0, 3, 1, 2, 3, 0, 0, 0, 0, 2, 1, 0, 0, 1}}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Config(data)
		if err != nil || c.Width > 1<<12 || c.Height > 1<<12 {
			return
		}
		img, err := Decode(data)
		if (img == nil) == (err == nil || errors.Is(err, ErrPadding)) {
			t.Fatalf("%v, %v", img, err)
		}
		if img != nil && img.Bounds() != image.Rect(0, 0, c.Width, c.Height) {
			t.Fatalf("%v, want %d×%d", img.Bounds(), c.Width, c.Height)
		}
	})
}
