package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/phototest"
)

// chunks puts chunks behind a PNG's header, the first of them first.
func chunks(data []byte, list ...pngChunk) []byte {
	for _, c := range slices.Backward(list) {
		data = phototest.Chunk(data, c.kind, c.body)
	}
	return data
}

func cICP(primaries, transfer, matrix, full byte) pngChunk {
	return pngChunk{kind: "cICP", body: []byte{primaries, transfer, matrix, full}}
}

func gAMA(v uint32) pngChunk {
	return pngChunk{kind: "gAMA", body: binary.BigEndian.AppendUint32(nil, v)}
}

func cHRM(v ...float64) pngChunk {
	c := pngChunk{kind: "cHRM"}
	for _, x := range v {
		c.body = binary.BigEndian.AppendUint32(c.body, uint32(math.Round(x*100_000)))
	}
	return c
}

func iCCP(profile []byte) pngChunk {
	return pngChunk{kind: "iCCP", body: []byte("p\x00\x00" + deflated(string(profile)))}
}

var (
	chrmSRGB  = cHRM(.3127, .3290, .64, .33, .30, .60, .15, .06)
	chrmP3    = cHRM(.3127, .3290, .68, .32, .265, .69, .15, .06)
	chrmAdobe = cHRM(.3127, .3290, .64, .33, .21, .71, .15, .06)
	srgbChunk = pngChunk{kind: "sRGB", body: []byte{0}}
)

// A description of the colours that is no profile is used as a profile would be:
// for the picture that models see, and on export, where the pixels that no edit
// reaches keep their values.
func TestDescribedColours(t *testing.T) {
	flat := coloured(64, 48)
	for i := 3; i < len(flat.Pix); i += 4 {
		flat.Pix[i] = 255
	}
	for name, c := range map[string]struct {
		chunks  []pngChunk
		profile []byte // that says the same
	}{
		"cICP, Display P3":             {[]pngChunk{cICP(12, 13, 0, 1)}, phototest.DisplayP3()},
		"cICP before a profile":        {[]pngChunk{iCCP(phototest.ProPhoto()), cICP(12, 13, 0, 1)}, phototest.DisplayP3()},
		"cICP before gAMA":             {[]pngChunk{gAMA(100_000), cICP(12, 13, 0, 1)}, phototest.DisplayP3()},
		"cICP and a broken profile":    {[]pngChunk{{kind: "iCCP", body: []byte("p\x00\x00xyz")}, cICP(12, 13, 0, 1)}, phototest.DisplayP3()},
		"an unknown cICP, a profile":   {[]pngChunk{cICP(77, 13, 0, 1), iCCP(phototest.ProPhoto())}, phototest.ProPhoto()},
		"cHRM alone, P3":               {[]pngChunk{chrmP3}, phototest.DisplayP3()},
		"cHRM and gAMA, Adobe RGB":     {[]pngChunk{gAMA(45470), chrmAdobe}, phototest.AdobeRGB()},
		"gAMA before cHRM, Adobe RGB":  {[]pngChunk{chrmAdobe, gAMA(45470)}, phototest.AdobeRGB()},
		"a profile before gAMA, cHRM":  {[]pngChunk{gAMA(100_000), chrmP3, iCCP(phototest.AdobeRGB())}, phototest.AdobeRGB()},
		"a profile before sRGB":        {[]pngChunk{srgbChunk, iCCP(phototest.AdobeRGB())}, phototest.AdobeRGB()},
		"gAMA of an unknown cICP":      {[]pngChunk{cICP(2, 2, 0, 1), gAMA(55556)}, icc.FromPrimaries("1.8", icc.SRGB, icc.GammaCurve(1.8))},
		"gAMA 1/1.8":                   {[]pngChunk{gAMA(55556)}, icc.FromPrimaries("1.8", icc.SRGB, icc.GammaCurve(1.8))},
		"gAMA 1":                       {[]pngChunk{gAMA(100_000)}, icc.FromPrimaries("1", icc.SRGB, icc.GammaCurve(1))},
		"gAMA 1/2.2 with P3's colours": {[]pngChunk{gAMA(45455), chrmP3}, icc.FromPrimaries("P3, 2.2", codedPrimaries[12], icc.GammaCurve(2.2))},
	} {
		for depth, img := range map[string]image.Image{"8 bits": flat, "16 bits": deepened(flat)} {
			p := decoded(t, chunks(encoded(t, img, "png"), c.chunks...))
			want := decoded(t, withProfile(t, img, c.profile))
			if name == "gAMA of an unknown cICP" { // it is said, and the rest is used
				if !slices.Equal(p.Notices, []Notice{NoticeColourUnknown}) {
					t.Errorf("%s: notices %q", name, p.Notices)
				}
			} else if len(p.Notices) > 0 {
				t.Errorf("%s, %s: notices %q", name, depth, p.Notices)
			}
			for i := range want.Image.Pix {
				if !near(p.Image.Pix[i], want.Image.Pix[i]) {
					t.Errorf("%s, %s: byte %d of the picture is %d, with a profile %d", name, depth, i, p.Image.Pix[i], want.Image.Pix[i])
					break
				}
			}
			if bytes.Equal(p.Image.Pix, flat.Pix) {
				t.Errorf("%s, %s: the description is not used", name, depth)
			}
			if !bytes.Equal(ownPixels(t, p.Own()), ownPixels(t, want.Own())) || icc.SpaceOf(p.ICC) != icc.RGB || p.ImageICC() != nil {
				t.Errorf("%s, %s: own pixels changed, or there is no profile for the export", name, depth)
			}
			out := export(t, p, false)
			again := decoded(t, out)
			if !slices.Contains(checkChunks(t, out), "iCCP") || !bytes.Equal(again.Image.Pix, p.Image.Pix) || !bytes.Equal(ownPixels(t, again.Own()), ownPixels(t, p.Own())) {
				t.Errorf("%s, %s: the export looks otherwise", name, depth)
			}
		}
	}
}

// Descriptions that say sRGB leave the image as it is. So do those that cannot be
// understood, with a notice.
func TestDescribedAsSRGB(t *testing.T) {
	flat := coloured(20, 10)
	data := encoded(t, flat, "png")
	behind := append(appendChunk(bytes.Clone(data[:len(data)-12]), "gAMA", []byte{0, 1, 134, 160}), data[len(data)-12:]...)
	for name, c := range map[string]struct {
		data    []byte
		notices []Notice
	}{
		"cICP":                       {chunks(data, cICP(1, 13, 0, 1)), nil},
		"cICP before a profile":      {chunks(data, cICP(1, 13, 0, 1), iCCP(phototest.DisplayP3())), nil},
		"sRGB":                       {chunks(data, srgbChunk), nil},
		"sRGB before gAMA":           {chunks(data, gAMA(100_000), srgbChunk), nil},
		"gAMA":                       {chunks(data, gAMA(45455)), nil},
		"gAMA, rounded":              {chunks(data, gAMA(45000)), nil},
		"gAMA and cHRM":              {chunks(data, gAMA(45455), chrmSRGB), nil},
		"cHRM":                       {chunks(data, chrmSRGB), nil},
		"gAMA behind the pixels":     {behind, nil},
		"gAMA of another length":     {chunks(data, pngChunk{kind: "gAMA", body: []byte{1}}), nil},
		"cICP, unknown colours":      {chunks(data, cICP(99, 13, 0, 1)), []Notice{NoticeColourUnknown}},
		"cICP, unspecified":          {chunks(data, cICP(2, 2, 0, 1)), []Notice{NoticeColourUnknown}},
		"cICP, unknown curve":        {chunks(data, cICP(1, 17, 0, 1)), []Notice{NoticeColourUnknown}},
		"cICP, narrow range":         {chunks(data, cICP(1, 13, 0, 0)), []Notice{NoticeColourUnknown}},
		"cICP, a matrix":             {chunks(data, cICP(1, 13, 9, 1)), []Notice{NoticeColourUnknown}},
		"gAMA 0":                     {chunks(data, gAMA(0)), []Notice{NoticeProfileDamaged}},
		"gAMA far out":               {chunks(data, gAMA(1<<31)), []Notice{NoticeProfileDamaged}},
		"cHRM 0":                     {chunks(data, cHRM(0, 0, 0, 0, 0, 0, 0, 0)), []Notice{NoticeProfileDamaged}},
		"cHRM on a line":             {chunks(data, cHRM(.3, .3, .1, .1, .2, .2, .4, .4)), []Notice{NoticeProfileDamaged}},
		"cHRM, white outside":        {chunks(data, cHRM(.9, .05, .64, .33, .3, .6, .15, .06)), []Notice{NoticeProfileDamaged}},
		"a broken profile, and gAMA": {chunks(data, pngChunk{kind: "iCCP", body: []byte("p\x00\x00xyz")}, gAMA(100_000)), []Notice{NoticeProfileDamaged}},
	} {
		p := decoded(t, c.data)
		if !slices.Equal(p.Notices, c.notices) {
			t.Errorf("%s: notices %q, want %q", name, p.Notices, c.notices)
		}
		if !bytes.Equal(p.Image.Pix, flat.Pix) || p.ICC != nil || p.Own() != image.Image(p.Image) {
			t.Errorf("%s: the picture changed", name)
		}
	}
}

// Curves of video and of grey give the values that their formulas do.
func TestDescribedCurves(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 256, 1))
	for i := range 256 {
		grey.Pix[i] = byte(i)
	}
	video := func(v float64) float64 {
		if v < 0.081 {
			return v / 4.5
		}
		return math.Pow((v+0.0993)/1.0993, 1/0.45)
	}
	for name, c := range map[string]struct {
		chunk  pngChunk
		linear func(v float64) float64
	}{
		"BT.709":      {cICP(1, 1, 0, 1), video},
		"BT.2020":     {cICP(9, 14, 0, 1), video},
		"SMPTE 240M":  {cICP(7, 7, 0, 1), func(v float64) float64 { return math.Pow((v+0.1115)/1.1115, 1/0.45) }},
		"gamma 2.8":   {cICP(5, 5, 0, 1), func(v float64) float64 { return math.Pow(v, 2.8) }},
		"linear":      {cICP(12, 8, 0, 1), func(v float64) float64 { return v }},
		"gAMA, grey":  {gAMA(55556), func(v float64) float64 { return math.Pow(v, 1.8) }},
		"gamma 2.2 C": {cICP(4, 4, 0, 1), func(v float64) float64 { return math.Pow(v, 2.2) }},
	} {
		p := decoded(t, chunks(encoded(t, grey, "png"), c.chunk))
		for i := 40; i < 256; i++ {
			lin := c.linear(float64(i) / 255)
			want := 255 * (1.055*math.Pow(lin, 1/2.4) - 0.055)
			got := p.Image.NRGBAAt(i, 0)
			for _, v := range []byte{got.R, got.G, got.B} {
				if !(math.Abs(float64(v)-want) < 1.6) {
					t.Fatalf("%s: grey %d is shown as %v, want %.1f", name, i, got, want)
				}
			}
		}
	}
}

// profileCoded adds to a profile the tag that states a code of H.273.
func profileCoded(primaries, transfer byte) []byte {
	p := phototest.DisplayP3()
	const table = 132
	be := binary.BigEndian
	be.PutUint32(p[table+4:], uint32(len(p))) // in place of the first tag, the description
	be.PutUint32(p[table+8:], 12)
	copy(p[table:], "cicp")
	p = append(p, "cicp\x00\x00\x00\x00"...)
	p = append(p, primaries, transfer, 0, 1)
	be.PutUint32(p, uint32(len(p)))
	return p
}

// Pictures in high dynamic range are refused by name, before their pixels are
// decoded, in every format that can say so.
func TestHDRIsRefused(t *testing.T) {
	img := coloured(20, 10)
	pn := encoded(t, img, "png")
	webp := fixture(t, "lossless.webp")
	for name, c := range map[string]struct {
		data  []byte
		curve string
	}{
		"PQ":                     {chunks(pn, cICP(9, 16, 0, 1)), "PQ"},
		"HLG":                    {chunks(pn, cICP(9, 18, 0, 1)), "HLG"},
		"PQ, 16 bits":            {chunks(encoded(t, deepened(img), "png"), cICP(12, 16, 0, 1)), "PQ"},
		"PQ, with a profile too": {chunks(pn, iCCP(phototest.DisplayP3()), cICP(9, 16, 0, 1)), "PQ"},
		"PQ, unknown primaries":  {chunks(pn, cICP(0, 16, 0, 1)), "PQ"},
		"PQ, narrow range":       {chunks(pn, cICP(9, 16, 0, 0)), "PQ"},
		"png, PQ's profile":      {withProfile(t, img, profileCoded(9, 16)), "PQ"},
		"jpeg, HLG's profile":    {phototest.ICCSegment(encoded(t, img, "jpeg"), profileCoded(9, 18)), "HLG"},
		"webp, PQ's profile":     {phototest.WebPChunks(webp, 6*blockSide, 2*blockSide, profileCoded(9, 16), nil, nil), "PQ"},
		"tiff, PQ's profile":     {phototest.TIFFTags(encoded(t, img, "tiff"), phototest.Raw(0x8773, profileCoded(9, 16))), "PQ"},
		"bmp, PQ's profile":      {bmpWithProfile(t, img, profileCoded(9, 16)), "PQ"},
	} {
		_, err := DecodeBytes(c.data, "x")
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "high dynamic range, HDR with the curve "+c.curve) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A profile that states an ordinary code is a profile as any other.
	if p := decoded(t, withProfile(t, img, profileCoded(12, 13))); len(p.Notices) > 0 || p.ImageICC() != nil {
		t.Errorf("a profile with an ordinary code: %q", p.Notices)
	}
}

// bmpWithProfile is a BMP with a header of version 5 and a profile behind the
// pixels.
func bmpWithProfile(t *testing.T, img image.Image, profile []byte) []byte {
	t.Helper()
	plain := encoded(t, img, "bmp")
	le := binary.LittleEndian
	pixels := plain[le.Uint32(plain[10:]):]
	out := append(bytes.Clone(plain[:54]), make([]byte, 124-40)...)
	le.PutUint32(out[10:], uint32(14+124))
	le.PutUint32(out[14:], 124)
	copy(out[70:], "DEBM")
	le.PutUint32(out[126:], uint32(124+len(pixels)))
	le.PutUint32(out[130:], uint32(len(profile)))
	out = append(append(out, pixels...), profile...)
	le.PutUint32(out[2:], uint32(len(out)))
	return out
}

// A BMP may embed a profile.
func TestProfileOfBMP(t *testing.T) {
	img := coloured(20, 10)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	data := bmpWithProfile(t, img, phototest.DisplayP3())
	p, want := decoded(t, data), decoded(t, withProfile(t, img, phototest.DisplayP3()))
	if !bytes.Equal(p.ICC, phototest.DisplayP3()) || !bytes.Equal(p.Image.Pix, want.Image.Pix) || len(p.Notices) > 0 {
		t.Errorf("%q, profile of %d bytes", p.Notices, len(p.ICC))
	}
	cut := decoded(t, data[:len(data)-100])
	if !slices.Equal(cut.Notices, []Notice{NoticeProfileDamaged}) || !bytes.Equal(cut.Image.Pix, img.Pix) {
		t.Errorf("cut: %q", cut.Notices)
	}
}

// Cameras that are set to Adobe RGB do not embed a profile, and say so in their
// EXIF data.
func TestAdobeRGBOfCameras(t *testing.T) {
	jpg := encoded(t, blocks(), "jpeg")
	want := decoded(t, phototest.ICCSegment(jpg, phototest.AdobeRGB()))
	plain := decoded(t, jpg)
	for _, o := range []phototest.Order{binary.BigEndian, binary.LittleEndian} {
		interop := func(kind string, space uint16) []byte {
			b := phototest.EXIF(o, nil, []phototest.Tag{phototest.Short(o, 0xa001, space), phototest.Long(o, 0xa005, 0)}, nil, nil)
			at := len(b)
			// The directory of interoperability, and the way to it.
			b = o.AppendUint16(b, 1)
			b = o.AppendUint32(o.AppendUint16(o.AppendUint16(b, 1), 2), 4)
			b = append(append(b, kind...), 0, 0, 0, 0, 0)
			entry := bytes.Index(b, o.AppendUint16(nil, 0xa005))
			o.PutUint32(b[entry+8:], uint32(at))
			return b
		}
		for name, c := range map[string]struct {
			block []byte
			adobe bool
		}{
			"R03": {interop("R03", 0xffff), true}, "R98": {interop("R98", 1), false}, "R03 and sRGB": {interop("R03", 1), false},
			"open": {interop("R98", 0xffff), false}, "the number 2": {interop("R98", 2), true},
		} {
			p := decoded(t, phototest.EXIFSegment(jpg, c.block))
			expect := plain
			if c.adobe {
				expect = want
			}
			worst := 0
			for i := range p.Image.Pix {
				worst = max(worst, abs(int(p.Image.Pix[i])-int(expect.Image.Pix[i])))
			}
			if worst > 1 || (p.ICC != nil) != c.adobe || !bytes.Equal(ownPixels(t, p.Own()), plain.Image.Pix) || len(p.Notices) > 0 {
				t.Errorf("%v, %s: off by %d, a profile of %d bytes, notices %q", o, name, worst, len(p.ICC), p.Notices)
			}
			// A profile of the file's own counts more.
			own := decoded(t, phototest.ICCSegment(phototest.EXIFSegment(jpg, c.block), phototest.DisplayP3()))
			if !bytes.Equal(own.ICC, phototest.DisplayP3()) {
				t.Errorf("%v, %s: the embedded profile is not used", o, name)
			}
		}
	}
	if c := color.NRGBAModel.Convert(want.Image.At(8, 24)); c == color.NRGBAModel.Convert(plain.Image.At(8, 24)) {
		t.Error("the test's colours are the same under both")
	}
}
