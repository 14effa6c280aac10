package photo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/phototest"
)

// The fixtures of testdata, made by make.py: blocks of 16 × 16 pixels, six a row.
const blockSide = 16

var blockColours = []color.NRGBA{
	{0, 0, 0, 255},
	{255, 255, 255, 255},
	{255, 0, 0, 255},
	{0, 255, 0, 255},
	{0, 0, 255, 255},
	{128, 128, 128, 255},
	{200, 150, 120, 255},
	{30, 60, 20, 255},
	{90, 40, 160, 255},
	{12, 200, 180, 255},
	{250, 240, 10, 255},
	{16, 16, 16, 255},
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkBlocks looks at the middle of every block.
func checkBlocks(t *testing.T, img *image.NRGBA, want []color.NRGBA, within int) {
	t.Helper()
	if img.Rect != image.Rect(0, 0, 6*blockSide, 2*blockSide) {
		t.Fatalf("size %v", img.Rect)
	}
	for i, w := range want {
		g := img.NRGBAAt(i%6*blockSide+8, i/6*blockSide+8)
		for k, d := range []int{int(g.R) - int(w.R), int(g.G) - int(w.G), int(g.B) - int(w.B), int(g.A) - int(w.A)} {
			if abs(d) > within {
				t.Errorf("block %d is %v, want %v (colour %d)", i, g, w, k)
				break
			}
		}
	}
}

// blocks is the picture of the fixtures.
func blocks() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 6*blockSide, 2*blockSide))
	for y := range 2 * blockSide {
		for x := range 6 * blockSide {
			img.SetNRGBA(x, y, blockColours[y/blockSide*6+x/blockSide])
		}
	}
	return img
}

// TestFixtures decodes what only other encoders write, under a name that says
// something else: the format is recognised by the content.
func TestFixtures(t *testing.T) {
	var inks, alpha []color.NRGBA
	for i, c := range blockColours {
		k := 255 - 40*(i%3) // ink on ink, as make.py lays it
		inks = append(inks, color.NRGBA{byte(int(c.R) * k / 255), byte(int(c.G) * k / 255), byte(int(c.B) * k / 255), 255})
		alpha = append(alpha, color.NRGBA{byte(20 * i), byte(20 * i), byte(20 * i), byte(255 - 20*i)})
	}
	var grey []color.NRGBA
	for i := range 12 {
		v := to8Bits(byte(i*5461>>8), byte(i*5461&255))
		grey = append(grey, color.NRGBA{v, v, v, 255})
	}
	for _, tt := range []struct {
		name, format string
		want         []color.NRGBA
		within       int
		notices      []Notice
		deep         bool
	}{
		{"lossy.webp", "webp", blockColours, 3, nil, false},
		{"lossless.webp", "webp", blockColours, 0, nil, false},
		{"alpha.webp", "webp", alpha, 3, nil, false},
		{"progressive.jpg", "jpeg", blockColours, 4, nil, false},
		{"rgb.jpg", "jpeg", blockColours, 4, nil, false},
		{"cmyk.jpg", "jpeg", inks, 5, []Notice{NoticeCMYK}, false},
		{"ycck.jpg", "jpeg", inks, 5, []Notice{NoticeCMYK}, false},
		{"lzw.tif", "tiff", blockColours, 0, nil, false},
		{"grey16-lzw.tif", "tiff", grey, 0, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "photo.heic")
			if err := os.WriteFile(path, fixture(t, tt.name), 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if p.Format != tt.format || len(p.Notices) != len(tt.notices) || len(p.Notices) > 0 && p.Notices[0] != tt.notices[0] {
				t.Errorf("%s with the notices %q, want %s, %q", p.Format, p.Notices, tt.format, tt.notices)
			}
			if _, deep := p.Own().(*image.NRGBA64); deep != tt.deep {
				t.Errorf("16 bits: %t", deep)
			}
			checkBlocks(t, p.Image, tt.want, tt.within)
		})
	}
}

// TestOrientationOfEveryFormat turns the picture as a camera would, and expects
// it upright, the size of the metadata's included.
func TestOrientationOfEveryFormat(t *testing.T) {
	le := phototest.Order(littleEndian)
	lying := image.NewNRGBA(image.Rect(0, 0, 2*blockSide, 6*blockSide)) // to be turned by orientation 8
	straight := blocks()
	for y := range 6 * blockSide {
		for x := range 2 * blockSide {
			lying.SetNRGBA(x, y, straight.NRGBAAt(y, 2*blockSide-1-x))
		}
	}
	block := phototest.Camera(le, 8)
	for name, data := range map[string][]byte{
		"jpeg": phototest.EXIFSegment(encoded(t, lying, "jpeg"), block),
		"png":  phototest.Chunk(encoded(t, lying, "png"), "eXIf", block),
		"tiff": phototest.TIFFTags(encoded(t, lying, "tiff"), phototest.Short(le, 0x0112, 8), phototest.Text(0x010f, "MakerCo")),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Decode(bytes.NewReader(data), "x")
			if err != nil {
				t.Fatal(err)
			}
			if p.Orientation != 8 || len(p.Exif) == 0 {
				t.Errorf("orientation %d, %d bytes of EXIF", p.Orientation, len(p.Exif))
			}
			checkBlocks(t, p.Image, blockColours, 8)
			if got := exif.Orientation(p.Exif); got != 1 {
				t.Errorf("what is kept of EXIF says orientation %d", got)
			}
		})
	}
	// Of WebP there is no encoder: the fixture is upright, so turning shows.
	for o := uint16(1); o <= 8; o++ {
		data := phototest.WebPChunks(fixture(t, "lossless.webp"), 6*blockSide, 2*blockSide, nil, phototest.Camera(le, o), nil)
		p, err := Decode(bytes.NewReader(data), "x.webp")
		if err != nil {
			t.Fatal(err)
		}
		if want := upright(blocks(), int(o)); p.Orientation != int(o) || !bytes.Equal(p.Image.Pix, want.Pix) || p.Image.Rect != want.Rect {
			t.Errorf("webp: orientation %d is read as %d, %v", o, p.Orientation, p.Image.Rect)
		}
	}
}

// TestEmbeddedMetadata finds profile, EXIF data and XMP in every container.
func TestEmbeddedMetadata(t *testing.T) {
	profile, block, packet := phototest.DisplayP3(), phototest.Camera(littleEndian, 1), []byte(phototest.XMP)
	jpg, pn, tif := encoded(t, blocks(), "jpeg"), encoded(t, blocks(), "png"), encoded(t, blocks(), "tiff")
	part := func(n, of byte, data []byte) []byte {
		return append([]byte{'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0, n, of}, data...)
	}
	webp := phototest.WebPChunks(fixture(t, "lossless.webp"), 6*blockSide, 2*blockSide, profile, block, packet)
	compressed := phototest.Chunk(pn, "iCCP", []byte("p\x00\x00"+deflated(string(profile))))
	for _, tt := range []struct {
		name, format string
		data         []byte
		icc          []byte
		exif, xmp    bool
		lost         bool
	}{
		{"jpeg", "jpeg", phototest.ICCSegment(phototest.XMPSegment(phototest.EXIFSegment(jpg, block), phototest.XMP), profile), profile, true, true, false},
		{"jpeg in two parts", "jpeg", withSegment(withSegment(jpg, 0xe2, part(2, 2, profile[200:])), 0xe2, part(1, 2, profile[:200])), profile, false, false, false},
		{"jpeg, parts swapped", "jpeg", withSegment(withSegment(jpg, 0xe2, part(1, 2, profile[:200])), 0xe2, part(2, 2, profile[200:])), profile, false, false, false},
		{"jpeg, numbered from 0", "jpeg", withSegment(withSegment(jpg, 0xe2, part(1, 2, profile[200:])), 0xe2, part(0, 2, profile[:200])), profile, false, false, false},
		{"jpeg, profile twice", "jpeg", withSegment(withSegment(jpg, 0xe2, part(1, 1, profile)), 0xe2, part(1, 1, profile)), profile, false, false, false},
		{"jpeg, two profiles", "jpeg", withSegment(withSegment(jpg, 0xe2, part(1, 1, profile)), 0xe2, part(1, 1, phototest.AdobeRGB())), nil, false, false, true},
		{"jpeg, part missing", "jpeg", withSegment(jpg, 0xe2, part(2, 2, profile[200:])), nil, false, false, true},
		{"jpeg without", "jpeg", jpg, nil, false, false, false},
		{"png", "png", phototest.Chunk(phototest.Chunk(compressed, "eXIf", block), "iTXt", []byte(XMPKeyword+"\x00\x00\x00\x00\x00"+phototest.XMP)), profile, true, true, false},
		{"png, profile not to be inflated", "png", phototest.Chunk(pn, "iCCP", []byte("p\x00\x00abc")), nil, false, false, true},
		{"png without", "png", pn, nil, false, false, false},
		{"webp", "webp", webp, profile, true, true, false},
		{"webp, cut", "webp", webp[:50], nil, false, false, true},
		{"tiff", "tiff", phototest.TIFFTags(tif, phototest.Raw(0x8773, profile), phototest.Raw(0x02bc, packet)), profile, true, true, false},
		{"tiff without", "tiff", tif, nil, true, false, false}, // a TIFF is EXIF data itself
		{"gif", "gif", encoded(t, blocks(), "gif"), nil, false, false, false},
	} {
		c := embeddedIn(tt.data, tt.format)
		if !bytes.Equal(c.icc, tt.icc) || (c.exif != nil) != tt.exif || (c.xmp != nil) != tt.xmp || c.profileLost != tt.lost {
			t.Errorf("%s: profile of %d bytes, EXIF of %d, XMP of %d, lost %t", tt.name, len(c.icc), len(c.exif), len(c.xmp), c.profileLost)
		}
		if tt.xmp && !bytes.Equal(c.xmp, packet) {
			t.Errorf("%s: XMP is %q", tt.name, c.xmp)
		}
	}
}

// TestTIFFKinds decodes what Go's encoder writes of TIFF's kinds.
func TestTIFFKinds(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 9, 7))
	for i := range deep.Pix {
		deep.Pix[i] = byte(i * 37)
	}
	grey := image.NewGray16(deep.Rect)
	copy(grey.Pix, deep.Pix)
	for name, c := range map[string]struct {
		img image.Image
		opt tiff.Options
	}{
		"16 bits, deflate":            {deep, tiff.Options{Compression: tiff.Deflate}},
		"16 bits, deflate, predictor": {deep, tiff.Options{Compression: tiff.Deflate, Predictor: true}},
		"16 bits":                     {deep, tiff.Options{}},
		"grey of 16 bits, deflate":    {grey, tiff.Options{Compression: tiff.Deflate}},
	} {
		var b bytes.Buffer
		if err := tiff.Encode(&b, c.img, &c.opt); err != nil {
			t.Fatal(err)
		}
		p, err := Decode(&b, "x.tiff")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		own, ok := p.Own().(*image.NRGBA64)
		if !ok {
			t.Fatalf("%s: %T", name, p.Own())
		}
		for y := range 7 {
			for x := range 9 {
				want := color.NRGBA64Model.Convert(c.img.At(x, y)).(color.NRGBA64)
				if got := own.NRGBA64At(x, y); got != want {
					t.Fatalf("%s: pixel (%d, %d) is %v, want %v", name, x, y, got, want)
				}
			}
		}
	}
}

// TestHostileHeaders holds every format to the size limits before decoding.
func TestHostileHeaders(t *testing.T) {
	le := littleEndian
	bmp := encoded(t, sample(4, 4), "bmp")
	le.PutUint32(bmp[18:], 60000)
	le.PutUint32(bmp[22:], 60000)
	gif := encoded(t, sample(4, 4), "gif")
	le.PutUint16(gif[6:], 60000)
	le.PutUint16(gif[8:], 60000)
	jpg := encoded(t, sample(4, 4), "jpeg")
	sof := bytes.Index(jpg, []byte{0xff, 0xc0})
	copy(jpg[sof+5:], []byte{0xea, 0x60, 0xea, 0x60})
	tif := phototest.TIFFTags(encoded(t, sample(4, 4), "tiff"), phototest.Long(le, 0x0100, 60000), phototest.Long(le, 0x0101, 60000))
	webp := phototest.WebPChunks(fixture(t, "lossless.webp"), 40000, 40000, nil, nil, nil)
	for name, data := range map[string][]byte{
		"bmp": bmp, "gif": gif, "jpeg": jpg, "tiff": tif, "webp": webp, "png": pngHeader(60000, 60000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(bytes.NewReader(data), "x")
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "0000×") {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: allocated %d bytes", name, n)
		}
	}
}

// TestTruncated cuts every format at every byte of its front and at some of the
// rest: an error of this package or a picture, never a panic.
func TestTruncated(t *testing.T) {
	le := littleEndian
	files := map[string][]byte{
		"bmp": encoded(t, blocks(), "bmp"), "gif": encoded(t, blocks(), "gif"), "png": encoded(t, blocks(), "png"),
		"tiff": phototest.TIFFTags(encoded(t, blocks(), "tiff"), phototest.Raw(0x8773, phototest.AdobeRGB())),
		"jpeg": phototest.ICCSegment(phototest.EXIFSegment(encoded(t, blocks(), "jpeg"), phototest.Camera(le, 6)), phototest.DisplayP3()),
		"webp": phototest.WebPChunks(fixture(t, "lossless.webp"), 6*blockSide, 2*blockSide, phototest.ProPhoto(), phototest.Camera(le, 3), nil),
	}
	for _, name := range []string{"lossy.webp", "alpha.webp", "cmyk.jpg", "ycck.jpg", "lzw.tif"} {
		files[name] = fixture(t, name)
	}
	for name, data := range files {
		for n := 0; n < len(data); n += 1 + n/20 {
			p, err := Decode(bytes.NewReader(data[:n]), name)
			if (p == nil) == (err == nil) {
				t.Fatalf("%s cut at %d: %v, %v", name, n, p, err)
			}
			if err != nil && !known(err) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
		}
	}
}

func known(err error) bool {
	for _, k := range []error{ErrTooLarge, ErrNotImage, ErrUnsupported, ErrTruncated, ErrDamaged} {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}

// TestRefusedKinds names what cannot be read, and what to do.
func TestRefusedKinds(t *testing.T) {
	le := littleEndian
	tif := encoded(t, sample(8, 8), "tiff")
	iso := func(brands string) []byte {
		return append([]byte{0, 0, 0, byte(8 + len(brands)), 'f', 't', 'y', 'p'}, brands...)
	}
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"iPhone", iso("heic\x00\x00\x00\x00mif1MiHEheic"), "share the photo as JPEG"},
		{"general brand, HEIC", iso("mif1\x00\x00\x00\x00mif1heic"), "HEIC"},
		{"general brand, AVIF", iso("mif1\x00\x00\x00\x00mif1avifmiaf"), "AVIF"},
		{"Canon", iso("crx \x00\x00\x00\x01crx isom"), "raw file"},
		{"film", iso("mp42\x00\x00\x00\x00isom"), "video"},
		{"DNG", phototest.TIFFTags(tif, phototest.Raw(0xc612, []byte{1, 4, 0, 0})), "raw file"},
		{"thumbnail first", phototest.TIFFTags(tif, phototest.Long(le, 0x00fe, 1)), "raw file"},
		{"BigTIFF", []byte("II\x2b\x00\x08\x00\x00\x00\x10\x00"), "BigTIFF"},
		{"animated WebP", fixture(t, "animated.webp"), "animated WebP"},
	} {
		_, err := Decode(bytes.NewReader(tt.data), "photo.jpg")
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "convert it to JPEG or PNG") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := Decode(bytes.NewReader(phototest.TIFFTags(tif, phototest.Long(le, 0x00fe, 2))), "x"); err != nil {
		t.Errorf("a page of a TIFF: %v", err)
	}
}
