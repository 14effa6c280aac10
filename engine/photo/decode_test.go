package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"deltaedit/engine/photo/phototest"
)

func TestDecodeFormats(t *testing.T) {
	want := sample(9, 7)
	for _, tt := range []struct {
		format string
		within int // levels; lossy formats and palettes change colours
	}{
		{"png", 0}, {"bmp", 0}, {"tiff", 0}, {"jpeg", 40}, {"gif", 60},
	} {
		t.Run(tt.format, func(t *testing.T) {
			p, err := Decode(bytes.NewReader(encoded(t, want, tt.format)), "x")
			if err != nil {
				t.Fatal(err)
			}
			if p.Format != tt.format || p.Orientation != 1 || p.Image.Rect != want.Rect {
				t.Errorf("got %s, orientation %d, %v", p.Format, p.Orientation, p.Image.Rect)
			}
			for i := range want.Pix {
				if d := int(p.Image.Pix[i]) - int(want.Pix[i]); d > tt.within || -d > tt.within {
					t.Fatalf("byte %d is %d, want %d within %d", i, p.Image.Pix[i], want.Pix[i], tt.within)
				}
			}
		})
	}
}

func TestDecodeKeepsAlphaAndDepth(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 3, 1))
	deep.SetNRGBA64(0, 0, color.NRGBA64{0xffff, 0x8000, 0x0001, 0xffff})
	deep.SetNRGBA64(1, 0, color.NRGBA64{0x1234, 0x5678, 0x9abc, 0x8080})
	p, err := Decode(bytes.NewReader(encoded(t, deep, "png")), "x")
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{255, 128, 0, 255, 18, 86, 154, 128, 0, 0, 0, 0}
	if !bytes.Equal(p.Image.Pix, want) {
		t.Errorf("got % d, want % d", p.Image.Pix, want)
	}
}

// TestConvert compares every fast path with the colour model's own conversion.
func TestConvert(t *testing.T) {
	r := image.Rect(3, 2, 14, 45) // not at the origin, and enough rows to split
	gray, gray16 := image.NewGray(r), image.NewGray16(r)
	rgba, rgba64 := image.NewRGBA(r), image.NewRGBA64(r)
	nrgba64, cmyk := image.NewNRGBA64(r), image.NewCMYK(r)
	ycc := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	yca := image.NewNYCbCrA(r, image.YCbCrSubsampleRatio420)
	pal := image.NewPaletted(r, color.Palette{color.NRGBA{1, 2, 3, 4}, color.NRGBA{200, 100, 50, 255}, color.Gray{9}, color.Transparent})
	noise := func(p []byte) {
		for i := range p {
			p[i] = byte(i*i*31 + i*7)
		}
	}
	for _, p := range [][]byte{gray.Pix, gray16.Pix, nrgba64.Pix, cmyk.Pix, ycc.Y, ycc.Cb, ycc.Cr, yca.Y, yca.Cb, yca.Cr, yca.A} {
		noise(p)
	}
	for i := range pal.Pix {
		pal.Pix[i] = byte(i % 4)
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBA{byte(x * 17), byte(y * 5), byte(x * y), byte(x*y*3 + 1)}
			rgba.Set(x, y, c)
			rgba64.Set(x, y, c)
		}
	}
	sub := gray.SubImage(image.Rect(5, 4, 9, 40))
	for name, img := range map[string]image.Image{
		"gray": gray, "gray16": gray16, "rgba": rgba, "rgba64": rgba64, "nrgba64": nrgba64,
		"cmyk": cmyk, "ycbcr": ycc, "nycbcra": yca, "paletted": pal, "sub-image": sub,
		"other": image.NewUniform(color.NRGBA{1, 2, 3, 4}),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "other" {
				img = cropped{img, r}
			}
			b := img.Bounds()
			// Converting works in place where it can: take the truth first.
			var want []color.NRGBA
			for y := b.Min.Y; y < b.Max.Y; y++ {
				for x := b.Min.X; x < b.Max.X; x++ {
					want = append(want, color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA))
				}
			}
			got := toNRGBA(img, "png")
			if got.Rect != image.Rect(0, 0, b.Dx(), b.Dy()) {
				t.Fatalf("bounds %v", got.Rect)
			}
			for i, w := range want {
				g := got.NRGBAAt(i%b.Dx(), i/b.Dx())
				if w.A == 0 {
					w.R, w.G, w.B = g.R, g.G, g.B // colours under nothing are free
				}
				if !near(g.R, w.R) || !near(g.G, w.G) || !near(g.B, w.B) || !near(g.A, w.A) {
					t.Fatalf("pixel %d is %v, want %v", i, g, w)
				}
			}
		})
	}
}

type cropped struct {
	image.Image
	r image.Rectangle
}

func (c cropped) Bounds() image.Rectangle { return c.r }

func near(a, b byte) bool { return max(a, b)-min(a, b) <= 1 }

func TestDecodeGIFOnItsLogicalScreen(t *testing.T) {
	data := encoded(t, sample(4, 4), "gif")
	binary.LittleEndian.PutUint16(data[6:], 6) // logical screen 6×5
	binary.LittleEndian.PutUint16(data[8:], 5)
	p, err := Decode(bytes.NewReader(data), "x")
	if err != nil {
		t.Fatal(err)
	}
	if p.Image.Rect.Size() != image.Pt(6, 5) || p.Image.NRGBAAt(5, 4).A != 0 || p.Image.NRGBAAt(3, 3).A != 255 {
		t.Errorf("got %v, %v, %v", p.Image.Rect, p.Image.NRGBAAt(5, 4), p.Image.NRGBAAt(3, 3))
	}
}

func TestDecodeBadInput(t *testing.T) {
	jpg, pn, tif := encoded(t, sample(64, 64), "jpeg"), encoded(t, sample(64, 64), "png"), encoded(t, sample(64, 64), "tiff")
	flipped := bytes.Clone(pn)
	flipped[len(flipped)/2] ^= 0x55
	for _, tt := range []struct {
		name string
		data []byte
		want error
		text string // must be in the message
	}{
		{"empty", nil, ErrNotImage, "empty"},
		{"text", []byte("hello, world, this is no picture"), ErrNotImage, "not an image"},
		{"huge png", pngHeader(60000, 60000), ErrTooLarge, "60000×60000"},
		{"too many pixels", pngHeader(20000, 20000), ErrTooLarge, "20000×20000"},
		{"too long", pngHeader(30001, 1), ErrTooLarge, "30001×1"},
		{"png without pixels", pngHeader(10, 10), ErrTruncated, ""},
		{"half jpeg", jpg[:len(jpg)/2], ErrTruncated, ""},
		{"jpeg marker only", jpg[:4], ErrTruncated, ""},
		{"half png", pn[:len(pn)/2], ErrTruncated, ""},
		{"half tiff", tif[:len(tif)/2], ErrTruncated, ""},
		{"damaged png", flipped, ErrDamaged, ""},
		{"heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrUnsupported, "HEIC"},
		{"avif", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1"), ErrUnsupported, "AVIF"},
		{"short ftyp", []byte("\x00\x00\x00\x18ftyp"), ErrUnsupported, "video"},
		{"svg", []byte(`<?xml version="1.0"?><SVG xmlns="x"/>`), ErrUnsupported, "SVG"},
		{"photoshop", []byte("8BPS\x00\x01"), ErrUnsupported, "Photoshop"},
		{"pdf", []byte("%PDF-1.7\n"), ErrUnsupported, "PDF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Decode(bytes.NewReader(tt.data), "photo.dat")
			if p != nil || !errors.Is(err, tt.want) {
				t.Fatalf("got %v, %v; want %v", p, err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), "photo.dat") {
				t.Errorf("message %q names neither file nor %q", err, tt.text)
			}
		})
	}
}

// TestHugeHeaderAllocatesNothing holds the refusal to a small, fixed amount of
// memory.
func TestHugeHeaderAllocatesNothing(t *testing.T) {
	data := pngHeader(60000, 60000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(bytes.NewReader(data), "x")
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("allocated %d bytes", n)
	}
}

func TestCheckSizeDoesNotOverflow(t *testing.T) {
	for _, tt := range []struct {
		w, h int
		want error
	}{
		{1, 1, nil},
		{12000, 10000, nil},
		{30000, 4000, nil},
		{12000, 10001, ErrTooLarge},
		{1 << 31, 1 << 31, ErrTooLarge},
		{0, 5, ErrDamaged},
		{5, -1, ErrDamaged},
	} {
		if err := checkSize(tt.w, tt.h); !errors.Is(err, tt.want) {
			t.Errorf("checkSize(%d, %d) = %v, want %v", tt.w, tt.h, err, tt.want)
		}
	}
}

func TestRecoverDecoder(t *testing.T) {
	f := func() (err error) {
		defer recoverDecoder(&err)
		panic("index out of range")
	}
	err := classify(f(), "png", []byte("x"))
	if !errors.Is(err, ErrDamaged) || !errors.Is(err, errPanic) {
		t.Errorf("got %v", err)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.png")
	if err := os.WriteFile(path, encoded(t, sample(5, 4), "png"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if p.Path != path || p.Image.Rect.Size() != image.Pt(5, 4) {
		t.Errorf("got %q, %v", p.Path, p.Image.Rect)
	}
	if _, err := Open(filepath.Join(dir, "none.png")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("folder: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, format := range []string{"png", "jpeg", "gif", "bmp", "tiff"} {
		f.Add(encoded(f, sample(3, 2), format))
	}
	f.Add(pngHeader(60000, 60000))
	f.Add(withSegment(encoded(f, sample(3, 2), "jpeg"), 0xe1, append([]byte("Exif\x00\x00"), oriented(6)...)))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	pn, jpg := encoded(f, sample(3, 2), "png"), encoded(f, sample(3, 2), "jpeg")
	f.Add(chunks(pn, cICP(12, 13, 0, 1), gAMA(55556), chrmAdobe))
	f.Add(chunks(pn, pngChunk{kind: "tEXt", body: []byte("Raw profile type exif\x00\nexif\n 8\n4578696600004d4d")}))
	f.Add(pn[:len(pn)-13])
	f.Add(jpg[:len(jpg)-2])
	f.Add(planarTIFF(8).Encode())
	f.Add(phototest.UltraHDR(littleEndian, jpg, jpg))
	f.Add(phototest.MultiPicture(littleEndian, jpg, []uint32{phototest.MPDisparity, phototest.MPDisparity}, jpg))
	f.Add(append(bytes.Clone(jpg), phototest.Video()[:64]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		// A small file may state a large picture; keep the fuzzer's memory small.
		if c, _, err := configOf(data); err == nil && (c.Width > 512 || c.Height > 512) {
			return
		}
		p, err := Decode(bytes.NewReader(data), "fuzz")
		if (p == nil) == (err == nil) {
			t.Fatalf("got %v, %v", p, err)
		}
		if err != nil {
			for _, known := range []error{ErrTooLarge, ErrNotImage, ErrUnsupported, ErrTruncated, ErrDamaged} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("unclassified error %v", err)
		}
		b := p.Image.Rect
		if b.Min != (image.Point{}) || b.Empty() || len(p.Image.Pix) < 4*b.Dx()*b.Dy() {
			t.Fatalf("picture %v with %d bytes", b, len(p.Image.Pix))
		}
	})
}
