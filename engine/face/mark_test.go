package face_test

import (
	"errors"
	"image"
	"image/draw"
	"math"
	"testing"

	"deltaedit/engine/face"
)

// offBy returns how far the landmarks of a face are from those of another that was moved,
// in pixels, on average.
func offBy(f, g *face.Face, moved image.Point) (sum float64) {
	for k, p := range f.Points {
		sum += math.Hypot(p.X-g.Points[k].X-float64(moved.X), p.Y-g.Points[k].Y-float64(moved.Y))
	}
	return sum / face.MeshPoints
}

// TestMarkFindsAMissedFace: a large photo shows a face in full, and at its right edge two
// thirds of a small one, which Detect does not find. In a box around that it is found where
// it is in the uncut photo.
func TestMarkFindsAMissedFace(t *testing.T) {
	_, d := builtin(t)
	img := sample(t, "eileen-collins.jpg")
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	small := portraitPhoto{"", img, faces[0]}.scaled(60).img
	smallFaces, err := d.Detect(t.Context(), small)
	if err != nil {
		t.Fatal(err)
	}
	uncut := &smallFaces[0]
	scene := background(image.Pt(1600, 1200))
	large, at := image.Pt(300, 300), image.Pt(scene.Rect.Max.X-uncut.Box.Max.X+24, 700)
	draw.Draw(scene, img.Rect.Add(large), img, image.Point{}, draw.Src)
	draw.Draw(scene, small.Rect.Add(at), small, image.Point{}, draw.Src)
	found, err := d.Detect(t.Context(), scene)
	if err != nil || len(found) != 1 {
		t.Fatalf("without a box: %d faces, %v", len(found), err)
	}

	box := uncut.Box.Add(at).Intersect(scene.Rect)
	got, i, err := d.Mark(t.Context(), scene, box, found)
	if err != nil || i != 1 || len(got) != 2 {
		t.Fatalf("face %d of %d, %v", i, len(got), err)
	}
	if off := offBy(&got[1], uncut, at); !(off < 3) {
		t.Errorf("off by %.1f pixels", off)
	}
	if got[1].Doubt != face.DoubtCut || !got[1].Box.In(scene.Rect) || got[0].Box != found[0].Box {
		t.Errorf("doubt %q, box %v; the other face is in %v", got[1].Doubt, got[1].Box, got[0].Box)
	}
	if again, i, err := d.Mark(t.Context(), scene, box, got); err != nil || i != 1 || len(again) != 2 {
		t.Errorf("once more: face %d of %d, %v", i, len(again), err)
	}
	if known, i, err := d.Mark(t.Context(), scene, faces[0].Box.Add(large).Inset(-8), got); err != nil || i != 0 || len(known) != 2 {
		t.Errorf("a box on the large face: face %d of %d, %v", i, len(known), err)
	}
}

// TestMarkWhereNoFaceIsFound: the upper half of a face at the lower edge, the only one.
func TestMarkWhereNoFaceIsFound(t *testing.T) {
	_, d := builtin(t)
	img := sample(t, "eileen-collins.jpg")
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	box := faces[0].Box
	cut := part(img, image.Rect(0, 0, img.Rect.Max.X, box.Max.Y-int(0.55*float64(box.Dy()))))
	if _, err := d.Detect(t.Context(), cut); !errors.Is(err, face.ErrNoFace) {
		t.Fatalf("without a box: %v", err)
	}
	got, i, err := d.Mark(t.Context(), cut, box.Intersect(cut.Rect), nil)
	if err != nil || i != 0 || len(got) != 1 {
		t.Fatalf("face %d of %d, %v", i, len(got), err)
	}
	if off := offBy(&got[0], &faces[0], image.Point{}); !(off < 6) {
		t.Errorf("off by %.1f pixels", off)
	}
	if got[0].Doubt != face.DoubtCut {
		t.Errorf("doubt %q", got[0].Doubt)
	}
}

func TestMarkRefusesBoxes(t *testing.T) {
	_, d := builtin(t)
	scene := background(image.Pt(800, 600))
	for _, c := range []struct {
		name string
		box  image.Rectangle
		kind error
		text string
	}{
		{"the sky", image.Rect(100, 120, 300, 350), face.ErrNoFaceInBox, "no face in the box 100,120,200,230: draw it closely around the face, from brow to chin"},
		{"outside", image.Rect(800, 0, 900, 100), face.ErrBox, "the box cannot be searched: 800,0,100,100 lies outside of the photo, which has 800×600 pixels"},
		{"too small", image.Rect(100, 100, 200, 119), face.ErrBox, "the box cannot be searched: 100,100,100,19 is too small: a face needs 20 pixels or more"},
		{"hardly in the photo", image.Rect(790, 100, 900, 200), face.ErrBox, "the box cannot be searched: 790,100,110,100 is too small: a face needs 20 pixels or more"},
	} {
		faces, _, err := d.Mark(t.Context(), scene, c.box, nil)
		if !errors.Is(err, c.kind) || err.Error() != c.text || faces != nil {
			t.Errorf("%s: %v, %v", c.name, faces, err)
		}
	}
}
