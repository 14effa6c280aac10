package face_test

import (
	"errors"
	"image"
	"image/draw"
	"testing"

	"deltaedit/engine/face"
)

// doubtOf returns the doubt of the only face in img, "none" when none is found.
func doubtOf(t *testing.T, d *face.Detector, img *image.NRGBA) string {
	t.Helper()
	faces, err := d.Detect(t.Context(), img)
	if errors.Is(err, face.ErrNoFace) {
		return "none"
	}
	if err != nil || len(faces) != 1 {
		t.Fatalf("%d faces, %v", len(faces), err)
	}
	return string(faces[0].Doubt)
}

// mirror returns img as in a mirror.
func mirror(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: img.Rect.Size()})
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.SetNRGBA(out.Rect.Dx()-1-x, y, img.NRGBAAt(img.Rect.Min.X+x, img.Rect.Min.Y+y))
		}
	}
	return out
}

// part returns a copy of a part of img.
func part(img *image.NRGBA, r image.Rectangle) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: r.Size()})
	draw.Draw(out, out.Rect, img, r.Min, draw.Src)
	return out
}

// TestFacesThatAnEdgeCuts cuts more and more of a real face off on one side. It is judged
// as its mirror image is, and from a third on it is cut off. Of a face that lacks a half or
// more only the search of the edges finds anything.
func TestFacesThatAnEdgeCuts(t *testing.T) {
	_, d := builtin(t)
	img := sample(t, "eileen-collins.jpg")
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	box, all := faces[0].Box, img.Rect
	lost := func(share float64) int { return int(share * float64(box.Dx())) }
	for _, c := range []struct {
		name  string
		share float64
		doubt face.Doubt
	}{
		{"a quarter", 0.25, ""},
		{"a third", 0.35, face.DoubtCut},
		{"nearly half", 0.45, face.DoubtCut},
		{"half", 0.5, face.DoubtCut},
		{"more than half", 0.55, face.DoubtCut},
	} {
		for side, r := range map[string]image.Rectangle{
			"left":  image.Rect(box.Min.X+lost(c.share), all.Min.Y, all.Max.X, all.Max.Y),
			"right": image.Rect(all.Min.X, all.Min.Y, box.Max.X-lost(c.share), all.Max.Y),
		} {
			seen := part(img, r)
			for name, picture := range map[string]*image.NRGBA{"": seen, ", in a mirror": mirror(seen)} {
				if got := doubtOf(t, d, picture); got != string(c.doubt) {
					t.Errorf("%s of it off on the %s%s: want %q, got %q", c.name, side, name, c.doubt, got)
				}
			}
		}
	}
}
