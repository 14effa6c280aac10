package face_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"deltaedit/assets"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/photo"
	"deltaedit/engine/synth"
)

// builtin opens the pack that make setup builds.
func builtin(t testing.TB) (*pack.Pack, *face.Detector) {
	t.Helper()
	p := packtest.Builtin(t)
	d, err := face.NewDetector(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, d
}

func sample(t testing.TB, name string) *image.NRGBA {
	t.Helper()
	samples, err := assets.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if s.Name == name {
			p, err := photo.Decode(bytes.NewReader(s.Data), name)
			if err != nil {
				t.Fatal(err)
			}
			return p.Image
		}
	}
	t.Fatalf("no sample %s", name)
	return nil
}

// TestGeneratedFacesAreAlignedAlready: what the generator makes is in the FFHQ
// frame by construction, so the alignment found must be the whole picture.
func TestGeneratedFacesAreAlignedAlready(t *testing.T) {
	p, d := builtin(t)
	g, err := synth.New(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer g.Close()
	const n = 3
	var scale, dx, dy float64
	for seed := range int64(n) {
		style, err := g.Random(t.Context(), seed, 0.6)
		if err != nil {
			t.Fatal(err)
		}
		pic, err := g.Full(t.Context(), style, nil)
		if err != nil {
			t.Fatal(err)
		}
		faces, err := d.Detect(t.Context(), compose.Picture(pic.Side, pic.Pix))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		side := float64(pic.Side)
		a := face.Align(faces[0])
		cx, cy := a.Origin.X+(a.U.X+a.V.X)/2, a.Origin.Y+(a.U.Y+a.V.Y)/2
		s, x, y := a.Side()/side, cx/side-0.5, cy/side-0.5
		if s < 0.92 || s > 1.08 || x*x+y*y > 0.03*0.03 || a.U.Y/side > 0.06 || a.U.Y/side < -0.06 {
			t.Errorf("seed %d: scale %.3f, centre off by (%.3f, %.3f), turned by %.3f", seed, s, x, y, a.U.Y/side)
		}
		scale, dx, dy = scale+s/n, dx+x/n, dy+y/n
	}
	t.Logf("mean scale %.3f, centre off by (%.4f, %.4f)", scale, dx, dy)
}

// TestSamplesHaveOneFace also checks that the face is found wherever it lies
// and however large it is, always in the same place.
func TestSamplesHaveOneFace(t *testing.T) {
	_, d := builtin(t)
	for _, name := range []string{"eileen-collins.jpg", "grace-hopper.jpg"} {
		img := sample(t, name)
		faces, err := d.Detect(t.Context(), img)
		if err != nil || len(faces) != 1 {
			t.Fatalf("%s: %d faces, %v", name, len(faces), err)
		}
		want := face.Align(faces[0])
		if faces[0].Score < 0.7 || !faces[0].Box.In(img.Rect) {
			t.Errorf("%s: score %v, box %v", name, faces[0].Score, faces[0].Box)
		}
		at := image.Pt(1700, 1300)
		large := image.NewNRGBA(image.Rect(0, 0, 2600, 2000))
		draw.Draw(large, large.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(large, img.Rect.Add(at), img, image.Point{}, draw.Src)
		draw.Draw(large, img.Rect.Add(image.Pt(100, 50)), img, image.Point{}, draw.Src)
		faces, err = d.Detect(t.Context(), large)
		if err != nil || len(faces) != 2 {
			t.Errorf("%s, twice in a large photo: %d faces, %v", name, len(faces), err)
			continue
		}
		for _, f := range faces {
			got, moved := face.Align(f), at
			if got.Origin.X < 1000 {
				moved = image.Pt(100, 50)
			}
			tolerance := 0.03 * want.Side()
			if abs(got.Origin.X-want.Origin.X-float64(moved.X)) > tolerance || abs(got.Origin.Y-want.Origin.Y-float64(moved.Y)) > tolerance ||
				abs(got.Side()-want.Side()) > tolerance {
				t.Errorf("%s in a large photo: %+v, alone %+v", name, got, want)
			}
		}
	}
}

// TestTurnedPhoto: a photo that lies on its side, without EXIF, is found
// nevertheless, and its crop is upright.
func TestTurnedPhoto(t *testing.T) {
	_, d := builtin(t)
	img := sample(t, "grace-hopper.jpg")
	w, h := img.Rect.Dx(), img.Rect.Dy()
	turned := image.NewNRGBA(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			turned.SetNRGBA(h-1-y, x, img.NRGBAAt(x, y))
		}
	}
	faces, err := d.Detect(t.Context(), turned)
	if err != nil {
		t.Fatal(err)
	}
	a := face.Align(faces[0])
	if a.U.Y < 0.9*a.Side() {
		t.Errorf("the square's right is %v, want straight down", a.U)
	}
}

// TestTiltedHead: a head tilted in the picture is found with the same landmarks
// as upright.
func TestTiltedHead(t *testing.T) {
	_, d := builtin(t)
	for _, name := range []string{"eileen-collins.jpg", "grace-hopper.jpg"} {
		p := upright(t, d, name)
		for _, degrees := range []float64{-45, -30, -15, 15, 30, 45} {
			same(t, d, p, p.turned(degrees), 0.04, fmt.Sprintf("%s turned by %v°", name, degrees))
		}
	}
}

// TestSizes: a face is found at 40 pixels in a photo of four megapixels, and
// when it fills the frame.
func TestSizes(t *testing.T) {
	_, d := builtin(t)
	for _, name := range []string{"eileen-collins.jpg", "grace-hopper.jpg"} {
		p := upright(t, d, name)
		same(t, d, p, p.inScene(image.Pt(2300, 1750), 40, image.Pt(1900, 1300)), 0.06, name+", 40 pixels wide")
		same(t, d, p, p.closeUp(0.95), 0.06, name+", filling the frame")
	}
}

func upright(t *testing.T, d *face.Detector, name string) portraitPhoto {
	t.Helper()
	img := sample(t, name)
	faces, err := d.Detect(t.Context(), img)
	if err != nil || len(faces) != 1 || faces[0].Doubt != "" {
		t.Fatalf("%s: %d faces, %v", name, len(faces), err)
	}
	return portraitPhoto{name, img, faces[0]}
}

// same checks that the only face in a view of a photo is the photo's, with its
// landmarks where they should be within a share of the distance of the eyes.
func same(t *testing.T, d *face.Detector, p portraitPhoto, v view, tolerance float64, what string) {
	t.Helper()
	faces, err := d.Detect(t.Context(), v.img)
	if err != nil || len(faces) != 1 || faces[0].Doubt != "" {
		t.Errorf("%s: %d faces, %v", what, len(faces), err)
		return
	}
	if i, off := nearest(p, v, faces); i != 0 || !(off < tolerance) {
		t.Errorf("%s: landmarks are off by %.3f of the distance of the eyes", what, off)
	}
}

// TestHiddenFaces: a face that is half covered is either not found or has a doubt.
func TestHiddenFaces(t *testing.T) {
	_, d := builtin(t)
	for _, name := range []string{"eileen-collins.jpg", "grace-hopper.jpg"} {
		p := upright(t, d, name)
		b := p.face.Box
		c := b.Min.Add(b.Max).Div(2)
		for _, cover := range []image.Rectangle{
			image.Rect(b.Min.X-b.Dx(), b.Min.Y-b.Dy(), b.Max.X+b.Dx(), c.Y),
			image.Rect(b.Min.X-b.Dx(), b.Min.Y-b.Dy(), c.X, b.Max.Y+b.Dy()),
			image.Rect(c.X, b.Min.Y-b.Dy(), b.Max.X+b.Dx(), b.Max.Y+b.Dy()),
		} {
			img := compose.Clone(p.img)
			draw.Draw(img, cover.Intersect(img.Rect), image.NewUniform(color.NRGBA{90, 80, 70, 255}), image.Point{}, draw.Src)
			faces, err := d.Detect(t.Context(), img)
			if errors.Is(err, face.ErrNoFace) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if faces[0].Doubt == "" {
				t.Errorf("%s covered at %v: no doubt about the face at %v", name, cover, faces[0].Box)
			}
		}
	}
}

func TestPhotoWithoutFace(t *testing.T) {
	_, d := builtin(t)
	img := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	for i := range img.Pix {
		img.Pix[i] = byte(i >> 9)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	if faces, err := d.Detect(t.Context(), img); !errors.Is(err, face.ErrNoFace) {
		t.Errorf("%d faces, %v", len(faces), err)
	}
}

// TestStrengthZeroKeepsEveryByte runs the whole chain on a photograph with the
// generator's own picture as reconstruction.
func TestStrengthZeroKeepsEveryByte(t *testing.T) {
	p, d := builtin(t)
	g, err := synth.New(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer g.Close()
	img := sample(t, "eileen-collins.jpg")
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	al := face.Align(faces[0])
	style, err := g.Random(t.Context(), 1, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	recon, err := g.Preview(t.Context(), style, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := compose.NewComposer(al.Crop(img, recon.Side), recon.Pix, compose.Feather)
	again, err := g.Preview(t.Context(), style, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := compose.Clone(img)
	compose.Paste(out, compose.Layer{Alignment: al, Change: c.Compose(again.Pix)})
	if !bytes.Equal(out.Pix, img.Pix) {
		t.Error("bytes changed")
	}
}

// The pack's parser knows the parts of a photograph and of a generated face: the astronaut's
// hair above her forehead, her skin on the nose, her suit below.
func TestPartsOfAPhotograph(t *testing.T) {
	p, d := builtin(t)
	m, err := face.NewParser(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer m.Close()
	img := sample(t, "eileen-collins.jpg")
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := m.Photo(t.Context(), face.Align(faces[0]).Crop(img, m.Side()))
	if err != nil {
		t.Fatal(err)
	}
	for part, at := range map[face.Part][2]float64{
		face.Hair: {0.5, 0.12}, face.Skin: {0.5, 0.55}, face.Mouth: {0.5, 0.72}, face.Clothes: {0.12, 0.97},
	} {
		share := parts.Of(part)
		if v := share.Alpha[int(at[1]*float64(share.Side))*share.Side+int(at[0]*float64(share.Side))]; v < 0.5 {
			t.Errorf("part %d has a share of %.2f at %v", part, v, at)
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }

// BenchmarkDetect is the time from photo to landmarks.
func BenchmarkDetect(b *testing.B) {
	_, d := builtin(b)
	img := sample(b, "eileen-collins.jpg")
	for b.Loop() {
		if _, err := d.Detect(b.Context(), img); err != nil {
			b.Fatal(err)
		}
	}
}
