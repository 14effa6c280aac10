package e2e

import (
	"image"
	"testing"

	"deltaedit/engine/face"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/photo"
)

// square is the aligned square of the photo's largest face.
type square struct{ face.Alignment }

// findFace looks for the face as the program does.
func findFace(t *testing.T, img *image.NRGBA) (face.Face, square) {
	t.Helper()
	dir, err := pack.Find("")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	d, err := face.NewDetector(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer d.Close()
	faces, err := d.Detect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	return faces[0], square{face.Align(faces[0])}
}

// touches reports whether a pixel has a part inside the square.
func (s square) touches(x, y int) bool {
	side := s.Side()
	inside := func(axis face.Point) bool {
		along := ((float64(x)+0.5-s.Origin.X)*axis.X + (float64(y)+0.5-s.Origin.Y)*axis.Y) / side
		return along > -1 && along < side+1
	}
	return inside(s.U) && inside(s.V)
}

func openPhoto(t *testing.T, path string) *image.NRGBA {
	t.Helper()
	p, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return p.Image
}
