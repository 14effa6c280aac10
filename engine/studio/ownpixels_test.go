package studio

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/engine/photo/phototest"
	"deltaedit/engine/recipe"
)

// portraitPicture is colourful, 240 × 200, with a translucent corner if asked.
func portraitPicture(alpha bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 240, 200))
	for y := range 200 {
		for x := range 240 {
			c := color.NRGBA{byte(x), byte(y + 20), byte(x*y/9) | 1, 255}
			if alpha && x < 100 {
				c.A = byte(2 * x)
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// deepPicture is the same with 16 bits of which all count.
func deepPicture(alpha bool) *image.NRGBA64 {
	img := portraitPicture(alpha)
	deep := image.NewNRGBA64(img.Rect)
	for i, v := range img.Pix {
		deep.Pix[2*i], deep.Pix[2*i+1] = v, byte(i*31)
		if i%4 == 3 {
			deep.Pix[2*i+1] = v
		}
	}
	return deep
}

func pngOf(t *testing.T, img image.Image, profile []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if profile == nil {
		return b.Bytes()
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(profile)
	_ = w.Close()
	return phototest.Chunk(b.Bytes(), "iCCP", append([]byte("p\x00\x00"), z.Bytes()...))
}

// photoFiles are photos of every format, depth and colour space.
func photoFiles(t *testing.T) map[string][]byte {
	t.Helper()
	img := portraitPicture(false)
	grey := image.NewGray(img.Rect)
	for i := range grey.Pix {
		grey.Pix[i] = img.Pix[4*i] / 2
	}
	write := func(f func(b *bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	jpg := write(func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })
	files := map[string][]byte{
		"jpeg":              jpg,
		"jpeg, Display P3":  phototest.ICCSegment(jpg, phototest.DisplayP3()),
		"jpeg, turned":      phototest.EXIFSegment(jpg, phototest.Camera(phototestOrder, 5)),
		"jpeg, grey":        write(func(b *bytes.Buffer) error { return jpeg.Encode(b, grey, nil) }),
		"png":               pngOf(t, img, nil),
		"png, sRGB":         pngOf(t, img, phototest.SRGB()),
		"png, Adobe RGB":    pngOf(t, img, phototest.AdobeRGB()),
		"png, tables":       pngOf(t, img, phototest.Tables("RGB ")),
		"png, alpha, P3":    pngOf(t, portraitPicture(true), phototest.DisplayP3()),
		"png, 16 bits":      pngOf(t, deepPicture(false), nil),
		"png, 16 bits, all": pngOf(t, deepPicture(true), phototest.ProPhoto()),
		"png, grey curve":   pngOf(t, grey, phototest.Gray(phototest.Gamma(1.8))),
		"bmp":               write(func(b *bytes.Buffer) error { return bmp.Encode(b, img) }),
		"gif":               write(func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) }),
		"tiff":              write(func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) }),
		"tiff, 16 bits": write(func(b *bytes.Buffer) error {
			return tiff.Encode(b, deepPicture(true), &tiff.Options{Compression: tiff.Deflate})
		}),
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "alpha.webp", "cmyk.jpg", "ycck.jpg", "lzw.tif", "grey16-lzw.tif"} {
		data, err := os.ReadFile(filepath.Join("..", "photo", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// exportOf exports a request's picture, and reads the file.
func exportOf(t *testing.T, s *Studio, r engine.Request) (*photo.Photo, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.png")
	if err := s.Export(t.Context(), r, path, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return p, data
}

// ownBytes returns a picture's values and how many bytes a pixel has.
func ownBytes(t *testing.T, img image.Image) ([]byte, int) {
	t.Helper()
	switch img := img.(type) {
	case *image.NRGBA:
		return img.Pix, 4
	case *image.NRGBA64:
		return img.Pix, 8
	}
	t.Fatalf("a picture of type %T", img)
	return nil, 0
}

func TestStrengthZeroInEveryFormat(t *testing.T) {
	for name, data := range photoFiles(t) {
		t.Run(name, func(t *testing.T) {
			original, err := photo.Decode(bytes.NewReader(data), name)
			if err != nil {
				t.Fatal(err)
			}
			s, _ := newStudio(t)
			if _, err := s.Open(t.Context(), 1, engine.Source{Name: name, Data: data}, nil, quiet); err != nil {
				t.Fatal(err)
			}
			got, _ := exportOf(t, s, smile(0))
			want, depth := ownBytes(t, original.Own())
			is, isDepth := ownBytes(t, got.Own())
			if got.Image.Rect != original.Image.Rect || depth != isDepth || !bytes.Equal(is, want) {
				t.Error("the exported pixels are not the photo's")
			}
			if !bytes.Equal(got.ICC, original.ICC) || !bytes.Equal(got.Image.Pix, original.Image.Pix) {
				t.Error("the export is in another colour space")
			}
		})
	}
}

// TestOutsideOfTheEditNothingChanges edits photos of every depth and space: the
// pixels beyond the aligned square keep all their bits, and so does alpha.
func TestOutsideOfTheEditNothingChanges(t *testing.T) {
	for name, data := range photoFiles(t) {
		t.Run(name, func(t *testing.T) {
			original, err := photo.Decode(bytes.NewReader(data), name)
			if err != nil {
				t.Fatal(err)
			}
			size := original.Image.Rect.Size()
			if size.X < 200 {
				t.Skip("a fixture without room beside the face")
			}
			s, m := newStudio(t)
			m.faces = []face.Face{fakeFace(100, 90, 20)}
			square := face.Align(m.faces[0]).Bounds()
			if _, err := s.Open(t.Context(), 1, engine.Source{Name: name, Data: data}, nil, quiet); err != nil {
				t.Fatal(err)
			}
			got, _ := exportOf(t, s, smile(1))
			was, n := ownBytes(t, original.Own())
			is, depth := ownBytes(t, got.Own())
			if n != depth || got.Image.Rect != original.Image.Rect {
				t.Fatalf("%d bytes a pixel, want %d; %v", depth, n, got.Image.Rect)
			}
			changed, brighter := 0, 0
			for i := range size.X * size.Y {
				at := image.Pt(i%size.X, i/size.X)
				a, b := was[n*i:n*i+n], is[n*i:n*i+n]
				if bytes.Equal(a, b) {
					continue
				}
				if !at.In(square) || !bytes.Equal(a[3*n/4:], b[3*n/4:]) {
					t.Fatalf("pixel %v changed from % x to % x; the square is %v", at, a, b, square)
				}
				changed++
				if got.Image.NRGBAAt(at.X, at.Y).G >= original.Image.NRGBAAt(at.X, at.Y).G {
					brighter++
				}
			}
			if changed < 500 || brighter < changed*9/10 {
				t.Errorf("%d pixels changed, %d of them to the brighter", changed, brighter)
			}
			if !bytes.Equal(got.ICC, original.ICC) {
				t.Error("the profile is lost")
			}
			// Nothing of the edit stays on the photo.
			again, _ := exportOf(t, s, smile(0))
			if is, _ := ownBytes(t, again.Own()); !bytes.Equal(is, was) {
				t.Error("the edit stayed on the photo")
			}
		})
	}
}

// TestEditLooksTheSameInEverySpace exports one picture in several spaces: seen
// in sRGB the change is the one that an sRGB photo gets.
func TestEditLooksTheSameInEverySpace(t *testing.T) {
	for name, profile := range map[string][]byte{"P3": phototest.DisplayP3(), "ProPhoto": phototest.ProPhoto()} {
		for depth, img := range map[string]image.Image{"8": portraitPicture(false), "16": deepPicture(false)} {
			wide, err := photo.Decode(bytes.NewReader(pngOf(t, img, profile)), name)
			if err != nil {
				t.Fatal(err)
			}
			var results []*image.NRGBA
			for _, data := range [][]byte{pngOf(t, img, profile), pngOf(t, wide.Image, nil)} {
				s, _ := newStudio(t)
				if _, err := s.Open(t.Context(), 1, engine.Source{Name: name, Data: data}, nil, quiet); err != nil {
					t.Fatal(err)
				}
				ordinary(s)
				p, _ := exportOf(t, s, smile(1))
				results = append(results, p.Image)
			}
			// Where sRGB clips the photo the two may differ; elsewhere by the
			// rounding of two depths.
			for i, v := range results[0].Pix {
				w := results[1].Pix[i]
				px := wide.Image.Pix[i/4*4 : i/4*4+3]
				if min(px[0], px[1], px[2]) > 50 && max(px[0], px[1], px[2]) < 235 && max(v, w)-min(v, w) > 3 {
					t.Fatalf("%s, %s bits: byte %d is %d, and %d in sRGB", name, depth, i, v, w)
				}
			}
		}
	}
}

// TestAlignedSquareIsSRGB: the square is the models' own picture.
func TestAlignedSquareIsSRGB(t *testing.T) {
	for name, kept := range map[string]bool{"jpeg, Display P3": false, "png, sRGB": true, "png, tables": true, "png, 16 bits, all": false} {
		s, _ := newStudio(t)
		if _, err := s.Open(t.Context(), 1, engine.Source{Name: name, Data: photoFiles(t)[name]}, nil, quiet); err != nil {
			t.Fatal(err)
		}
		r := smile(0)
		r.Aligned = true
		p, _ := exportOf(t, s, r)
		if (p.ICC != nil) != kept {
			t.Errorf("%s: profile written %t", name, p.ICC != nil)
		}
		if _, depth := ownBytes(t, p.Own()); depth != 4 {
			t.Errorf("%s: %d bytes a pixel", name, depth)
		}
	}
}

var phototestOrder = phototest.Order(binary.LittleEndian)

// TestExportOfPrivateData looks through the whole file for what is private.
func TestExportOfPrivateData(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, portraitPicture(false), nil); err != nil {
		t.Fatal(err)
	}
	data := phototest.XMPSegment(phototest.EXIFSegment(b.Bytes(), phototest.Camera(phototestOrder, 6)), phototest.XMP)
	dir := filepath.Join(t.TempDir(), "Erika's photos")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "Mustermann wedding.jpg")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, m := newStudio(t)
	m.faces = []face.Face{fakeFace(100, 90, 20)}
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	for _, strip := range []bool{false, true} {
		r := smile(1)
		r.StripPrivate = strip
		p, out := exportOf(t, s, r)
		if p.Orientation != 1 || p.Image.Rect.Size() != image.Pt(200, 240) || !bytes.Contains(p.Exif, []byte("Shot 3000")) {
			t.Errorf("strip %t: orientation %d, %v", strip, p.Orientation, p.Image.Rect)
		}
		for _, text := range append(phototest.PrivateTexts, "Garmisch", "Mustermann") {
			if text != "THUMBNAIL" && bytes.Contains(out, []byte(text)) == strip {
				t.Errorf("strip %t: %q in the file: %t", strip, text, !strip)
			}
		}
		if bytes.Contains(out, []byte(dir)) || bytes.Contains(out, []byte("THUMBNAIL")) {
			t.Errorf("strip %t: the folder or the thumbnail is in the file", strip)
		}
		texts, err := photo.ReadText(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := recipe.Parse([]byte(texts[recipe.Key]))
		if err != nil || rec.Source == nil || rec.Source.SHA256 == "" || strings.Contains(rec.Source.Name, "Mustermann") == strip {
			t.Errorf("strip %t: recipe %+v, %v", strip, rec.Source, err)
		}
	}
}

func TestNoticesReachTheSubject(t *testing.T) {
	s, _ := newStudio(t)
	sub, err := s.Open(t.Context(), 1, engine.Source{Name: "x", Data: photoFiles(t)["cmyk.jpg"]}, nil, quiet)
	if err != nil || len(sub.Notices) != 1 || sub.Notices[0] != photo.NoticeCMYK {
		t.Errorf("%q, %v", sub.Notices, err)
	}
}
