package face_test

import (
	"image"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/internal/geometry"
)

// The outline of a face that is moved and shrunk within its square moves and shrinks with it.
func TestOutlineOfAnAlignedSquare(t *testing.T) {
	_, d := builtin(t)
	img := sample(t, "eileen-collins.jpg")
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	al := face.Align(faces[0])
	outline := func(al face.Alignment, f face.Frame) []face.Point {
		t.Helper()
		square := al.Crop(img, 512)
		points, ok, err := d.Outline(t.Context(), f, &image.NRGBA{Pix: square.Pix, Stride: square.Stride, Rect: square.Rect})
		if err != nil || !ok {
			t.Fatalf("no outline: %v", err)
		}
		return points
	}
	square := al.Crop(img, 512)
	aligned := &image.NRGBA{Pix: square.Pix, Stride: square.Stride, Rect: square.Rect}
	f, ok, err := d.Frame(t.Context(), aligned)
	if err != nil || !ok {
		t.Fatalf("no frame: %v", err)
	}
	before := outline(al, f)
	if b := geometry.Bounding(before); len(before) != 36 || b.Width() < 0.4 || b.Width() > 0.8 || b.Y1 < 0.75 || b.Y1 > 1.05 {
		t.Fatalf("%d points in %+v", len(before), b)
	}
	// Seen on a square that is larger by a twentieth, the face is that much smaller.
	const k = 1.05
	wider := face.Alignment{Origin: al.Origin.Sub(al.U.Add(al.V).Mul((k - 1) / 2)), U: al.U.Mul(k), V: al.V.Mul(k)}
	for i, p := range outline(wider, f) {
		want := geometry.Pt(0.5, 0.5).Add(before[i].Sub(geometry.Pt(0.5, 0.5)).Mul(1 / k))
		if e := p.Sub(want).Norm(); e > 0.015 {
			t.Errorf("point %d is %.3f of the side from where it should be", i, e)
		}
	}
	for i, p := range outline(al, f) {
		if p != before[i] {
			t.Fatal("the same picture gives another outline")
		}
	}
	empty := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	for i := range empty.Pix {
		empty.Pix[i] = 0x80
	}
	if _, ok, err := d.Frame(t.Context(), empty); ok || err != nil {
		t.Errorf("a picture of nothing shows a face: %t, %v", ok, err)
	}
}
