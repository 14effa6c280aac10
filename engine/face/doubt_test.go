package face

import (
	"image"
	"math"
	"testing"

	"deltaedit/engine/internal/geometry"
)

// plain is a face in the middle of a photo of 400×400, seen clearly from the
// front.
func plain() Face {
	f := Face{presence: 25}
	for i := range f.Points {
		f.Points[i] = geometry.Pt(150+float64(i%10)*11, 150+float64(i/10)*2)
	}
	f.marks = marksOf(&f.Points)
	return f
}

func TestJudge(t *testing.T) {
	moved := func(x, y float64) func(*Face) {
		return func(f *Face) {
			for i := range f.Points {
				f.Points[i] = f.Points[i].Add(geometry.Pt(x, y))
			}
		}
	}
	for _, tt := range []struct {
		name string
		do   func(*Face)
		want Doubt
	}{
		{"clear", func(*Face) {}, ""},
		{"three quarters", func(f *Face) { f.Yaw, f.Pitch = -35, 20 }, ""},
		{"profile to the left", func(f *Face) { f.Yaw = -45 }, DoubtTurned},
		{"profile to the right", func(f *Face) { f.Yaw = 45 }, DoubtTurned},
		{"looking down", func(f *Face) { f.Pitch = 40 }, DoubtTurned},
		{"hidden", func(f *Face) { f.presence = 5 }, DoubtHidden},
		{"no number", func(f *Face) { f.presence = math.NaN() }, DoubtHidden},
		{"profile and hidden", func(f *Face) { f.Yaw, f.presence = 50, 5 }, DoubtTurned},
		{"cut on the left", moved(-260, 0), DoubtCut},
		{"cut below", moved(0, 240), DoubtCut},
		{"cut and hidden", func(f *Face) { f.presence = 5; moved(-260, 0)(f) }, DoubtCut},
		{"small", func(f *Face) {
			for i := range f.Points {
				f.Points[i] = geometry.Pt(100, 100).Add(f.Points[i].Mul(0.2))
			}
		}, DoubtSmall},
	} {
		f := plain()
		tt.do(&f)
		f.marks = marksOf(&f.Points)
		if f.judge(image.Pt(400, 400)); f.Doubt != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, f.Doubt, tt.want)
		}
	}
}

// TestPose: a mesh on a cylinder turned about its axis, in a region that is
// itself turned, tells the turn.
func TestPose(t *testing.T) {
	for _, want := range []float64{-40, 0, 25} {
		var m mesh
		r := region{angle: 0.6}
		sin, cos := math.Sincos(want * math.Pi / 180)
		put := func(i int, x, y, z float64) {
			x, z = x*cos-z*sin, x*sin+z*cos
			s, c := math.Sincos(r.angle)
			m.points[i], m.depths[i] = geometry.Pt(c*x-s*y, s*x+c*y), z
		}
		put(leftCheek, -10, 0, 0)
		put(rightCheek, 10, 0, 0)
		put(forehead, 0, -12, 0)
		put(chin, 0, 12, 0)
		var f Face
		f.pose(m, r)
		if !(math.Abs(f.Yaw-want) < 1e-6) || !(math.Abs(f.Pitch) < 1e-6) {
			t.Errorf("turned by %v: yaw %v, pitch %v", want, f.Yaw, f.Pitch)
		}
	}
}

// TestAddKeepsTheMoreCertain: of two faces in one place the one that the mesh
// model is surer of stays, whichever came first; neighbours stay both.
func TestAddKeepsTheMoreCertain(t *testing.T) {
	at := func(x, y, scale, presence float64) Face {
		f := plain()
		for i := range f.Points {
			f.Points[i] = geometry.Pt(x, y).Add(f.Points[i].Mul(scale))
		}
		set := func(i int, p Point) { f.Points[i] = geometry.Pt(x, y).Add(p.Mul(scale)) }
		for _, i := range leftEye {
			set(i, geometry.Pt(175, 180))
		}
		for _, i := range rightEye {
			set(i, geometry.Pt(225, 180))
		}
		set(leftMouth, geometry.Pt(180, 220))
		set(rightMouth, geometry.Pt(220, 220))
		f.presence = presence
		return f
	}
	inside := at(100, 100, 0.4, 14) // a false face within the true one
	for _, order := range [][]Face{{at(0, 0, 1, 20), inside, at(250, 0, 1, 15)}, {inside, at(250, 0, 1, 15), at(0, 0, 1, 20)}} {
		s := search{size: image.Pt(800, 400)}
		for _, f := range order {
			s.add(f)
		}
		if len(s.faces) != 2 || s.faces[0].presence+s.faces[1].presence != 35 {
			t.Errorf("kept %d faces of %v and %v", len(s.faces), s.faces[0].presence, s.faces[len(s.faces)-1].presence)
		}
	}
}

// TestBorderlineFacesAreJudgedByTheMirrorToo: what is found in the mirror counts half, for
// the certainty, the turn and where the eyes lie.
func TestBorderlineFacesAreJudgedByTheMirrorToo(t *testing.T) {
	size := image.Pt(400, 400)
	f := plain()
	if f.borderline(size) {
		t.Error("a clear face hangs by little")
	}
	f.presence = 13
	if !f.borderline(size) {
		t.Error("a presence of 13 does not hang by little")
	}
	f.alsoMirrored(mesh{points: f.Points, presence: 9}, region{}, true)
	if f.judge(size); f.presence != 11 || f.Doubt != DoubtHidden {
		t.Errorf("presence %v, doubt %q", f.presence, f.Doubt)
	}
	g := plain()
	for i := range g.Points {
		g.Points[i].X -= g.marks[0].X - 1 // the left eye a pixel inside the photo
	}
	g.marks = marksOf(&g.Points)
	if !g.borderline(size) {
		t.Error("an eye at the edge does not hang by little")
	}
	other := mesh{points: g.Points, presence: 25}
	for i := range other.points {
		other.points[i].X -= 4
	}
	g.alsoMirrored(other, region{}, true)
	if g.judge(size); g.Doubt != DoubtCut {
		t.Errorf("an eye that is outside on average: %q", g.Doubt)
	}
}
