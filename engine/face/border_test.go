package face

import (
	"image"
	"testing"

	"deltaedit/engine/internal/geometry"
)

// TestBordersShowWhatTheEdgesCut: wherever an edge cuts through a face as large as the tiles
// can show, some window holds all of it.
func TestBordersShowWhatTheEdgesCut(t *testing.T) {
	for _, size := range []image.Point{{X: 1000, Y: 1000}, {X: 4000, Y: 3000}, {X: 300, Y: 2000}} {
		ws := borders(size, 2)
		side := tileSide(size, 2)
		w, h, f := float64(size.X), float64(size.Y), 0.34*side
		shown := func(x, y float64) bool {
			for _, b := range ws {
				o, e := b.at.Origin, b.at.Origin.Add(b.at.U).Add(b.at.V)
				if b.mirrored && o.X <= x+1e-6 && o.Y <= y+1e-6 && e.X >= x+f-1e-6 && e.Y >= y+f-1e-6 {
					return true
				}
			}
			return false
		}
		for at := 0.0; at+f <= max(w, h); at += 41 {
			if at+f <= h && !(shown(-f/2, at) && shown(w-f/2, at)) || at+f <= w && !(shown(at, -f/2) && shown(at, h-f/2)) {
				t.Fatalf("%v: a face at %.0f along an edge is in no window", size, at)
			}
		}
	}
	if ws := borders(image.Pt(200, 100), 2); ws != nil {
		t.Errorf("windows of %v in a small photo", ws[0].at.U)
	}
}

// TestMirroredWindowContinuesThePhoto: beyond the edge it shows the mirror image.
func TestMirroredWindowContinuesThePhoto(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	src := newSource(img, 64)
	w := squareWindow(-32, 0, 64)
	if p := src.show(w, 64).RGBAAt(5, 30); p.R != 0 {
		t.Errorf("not mirrored: %v beyond the photo", p)
	}
	w.mirrored = true
	if p := src.show(w, 64).RGBAAt(5, 30); p.R != 255 {
		t.Errorf("mirrored: %v beyond a white photo", p)
	}
}

// TestAFaceFoundBeyondTheEdgeIsCutOff: whatever the landmarks say.
func TestAFaceFoundBeyondTheEdgeIsCutOff(t *testing.T) {
	f := plain()
	f.beyond = true
	if f.judge(image.Pt(400, 400)); f.Doubt != DoubtCut {
		t.Errorf("%q, want %q", f.Doubt, DoubtCut)
	}
}

// TestMirroredMeshIsThePhotos: a mesh found in the mirror lies where the one found without
// lies, each side's landmarks on its side.
func TestMirroredMeshIsThePhotos(t *testing.T) {
	d, _, _ := fakeDetector()
	src := newSource(withFaces(image.Rect(0, 0, 600, 600), image.Rect(180, 150, 400, 350)), workSide)
	r := region{centre: geometry.Pt(310, 260), side: 330}
	a, err := d.mesh.run(t.Context(), src, r, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.mesh.run(t.Context(), src, r, true)
	if err != nil {
		t.Fatal(err)
	}
	pa, pb := marksOf(&a.points), marksOf(&b.points)
	for i, p := range pa {
		near(t, "mark", pb[i], p, 4)
	}
	if !(pb[0].X < pb[1].X) {
		t.Errorf("eyes at %v and %v", pb[0], pb[1])
	}
}
