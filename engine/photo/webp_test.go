package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"maps"
	"strings"
	"testing"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/phototest"
	"deltaedit/engine/photo/webpwrite"
)

// aWebP encodes a picture as a WebP.
func aWebP(t testing.TB, img image.Image, e Encoding, meta Metadata) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Encode(&out, img, WebP, e, meta); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWebPKeepsItsMetadata: what is written is what this package reads in a photo, and the texts
// are those that were given.
func TestWebPKeepsItsMetadata(t *testing.T) {
	profile := icc.FromPrimaries("a profile", icc.AdobeRGB, icc.GammaCurve(2.2))
	block := []byte("II*\x00\x08\x00\x00\x00\x02\x00" +
		"\x0f\x01\x02\x00\x05\x00\x00\x00\x26\x00\x00\x00" + // Make, at 38
		"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00" + // Orientation 6
		"\x00\x00\x00\x00" + "Aper\x00")
	texts := map[string]string{"deltaedit-recipe": "{\"target\":\"<b> & \\\"ü\\\" ]]>\",\n\t\"a\":1}\r", "Software": " DeltaEdit "}
	meta := Metadata{ICC: profile, Exif: block, XMP: []byte(phototest.XMP), Text: texts, SourceType: CompositeWithTrainedMedia}
	for _, e := range []Encoding{{}, {Lossless: true}} {
		for _, alpha := range []bool{false, true} {
			data := aWebP(t, gradient(75, 50, alpha), e, meta)
			got := embeddedIn(data, "webp")
			if !bytes.Equal(got.icc, profile) {
				t.Errorf("the profile has %d bytes, want the %d written", len(got.icc), len(profile))
			}
			if !bytes.Contains(got.exif, []byte("Aper")) || exif.Orientation(got.exif) != 1 {
				t.Errorf("EXIF data: %q, orientation %d", got.exif, exif.Orientation(got.exif))
			}
			for _, want := range []string{CompositeWithTrainedMedia, "Erika Mustermann"} {
				if !bytes.Contains(got.xmp, []byte(want)) {
					t.Errorf("the XMP packet has no %s: %q", want, got.xmp)
				}
			}
			if read, err := ReadText(bytes.NewReader(data)); err != nil || !maps.Equal(read, texts) {
				t.Errorf("the texts are %q, %v", read, err)
			}
			photo, err := Decode(bytes.NewReader(data), "a.webp")
			if err != nil {
				t.Fatal(err)
			}
			if photo.Format != "webp" || photo.Image.Rect.Size() != image.Pt(75, 50) || photo.Image.Opaque() == alpha {
				t.Errorf("%s of %v, opaque: %v", photo.Format, photo.Image.Rect, photo.Image.Opaque())
			}
			if n := binary.LittleEndian.Uint32(data[4:]); int(n) != len(data)-8 {
				t.Errorf("the file states %d bytes and has %d", n, len(data)-8)
			}
			// An edit of the export has its own recipe and not this one.
			again := aWebP(t, photo.Image, e, Metadata{XMP: got.xmp, Text: map[string]string{"Software": "x"}})
			if read, err := ReadText(bytes.NewReader(again)); err != nil || !maps.Equal(read, map[string]string{"Software": "x"}) {
				t.Errorf("the texts of an edit of it are %q, %v", read, err)
			}
		}
	}
	private := meta
	private.StripPrivate = true
	if data := aWebP(t, gradient(20, 10, false), Encoding{}, private); bytes.Contains(data, []byte("Erika")) || bytes.Contains(data, []byte("Garmisch")) {
		t.Error("a stripped file names a person or a place")
	}
}

// TestWebPOfEveryKind: with and without loss, transparency stays, and 16 bits become 8.
func TestWebPOfEveryKind(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(deep.Pix); i += 8 {
		copy(deep.Pix[i:], []byte{0x80, 0x7f, 0x40, 0, 0xff, 0xff, 0xff, 0xff})
	}
	half := gradient(64, 64, true)
	drawn := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range drawn.Pix {
		drawn.Pix[i] = []byte{50, 0, 100, 128}[i%4] // premultiplied
	}
	for name, tc := range map[string]struct {
		img  image.Image
		at   image.Point
		want color.NRGBA
	}{
		"16 bits":           {deep, image.Pt(30, 30), color.NRGBA{0x80, 0x40, 0xff, 255}},
		"opaque":            {half, image.Pt(32, 10), half.NRGBAAt(32, 10)},
		"premultiplied":     {drawn, image.Pt(3, 3), color.NRGBA{99, 0, 199, 128}},
		"a part of another": {gradient(128, 128, false).SubImage(image.Rect(64, 64, 128, 128)), image.Pt(10, 10), gradient(128, 128, false).NRGBAAt(74, 74)},
	} {
		for _, e := range []Encoding{{Quality: 100}, {Lossless: true}} {
			photo, err := Decode(bytes.NewReader(aWebP(t, tc.img, e, Metadata{})), name)
			if err != nil {
				t.Fatal(err)
			}
			most := 6
			if e.Lossless {
				most = 0
			}
			got := photo.Image.NRGBAAt(tc.at.X, tc.at.Y)
			for _, d := range []int{int(got.R) - int(tc.want.R), int(got.G) - int(tc.want.G), int(got.B) - int(tc.want.B), int(got.A) - int(tc.want.A)} {
				if d < -most || d > most {
					t.Errorf("%s, lossless %v: %v, want %v", name, e.Lossless, got, tc.want)
					break
				}
			}
		}
	}
	clear, err := Decode(bytes.NewReader(aWebP(t, half, Encoding{}, Metadata{})), "clear")
	if err != nil || clear.Image.NRGBAAt(30, 50).A != 0 {
		t.Errorf("what was clear is %v (%v)", clear.Image.NRGBAAt(30, 50), err)
	}
}

func TestWebPTooLarge(t *testing.T) {
	err := Encode(&bytes.Buffer{}, image.NewNRGBA(image.Rect(0, 0, 16384, 2)), WebP, Encoding{}, Metadata{})
	if !errors.Is(err, webpwrite.ErrSize) || !strings.Contains(err.Error(), "16384×2") || !strings.Contains(err.Error(), "16383") {
		t.Errorf("got %v", err)
	}
	if err := Encode(&bytes.Buffer{}, image.NewNRGBA(image.Rect(0, 0, 16384, 20)), WebP, Encoding{Longest: 16383}, Metadata{}); err != nil {
		t.Errorf("reduced: %v", err)
	}
}

func TestReadWebPTextBadInput(t *testing.T) {
	whole := aWebP(t, gradient(9, 9, false), Encoding{}, Metadata{Text: map[string]string{"Software": "x"}})
	packet := func(xmp string) []byte {
		out := []byte("RIFF\x00\x00\x00\x00WEBPXMP ")
		return append(binary.LittleEndian.AppendUint32(out, uint32(len(xmp))), xmp...)
	}
	for name, tc := range map[string]struct {
		data []byte
		want error
		n    int
	}{
		"another RIFF":     {[]byte("RIFF\x04\x00\x00\x00WAVE"), ErrNotImage, 0},
		"no type":          {whole[:9], ErrNotImage, 0},
		"cut in a chunk":   {whole[:len(whole)-9], ErrTruncated, 0},
		"cut in a head":    {whole[:15], ErrTruncated, 0},
		"no packet":        {whole[:12], nil, 0},
		"whole":            {whole, nil, 1},
		"no XML":           {packet("<a><b>"), nil, 0},
		"another name":     {packet(`<a:b xmlns:a="urn:other">x</a:b>`), nil, 0},
		"broken inside":    {packet(`<a:b xmlns:a="urn:deltaedit:text">x<c>`), nil, 0},
		"broken afterward": {packet(`<a:b xmlns:a="urn:deltaedit:text">x</a:b><c>`), nil, 1},
		"a lying length":   {[]byte("RIFF\x00\x00\x00\x00WEBPXMP \xff\xff\xff\xffx"), ErrTruncated, 0},
	} {
		got, err := ReadText(bytes.NewReader(tc.data))
		if !errors.Is(err, tc.want) || len(got) != tc.n {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
