package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/phototest"
)

// coloured is a picture of many colours and some alphas.
func coloured(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{byte(x * 255 / w), byte(y * 255 / h), byte((x*7 + y*13) % 256), 255}
			if x%9 == 0 {
				c.A = byte(y * 3)
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// deepened has 16 bits, the lower eight of its own.
func deepened(img *image.NRGBA) *image.NRGBA64 {
	dst := image.NewNRGBA64(img.Rect)
	for i, v := range img.Pix {
		dst.Pix[2*i] = v
		dst.Pix[2*i+1] = v ^ byte(i*5)
		if i%4 == 3 {
			dst.Pix[2*i+1] = v
		}
	}
	return dst
}

func withProfile(t testing.TB, img image.Image, profile []byte) []byte {
	return phototest.Chunk(encoded(t, img, "png"), "iCCP", []byte("p\x00\x00"+deflated(string(profile))))
}

func decoded(t testing.TB, data []byte) *Photo {
	t.Helper()
	p, err := Decode(bytes.NewReader(data), "x")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ownPixels returns the bytes of a photo's own pixels.
func ownPixels(t testing.TB, img image.Image) []byte {
	t.Helper()
	switch img := img.(type) {
	case *image.NRGBA:
		return img.Pix
	case *image.NRGBA64:
		return img.Pix
	}
	t.Fatalf("a picture of type %T", img)
	return nil
}

func TestProfilesAreAppliedAndKept(t *testing.T) {
	flat := coloured(64, 48)
	deep := deepened(flat)
	for name, profile := range map[string][]byte{
		"Display P3": phototest.DisplayP3(), "Adobe RGB": phototest.AdobeRGB(), "ProPhoto": phototest.ProPhoto(),
	} {
		space, err := icc.Parse(profile)
		if err != nil {
			t.Fatal(err)
		}
		p := decoded(t, withProfile(t, flat, profile))
		if !bytes.Equal(ownPixels(t, p.Own()), flat.Pix) || !bytes.Equal(p.ICC, profile) || p.ImageICC() != nil || len(p.Notices) > 0 {
			t.Errorf("%s: own pixels or profile changed; notices %q", name, p.Notices)
		}
		want := make([]byte, len(flat.Pix))
		space.Transform(8).Row8(want, flat.Pix)
		if !bytes.Equal(p.Image.Pix, want) || bytes.Equal(want, flat.Pix) {
			t.Errorf("%s: the picture for the models is not sRGB", name)
		}
		d := decoded(t, withProfile(t, deep, profile))
		if !bytes.Equal(ownPixels(t, d.Own()), deep.Pix) {
			t.Errorf("%s: own pixels of 16 bits changed", name)
		}
		space.Transform(16).Row16(want, deep.Pix)
		if !bytes.Equal(d.Image.Pix, want) {
			t.Errorf("%s: the picture for the models from 16 bits is not sRGB", name)
		}
	}
}

func TestSRGBNeedsNoConversion(t *testing.T) {
	img := coloured(20, 10)
	p := decoded(t, withProfile(t, img, phototest.SRGB()))
	if p.Own() != image.Image(p.Image) || !bytes.Equal(p.Image.Pix, img.Pix) {
		t.Error("a picture in sRGB is kept twice or was changed")
	}
	if !bytes.Equal(p.ICC, phototest.SRGB()) || !bytes.Equal(p.ImageICC(), p.ICC) {
		t.Error("its profile is lost")
	}
}

func TestProfilesThatDoNotFit(t *testing.T) {
	img := coloured(20, 10)
	cut := phototest.DisplayP3()
	cut = cut[:len(cut)-30]
	for name, c := range map[string]struct {
		data   []byte
		notice Notice
		kept   bool
	}{
		"cut":                {withProfile(t, img, cut), NoticeProfileDamaged, false},
		"noise":              {withProfile(t, img, profileOf("RGB ", 600)), NoticeProfileDamaged, false},
		"no profile":         {withProfile(t, img, []byte("hello")), NoticeProfileDamaged, false},
		"not inflatable":     {phototest.Chunk(encoded(t, img, "png"), "iCCP", []byte("p\x00\x00xyz")), NoticeProfileDamaged, false},
		"tables":             {withProfile(t, img, phototest.Tables("RGB ")), NoticeProfileTables, true},
		"for printing":       {withProfile(t, img, phototest.Tables("CMYK")), NoticeProfileMisfit, false},
		"grey for colours":   {withProfile(t, img, phototest.Gray(phototest.Gamma(1.8))), NoticeProfileMisfit, false},
		"CMYK with its own":  {phototest.ICCSegment(fixture(t, "cmyk.jpg"), phototest.Tables("CMYK")), NoticeCMYK, false},
		"CMYK, RGB profile":  {phototest.ICCSegment(fixture(t, "ycck.jpg"), phototest.DisplayP3()), NoticeCMYK, false},
		"JPEG, part missing": {phototest.Segment(encoded(t, img, "jpeg"), 0xe2, append([]byte("ICC_PROFILE\x00\x02\x02"), phototest.DisplayP3()...)), NoticeProfileDamaged, false},
	} {
		p := decoded(t, c.data)
		if !slices.Equal(p.Notices, []Notice{c.notice}) {
			t.Errorf("%s: notices %q, want %q", name, p.Notices, c.notice)
		}
		if p.Own() != image.Image(p.Image) || (p.ICC != nil) != c.kept {
			t.Errorf("%s: converted, or the profile kept %t", name, p.ICC != nil)
		}
		if p.Format == "png" && !bytes.Equal(p.Image.Pix, img.Pix) {
			t.Errorf("%s: pixels changed", name)
		}
	}
}

// TestGrey reads grey with a curve of its own, in all the forms of grey.
func TestGrey(t *testing.T) {
	const w, h = 16, 16
	flat, deep := image.NewGray(image.Rect(0, 0, w, h)), image.NewGray16(image.Rect(0, 0, w, h))
	for i := range flat.Pix {
		flat.Pix[i] = byte(i)
		deep.Pix[2*i], deep.Pix[2*i+1] = byte(i), byte(i*3)
	}
	profile := phototest.Gray(phototest.Gamma(1.8))
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, flat, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data   []byte
		within int
	}{
		"png":          {withProfile(t, flat, profile), 0},
		"png, 16 bits": {withProfile(t, deep, profile), 0},
		"png, alpha":   {withProfileOf(greyAlpha(t, flat), profile), 0},
		"jpeg":         {phototest.ICCSegment(jpg.Bytes(), profile), 3},
		"tiff":         {phototest.TIFFTags(encoded(t, flat, "tiff"), phototest.Raw(0x8773, profile)), 0},
	} {
		p := decoded(t, c.data)
		if len(p.Notices) > 0 || icc.SpaceOf(p.ICC) != icc.RGB || p.ImageICC() != nil {
			t.Fatalf("%s: notices %q, profile for %q", name, p.Notices, icc.SpaceOf(p.ICC))
		}
		space, err := icc.Parse(p.ICC)
		if err != nil {
			t.Fatal(err)
		}
		for i := range w * h {
			own := color.NRGBAModel.Convert(p.Own().At(i%w, i/w)).(color.NRGBA)
			if abs(int(own.R)-i) > c.within || own.R != own.G || own.G != own.B {
				t.Fatalf("%s: value %d is %v", name, i, own)
			}
			// 128 of gamma 1.8 is 146 of sRGB.
			if got := p.Image.NRGBAAt(i%w, i/w).R; c.within == 0 && i == 128 && !near(got, 146) {
				t.Errorf("%s: 128 is shown as %d, want 146", name, got)
			}
		}
		if space.IsSRGB() {
			t.Errorf("%s: the profile for the export says sRGB", name)
		}
	}
}

// greyAlpha is a PNG of grey with alpha, which Go's encoder does not write: the
// palette's header is changed for rows of two bytes a pixel.
func greyAlpha(t testing.TB, img *image.Gray) []byte {
	t.Helper()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	var rows []byte
	for y := range h {
		rows = append(rows, 0) // no filter
		for x := range w {
			rows = append(rows, img.GrayAt(x, y).Y, byte(255-x))
		}
	}
	out := pngHeader(uint32(w), uint32(h))
	header := bytes.Clone(out[16:29])
	header[9] = 4 // grey with alpha
	out = appendChunk([]byte(signature), "IHDR", header)
	out = appendChunk(out, "IDAT", []byte(deflated(string(rows))))
	out = appendChunk(out, "IEND", nil)
	if _, err := png.Decode(bytes.NewReader(out)); err != nil {
		t.Fatal(err)
	}
	return out
}

func withProfileOf(data, profile []byte) []byte {
	return phototest.Chunk(data, "iCCP", []byte("p\x00\x00"+deflated(string(profile))))
}

// TestEditBuffer adds a change to a part of a picture: the rest keeps its values at
// full depth, and the part shows the change when it is read again.
func TestEditBuffer(t *testing.T) {
	flat := coloured(64, 48)
	for x := range 64 { // a row of invisible colours
		flat.Pix[20*flat.Stride+4*x+3] = 0
	}
	deep := deepened(flat)
	for name, img := range map[string]image.Image{"8 bits": flat, "16 bits": deep} {
		for space, profile := range map[string][]byte{
			"sRGB": phototest.SRGB(), "Display P3": phototest.DisplayP3(), "ProPhoto": phototest.ProPhoto(),
		} {
			p := decoded(t, withProfile(t, img, profile))
			before := bytes.Clone(ownPixels(t, p.Own()))
			c := p.EditInPlace()
			if c.Bounds() != flat.Rect || (c.SRGB8() != nil) != (name == "8 bits" && space == "sRGB") {
				t.Fatalf("%s, %s: bounds %v, plain %t", name, space, c.Bounds(), c.SRGB8() != nil)
			}
			levels := make([]float32, 3*20)
			for i := range levels {
				levels[i] = []float32{12, -9, 5}[i%3]
			}
			levels[0], levels[1], levels[2] = 0, 0, 0
			kept := p.EditCopy()
			for y := 10; y < 30; y++ {
				kept.AddRow(30, y, levels)
			}
			if !bytes.Equal(ownPixels(t, p.Own()), before) {
				t.Fatalf("%s, %s: a copy changes the photo", name, space)
			}
			for y := 10; y < 30; y++ {
				c.AddRow(30, y, levels)
			}
			if !bytes.Equal(ownPixels(t, kept.Image()), ownPixels(t, c.Image())) {
				t.Fatalf("%s, %s: a copy comes out otherwise", name, space)
			}
			var b bytes.Buffer
			if err := EncodePNG(&b, c.Image(), Metadata{ICC: p.ICC}); err != nil {
				t.Fatal(err)
			}
			c.AddRow(0, 12, levels) // over what was added before
			drawn := bytes.Clone(ownPixels(t, kept.Image()))
			c.Restore()
			if !bytes.Equal(ownPixels(t, kept.Image()), drawn) {
				t.Fatalf("%s, %s: a copy changes with the canvas", name, space)
			}
			if !bytes.Equal(ownPixels(t, p.Own()), before) {
				t.Fatalf("%s, %s: the photo itself changed", name, space)
			}
			again := decoded(t, b.Bytes())
			after := ownPixels(t, again.Own())
			n := len(before) / (64 * 48)
			changed := 0
			for i := range 64 * 48 {
				x, y := i%64, i/64
				inside := x > 30 && x < 50 && y >= 10 && y < 30 && y != 20
				same := bytes.Equal(before[n*i:n*i+n], after[n*i:n*i+n])
				if !inside && !same {
					t.Fatalf("%s, %s: pixel (%d, %d) outside changed from % x to % x", name, space, x, y, before[n*i:n*i+n], after[n*i:n*i+n])
				}
				if !inside {
					continue
				}
				was, is := p.Image.NRGBAAt(x, y), again.Image.NRGBAAt(x, y)
				if !same {
					changed++
				}
				if was.A != is.A {
					t.Fatalf("%s, %s: alpha changed", name, space)
				}
				// Where sRGB clips, what was clipped may come back or go on.
				for k, v := range [3][2]byte{{was.R, is.R}, {was.G, is.G}, {was.B, is.B}} {
					addClipped := float32(int(v[1]) - int(v[0]))
					if v[0] > 40 && v[0] < 220 && min(was.R, was.G, was.B) > 40 && max(was.R, was.G, was.B) < 220 && !(addClipped-levels[3+k] < 3 && addClipped-levels[3+k] > -3) {
						t.Fatalf("%s, %s: pixel (%d, %d) went from %v to %v, want %v", name, space, x, y, was, is, levels[3:6])
					}
				}
			}
			if changed < 300 {
				t.Errorf("%s, %s: %d pixels changed", name, space, changed)
			}
		}
	}
}

// TestDeepPNGRoundTrip keeps 16 bits through a file, with colours under alpha 0.
func TestDeepPNGRoundTrip(t *testing.T) {
	for name, alpha := range map[string]bool{"opaque": false, "alpha": true} {
		img := deepened(coloured(33, 21))
		if !alpha {
			for i := 6; i < len(img.Pix); i += 8 {
				img.Pix[i], img.Pix[i+1] = 255, 255
			}
		} else {
			img.Pix[6], img.Pix[7] = 0, 0
		}
		var b bytes.Buffer
		if err := EncodePNG(&b, img, Metadata{}); err != nil {
			t.Fatal(err)
		}
		if got := ownPixels(t, decoded(t, b.Bytes()).Own()); !bytes.Equal(got, img.Pix) {
			t.Errorf("%s: 16-bit values changed", name)
		}
	}
}

// TestPremultiplied64 turns premultiplied values of 16 bits into straight ones.
func TestPremultiplied64(t *testing.T) {
	img := image.NewRGBA64(image.Rect(2, 3, 5, 4))
	img.SetRGBA64(2, 3, color.RGBA64{0x1000, 0x2000, 0x4000, 0x8000})
	img.SetRGBA64(3, 3, color.RGBA64{1, 2, 3, 0xffff})
	img.SetRGBA64(4, 3, color.RGBA64{0xffff, 0, 0, 0x4000}) // more than its alpha
	got := toNRGBA64(img)
	for i, want := range []color.NRGBA64{{0x2000, 0x4000, 0x8000, 0x8000}, {1, 2, 3, 0xffff}, {0xffff, 0, 0, 0x4000}} {
		if g := got.NRGBA64At(i, 0); g != want {
			t.Errorf("pixel %d is %v, want %v", i, g, want)
		}
	}
}

func TestAddClipped(t *testing.T) {
	nan := float32(0)
	nan /= nan
	for _, tt := range []struct {
		v    int
		d    float32
		top  int
		want int
	}{
		{10, 0.49, 255, 10},
		{10, 0.5, 255, 11},
		{10, -0.51, 255, 9},
		{0, -3, 255, 0},
		{250, 9, 255, 255},
		{65535, 0.4, 65535, 65535},
		{65535, 1e9, 65535, 65535},
		{7, nan, 255, 7},
	} {
		if got := addClipped(tt.v, tt.d, tt.top); got != tt.want {
			t.Errorf("%d + %g is %d, want %d", tt.v, tt.d, got, tt.want)
		}
	}
}

func BenchmarkDecodeDisplayP3JPEG12MP(b *testing.B) {
	data := phototest.ICCSegment(encoded(b, scene(4000, 3000), "jpeg"), phototest.DisplayP3())
	for b.Loop() {
		decoded(b, data)
	}
}

func BenchmarkEditBuffer12MP(b *testing.B) {
	p := decoded(b, phototest.ICCSegment(encoded(b, scene(4000, 3000), "jpeg"), phototest.DisplayP3()))
	levels := make([]float32, 3*1500)
	for i := range levels {
		levels[i] = float32(i%30) - 15
	}
	for b.Loop() {
		c := p.EditInPlace()
		rows(1500, func(y int) { c.AddRow(1000, 500+y, levels) })
		c.Restore()
	}
}

func BenchmarkEncodePNG16Bits12MP(b *testing.B) {
	img := deepened(scene(4000, 3000))
	for b.Loop() {
		var n counter
		if err := EncodePNG(&n, img, Metadata{}); err != nil {
			b.Fatal(err)
		}
	}
}
