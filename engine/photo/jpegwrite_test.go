package photo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
)

// gradient is a smooth picture, opaque in its upper half.
func gradient(w, h int, alpha bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			a := uint8(255)
			if alpha && y >= h/2 {
				a = 0
			}
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 90, a})
		}
	}
	return img
}

// TestJPEGKeepsItsMetadata: what is written is what this package reads in a photo.
func TestJPEGKeepsItsMetadata(t *testing.T) {
	profile := icc.FromPrimaries("a profile", icc.AdobeRGB, icc.GammaCurve(2.2))
	block := []byte("II*\x00\x08\x00\x00\x00\x02\x00" +
		"\x0f\x01\x02\x00\x05\x00\x00\x00\x26\x00\x00\x00" + // Make, at 38
		"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00" + // Orientation 6
		"\x00\x00\x00\x00" + "Aper\x00")
	var out bytes.Buffer
	err := Encode(&out, gradient(200, 150, false), JPEG, Encoding{}, Metadata{ICC: profile, Exif: block, SourceType: CompositeWithTrainedMedia})
	if err != nil {
		t.Fatal(err)
	}
	got := embeddedIn(out.Bytes(), "jpeg")
	if !bytes.Equal(got.icc, profile) {
		t.Errorf("the profile has %d bytes, want the %d written", len(got.icc), len(profile))
	}
	if !bytes.Contains(got.exif, []byte("Aper")) || exif.Orientation(got.exif) != 1 {
		t.Errorf("EXIF data: %q, orientation %d", got.exif, exif.Orientation(got.exif))
	}
	if !bytes.Contains(got.xmp, []byte(CompositeWithTrainedMedia)) {
		t.Errorf("the XMP packet has no source type: %q", got.xmp)
	}
	img, err := jpeg.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if d := apart(img, gradient(200, 150, false)); !(d < 1.5) {
		t.Errorf("the picture is %v levels off on average", d)
	}
}

func apart(a, b image.Image) float64 {
	sum, r := 0.0, b.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			sum += math.Abs(float64(ar)-float64(br)) + math.Abs(float64(ag)-float64(bg)) + math.Abs(float64(ab)-float64(bb))
		}
	}
	return sum / 257 / 3 / float64(r.Dx()*r.Dy())
}

func TestLongProfilesAreDivided(t *testing.T) {
	profile := icc.FromPrimaries("a profile", icc.AdobeRGB, icc.GammaCurve(2.2))
	long := append(bytes.Clone(profile), bytes.Repeat([]byte{7}, 200_000)...)
	long[0], long[1], long[2], long[3] = byte(len(long)>>24), byte(len(long)>>16), byte(len(long)>>8), byte(len(long))
	var out bytes.Buffer
	if err := Encode(&out, gradient(20, 15, false), JPEG, Encoding{}, Metadata{ICC: long}); err != nil {
		t.Fatal(err)
	}
	if got := embeddedIn(out.Bytes(), "jpeg"); !bytes.Equal(got.icc, long) {
		t.Errorf("of a profile of %d bytes, %d are read", len(long), len(got.icc))
	}
}

// TestJPEGOfEveryKind: transparency becomes white, and 16 bits become 8.
func TestJPEGOfEveryKind(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(deep.Pix); i += 8 {
		copy(deep.Pix[i:], []byte{0x80, 0x7f, 0x40, 0, 0xff, 0xff, 0xff, 0xff})
	}
	half := gradient(64, 64, true)
	for name, tc := range map[string]struct {
		img  image.Image
		at   image.Point
		want color.NRGBA
	}{
		"16 bits":           {deep, image.Pt(30, 30), color.NRGBA{0x80, 0x40, 0xff, 255}},
		"clear":             {half, image.Pt(30, 50), color.NRGBA{255, 255, 255, 255}},
		"opaque beside it":  {half, image.Pt(32, 10), half.NRGBAAt(32, 10)},
		"a part of another": {gradient(128, 128, false).SubImage(image.Rect(64, 64, 128, 128)), image.Pt(10, 10), gradient(128, 128, false).NRGBAAt(74, 74)},
	} {
		var out bytes.Buffer
		if err := Encode(&out, tc.img, JPEG, Encoding{Quality: 100}, Metadata{}); err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(&out)
		if err != nil {
			t.Fatal(err)
		}
		got := color.NRGBAModel.Convert(img.At(tc.at.X, tc.at.Y)).(color.NRGBA)
		for _, d := range []int{int(got.R) - int(tc.want.R), int(got.G) - int(tc.want.G), int(got.B) - int(tc.want.B)} {
			if d < -3 || d > 3 {
				t.Errorf("%s: %v, want %v", name, got, tc.want)
				break
			}
		}
	}
}

func TestQualityMakesSmallerFiles(t *testing.T) {
	for _, format := range []FileFormat{JPEG, WebP} {
		last := 0
		for _, q := range []int{10, 60, 0, 100} {
			var out bytes.Buffer
			if err := Encode(&out, gradient(300, 200, false), format, Encoding{Quality: q}, Metadata{}); err != nil {
				t.Fatal(err)
			}
			if out.Len() <= last {
				t.Errorf("%s of quality %d: %d bytes, no more than before", format, q, out.Len())
			}
			last = out.Len()
		}
	}
}

func TestLongestSide(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 300, 200))
	for i := range deep.Pix {
		deep.Pix[i] = 0xff
	}
	for _, tc := range []struct {
		img     image.Image
		longest int
		want    image.Point
	}{
		{gradient(300, 200, false), 150, image.Pt(150, 100)},
		{gradient(200, 300, true), 150, image.Pt(100, 150)},
		{gradient(300, 200, false), 0, image.Pt(300, 200)},
		{gradient(300, 200, false), 5000, image.Pt(300, 200)}, // never enlarged
		{deep, 30, image.Pt(30, 20)},
	} {
		for _, format := range []FileFormat{PNG, JPEG, WebP} {
			var out bytes.Buffer
			e := Encoding{Longest: tc.longest}
			if err := Encode(&out, tc.img, format, e, Metadata{}); err != nil {
				t.Fatal(err)
			}
			config, _, err := image.DecodeConfig(&out)
			if got := image.Pt(config.Width, config.Height); err != nil || got != tc.want || e.Size(tc.img.Bounds().Size()) != got {
				t.Errorf("%s, longest side %d: %v, want %v (%v)", format, tc.longest, got, tc.want, err)
			}
			if _, is16 := tc.img.(*image.NRGBA64); format == PNG && is16 && config.ColorModel != color.RGBA64Model {
				t.Errorf("16 bits became %v", config.ColorModel)
			}
		}
	}
}

func TestEncodingsOutOfRange(t *testing.T) {
	for _, e := range []Encoding{{Quality: -1}, {Quality: 101}, {Longest: -5}, {Longest: 15}, {Longest: 30_001}} {
		if e.Check() == nil || Encode(&bytes.Buffer{}, gradient(9, 9, false), PNG, e, Metadata{}) == nil {
			t.Errorf("%+v was accepted", e)
		}
	}
	if err := (Encoding{Quality: 1, Longest: 16}).Check(); err != nil {
		t.Error(err)
	}
}

func TestNewFilesReplaceNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jpg")
	e := Encoding{New: true}
	if err := Write(path, gradient(9, 9, false), JPEG, e, Metadata{}); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = Write(path, gradient(90, 90, false), JPEG, e, Metadata{})
	if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "choose another") {
		t.Errorf("over an existing file: %v", err)
	}
	again, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(first, again) {
		t.Error("the file was replaced")
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("what is left in the folder: %v, %v", left, err)
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]FileFormat{"a.png": PNG, "a.PNG": PNG, "b.jpg": JPEG, "x/c.JPEG": JPEG, "d.WebP": WebP} {
		if got, known := FormatOf(path); got != want || !known {
			t.Errorf("%s: %v, %v", path, got, known)
		}
	}
	for _, path := range []string{"a", "a.gif", "", "-", "jpg"} {
		if got, known := FormatOf(path); got != PNG || known {
			t.Errorf("%s: %v, %v", path, got, known)
		}
	}
}
