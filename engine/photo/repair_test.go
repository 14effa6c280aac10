package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// spoilt returns a PNG with a wrong checksum in its first chunk of a kind.
func spoilt(t *testing.T, data []byte, kind string) []byte {
	t.Helper()
	at := bytes.Index(data, []byte(kind))
	if at < 4 {
		t.Fatalf("no %s", kind)
	}
	out := bytes.Clone(data)
	n := int(binary.BigEndian.Uint32(out[at-4:]))
	out[at+4+n] ^= 0x5a
	return out
}

// palettePNG is a PNG with a palette, one colour of which is transparent.
func palettePNG(t *testing.T) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.NRGBA{}, color.NRGBA{200, 100, 50, 255}, color.White})
	for i := range img.Pix {
		img.Pix[i] = byte(i % 3)
	}
	return encoded(t, img, "png")
}

// Damage that takes no pixels away, and that other programs ignore, is ignored here as
// well, with a notice. All pixels are those of the undamaged file.
func TestHarmlessDamageIsPassedOver(t *testing.T) {
	cut := func(data []byte, n int) []byte { return bytes.Clone(data[:len(data)-n]) }
	jpg, pn := encoded(t, blocks(), "jpeg"), encoded(t, blocks(), "png")
	var greyJPEG bytes.Buffer
	grey := image.NewGray(image.Rect(0, 0, 50, 30))
	for i := range grey.Pix {
		grey.Pix[i] = byte(i * 7)
	}
	if err := jpeg.Encode(&greyJPEG, grey, nil); err != nil {
		t.Fatal(err)
	}
	text := phototest.Chunk(pn, "tEXt", []byte("Comment\x00hello"))
	exif := phototest.Camera(littleEndian, 1)
	late := append(appendChunk(cut(pn, 12), "tIME", []byte("1234567")), pn[len(pn)-12:]...)
	lossless, lossy := fixture(t, "lossless.webp"), fixture(t, "lossy.webp")
	length := func(data []byte, n uint32) []byte {
		out := bytes.Clone(data)
		littleEndian.PutUint32(out[4:], n)
		return out
	}
	odd := phototest.WebPChunks(lossless, 6*blockSide, 2*blockSide, nil, nil, []byte("<a/>\n"))
	promised := phototest.WebPChunks(lossy, 6*blockSide, 2*blockSide, nil, exif, nil)
	promised[20] |= 1 << 4
	narrow := encoded(t, sample(5, 3), "bmp") // a byte of padding
	greyPNG := encoded(t, grey, "png")
	pal := palettePNG(t)
	opaque := decoded(t, pal).Image
	opaque.Pix[3] = 255
	end, chunks := NoticeEndMissing, NoticeChunksDamaged
	type file struct {
		sound, damaged []byte
		notices        []Notice
	}
	files := map[string]file{
		"jpeg":                     {jpg, cut(jpg, 2), []Notice{end}},
		"jpeg, half the marker":    {jpg, cut(jpg, 1), []Notice{end}},
		"jpeg, zeros at its end":   {jpg, append(cut(jpg, 2), make([]byte, 700)...), []Notice{end}},
		"jpeg of grey":             {greyJPEG.Bytes(), cut(greyJPEG.Bytes(), 2), []Notice{end}},
		"progressive jpeg":         {fixture(t, "progressive.jpg"), cut(fixture(t, "progressive.jpg"), 2), []Notice{end}},
		"cmyk jpeg":                {fixture(t, "cmyk.jpg"), cut(fixture(t, "cmyk.jpg"), 2), []Notice{end, NoticeCMYK}},
		"png, text":                {pn, spoilt(t, text, "tEXt"), []Notice{chunks}},
		"png, EXIF data":           {pn, spoilt(t, phototest.Chunk(pn, "eXIf", exif), "eXIf"), []Notice{chunks}},
		"png, profile":             {pn, spoilt(t, withProfile(t, blocks(), phototest.DisplayP3()), "iCCP"), []Notice{chunks, NoticeProfileDamaged}},
		"png, behind the pixels":   {pn, spoilt(t, late, "tIME"), []Notice{chunks}},
		"png, unknown chunk":       {pn, spoilt(t, phototest.Chunk(pn, "quIx", []byte("x")), "quIx"), []Notice{chunks}},
		"png, checksum of the end": {pn, cut(pn, 1), []Notice{end}},
		"png, no end":              {pn, cut(pn, 12), []Notice{end}},
		"png, checksum of pixels":  {pn, cut(pn, 14), []Notice{end}},
		"png, late chunk cut":      {pn, cut(late, 20), []Notice{end}},
		"png of grey, palette":     {greyPNG, phototest.Chunk(greyPNG, "PLTE", []byte("abc")), []Notice{chunks}},
		"png, palette, text":       {pal, spoilt(t, phototest.Chunk(pal, "tEXt", []byte("a\x00b")), "tEXt"), []Notice{chunks}},
		"webp, length 0":           {lossless, length(lossless, 0), []Notice{chunks}},
		"webp, length too large":   {lossy, length(lossy, uint32(len(lossy))+1000), nil},
		"webp, no padding":         {odd, cut(odd, 1), nil},
		"webp, alpha promised":     {lossy, promised, []Notice{chunks}},
		"bmp, padding":             {narrow, cut(narrow, 1), []Notice{end}},
	}
	for name, f := range files {
		p, err := Decode(bytes.NewReader(f.damaged), "x")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := decoded(t, f.sound)
		if !bytes.Equal(p.Image.Pix, want.Image.Pix) || p.Image.Rect != want.Image.Rect {
			t.Errorf("%s: the pixels are not those of the sound file", name)
		}
		if !slices.Equal(p.Notices, f.notices) {
			t.Errorf("%s: notices %q, want %q", name, p.Notices, f.notices)
		}
	}
	// Without its transparency a palette is opaque.
	if p := decoded(t, spoilt(t, pal, "tRNS")); p.Image.NRGBAAt(0, 0).A != 255 || !slices.Equal(p.Notices, []Notice{chunks}) {
		t.Errorf("a palette's transparency: %v, %q", p.Image.NRGBAAt(0, 0), p.Notices)
	}
	// What stands behind the damage is read.
	behind := spoilt(t, phototest.Chunk(phototest.Chunk(pn, "eXIf", phototest.Camera(littleEndian, 3)), "tEXt", []byte("a\x00b")), "tEXt")
	if p := decoded(t, behind); p.Orientation != 3 || !bytes.Contains(p.Exif, []byte("MakerCo")) {
		t.Errorf("EXIF data behind damage: orientation %d, %q", p.Orientation, p.Exif)
	}
}

// A photo that lost its last pixels opens, with a notice of its own; what lost
// more does not.
func TestLastPixelsLost(t *testing.T) {
	img := scene(640, 480)
	data := encoded(t, img, "jpeg")
	want := decoded(t, data).Image
	for n := 3; n <= 12; n++ {
		p, err := Decode(bytes.NewReader(data[:len(data)-n]), "x")
		if err != nil {
			t.Errorf("%d bytes missing: %v", n, err)
			continue
		}
		if !slices.Equal(p.Notices, []Notice{NoticeEndLost}) && !slices.Equal(p.Notices, []Notice{NoticeEndMissing}) {
			t.Errorf("%d bytes missing: %q", n, p.Notices)
		}
		last := want.PixOffset(0, 480-32)
		if !bytes.Equal(p.Image.Pix[:last], want.Pix[:last]) {
			t.Errorf("%d bytes missing: pixels above the last rows changed", n)
		}
	}
	for _, n := range []int{len(data) / 20, len(data) / 4, len(data) / 2} {
		if _, err := Decode(bytes.NewReader(data[:len(data)-n]), "x"); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d of %d bytes missing: %v", n, len(data), err)
		}
	}
}

// Damage to the pixels themselves is refused.
func TestRealDamageIsRefused(t *testing.T) {
	pn, pal, webp := encoded(t, blocks(), "png"), palettePNG(t), fixture(t, "lossy.webp")
	files := map[string][]byte{
		"png, pixels":      spoilt(t, pn, "IDAT"),
		"png, header":      spoilt(t, pn, "IHDR"),
		"png, palette":     spoilt(t, pal, "PLTE"),
		"png, pixels cut":  pn[:len(pn)-17],
		"png, half":        pn[:len(pn)/2],
		"png, no pixels":   pngHeader(4, 4),
		"webp, half":       webp[:len(webp)/2],
		"webp, pixels cut": webp[:len(webp)-3],
		"bmp, pixels cut":  encoded(t, sample(5, 3), "bmp")[:14+40+16+16+14],
		"bmp, half":        encoded(t, blocks(), "bmp")[:1500],
	}
	// A progressive JPEG, cut before each of its scans but the first.
	progressive := fixture(t, "progressive.jpg")
	scans := 0
	for i := range len(progressive) - 1 {
		if progressive[i] != 0xff || progressive[i+1] != markerSOS {
			continue
		}
		if scans++; scans > 1 {
			files["progressive jpeg, "+string(rune('0'+scans-1))+" scans"] = progressive[:i]
		}
	}
	if scans < 3 {
		t.Fatalf("the fixture has %d scans", scans)
	}
	for name, data := range files {
		if p, err := Decode(bytes.NewReader(data), "x"); p != nil || !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

// A JPEG may hold each colour in a scan of its own: cut between them, it lacks
// colours.
func TestScansOfTheirOwn(t *testing.T) {
	jpg := encoded(t, blocks(), "jpeg")
	at := bytes.Index(jpg, []byte{0xff, markerSOS})
	separate := bytes.Clone(jpg)
	// The header of the scan names one colour of three.
	header := separate[at : at+14]
	one := append([]byte{0xff, markerSOS, 0, 8, 1}, header[5:7]...)
	one = append(one, header[11:14]...)
	separate = append(append(bytes.Clone(jpg[:at]), one...), jpg[at+14:]...)
	if scansComplete(separate) || !scansComplete(jpg) || scansComplete(jpg[:at]) || scansComplete(nil) {
		t.Error("scans that lack a colour pass for complete, or the other way round")
	}
}
