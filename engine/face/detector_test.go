package face

import (
	"context"
	"errors"
	"image"
	"math"
	"reflect"
	"testing"

	"deltaedit/engine/internal/geometry"
)

func TestAnchors(t *testing.T) {
	a := anchors(128, []int{8, 16, 16, 16})
	if len(a) != 896 {
		t.Fatalf("%d anchors, want 896", len(a))
	}
	for i, want := range map[int]Point{
		0: {X: 0.5 / 16, Y: 0.5 / 16}, 1: {X: 0.5 / 16, Y: 0.5 / 16}, 2: {X: 1.5 / 16, Y: 0.5 / 16}, 32: {X: 0.5 / 16, Y: 1.5 / 16},
		511: {X: 15.5 / 16, Y: 15.5 / 16}, 512: {X: 0.5 / 8, Y: 0.5 / 8}, 517: {X: 0.5 / 8, Y: 0.5 / 8}, 518: {X: 1.5 / 8, Y: 0.5 / 8}, 895: {X: 7.5 / 8, Y: 7.5 / 8},
	} {
		near(t, "anchor", a[i], want, 1e-12)
	}
}

func TestSuppress(t *testing.T) {
	at := func(x, score float64) detection {
		return detection{box: geometry.R(x, 0, x+10, 10), score: score}
	}
	got := suppress([]detection{at(100, 0.6), at(1, 0.5), at(0, 1), at(0, 1), at(300, 0.9)}, 0.3)
	if len(got) != 3 {
		t.Fatalf("got %v", got)
	}
	if got[0].score != 1 || math.Abs(got[0].box.X0-0.2) > 1e-9 { // (0·1 + 0·1 + 1·½) / 2½
		t.Errorf("merged to %v", got[0])
	}
	if got[1].score != 0.9 || got[2].score != 0.6 {
		t.Errorf("order %v", got)
	}
	if len(suppress(nil, 0.3)) != 0 {
		t.Error("nothing gave something")
	}
}

func TestTilesCoverThePhoto(t *testing.T) {
	for _, size := range []image.Point{{X: 1000, Y: 1000}, {X: 4000, Y: 3000}, {X: 3000, Y: 400}, {X: 300, Y: 5000}} {
		for _, n := range []int{2, 4, 8} {
			ws := tiles(size, n)
			if max(size.X, size.Y)/n < sharpWindow {
				if ws != nil {
					t.Errorf("%v / %d: windows too small to help", size, n)
				}
				continue
			}
			// Any face up to the overlap's size lies whole in some window.
			f := 0.34 * float64(max(size.X, size.Y)) / float64(n)
			for y := 0.0; y+f <= float64(size.Y); y += 97 {
				for x := 0.0; x+f <= float64(size.X); x += 97 {
					ok := false
					for _, w := range ws {
						o, e := w.at.Origin, w.at.Origin.Add(w.at.U).Add(w.at.V)
						ok = ok || o.X <= x+1e-6 && o.Y <= y+1e-6 && e.X >= x+f-1e-6 && e.Y >= y+f-1e-6
					}
					if !ok {
						t.Fatalf("%v / %d: a face of %.0f at (%.0f, %.0f) is in no window", size, n, f, x, y)
					}
				}
			}
		}
	}
}

func TestWholeTurned(t *testing.T) {
	for q, want := range []Point{{X: 25, Y: 10}, {X: 90, Y: 25}, {X: 75, Y: 90}, {X: 10, Y: 75}} {
		w := whole(image.Pt(100, 100), 1, q)
		near(t, "point", w.at.Square(1).Apply(geometry.Pt(0.25, 0.1)), want, 1e-9)
	}
}

// painted stands in for the networks: it "finds" a face wherever the input is
// red, the way a BlazeFace and a mesh model would report it.
type painted struct {
	side    int
	anchors []Point
	fail    error
	length  int // of a malformed answer, 0 for none
	runs    int
	blind   bool    // it finds no box
	unsure  float32 // how much less than sure the mesh's score is
}

// red returns the box of the red part of an NHWC picture, in pixels.
func red(img []float32, side int, high float32) (r geometry.Rect, ok bool) {
	var ps []Point
	for i := 0; i < len(img); i += 3 {
		if img[i] > high && img[i+1] < high/2 {
			x, y := float64(i/3%side), float64(i/3/side)
			ps = append(ps, geometry.Pt(x, y), geometry.Pt(x+1, y+1))
		}
	}
	return geometry.Bounding(ps), len(ps) > 8
}

func (p *painted) Run(ctx context.Context, in map[string][]float32) (map[string][]float32, error) {
	if p.runs++; p.fail != nil || ctx.Err() != nil {
		return nil, errors.Join(p.fail, ctx.Err())
	}
	if p.length > 0 {
		return map[string][]float32{"boxes": make([]float32, p.length), "points": make([]float32, p.length)}, nil
	}
	if p.anchors == nil {
		return p.meshOf(in["image"]), nil
	}
	boxes, scores := make([]float32, boxValues*len(p.anchors)), make([]float32, len(p.anchors))
	for i := range scores {
		scores[i] = -200
	}
	// As the real one, it overlooks faces below a sixth of its input.
	if r, ok := red(in["image"], p.side, 0.5); ok && !p.blind && r.Width() > float64(p.side)/6 {
		best, gap := 0, math.Inf(1)
		s := float64(p.side)
		for i, a := range p.anchors {
			if d := a.Mul(s).Sub(r.Centre()).Norm(); d < gap {
				best, gap = i, d
			}
		}
		a := p.anchors[best].Mul(s)
		scores[best] = 4
		v := boxes[boxValues*best:]
		v[0], v[1] = float32(r.Centre().X-a.X), float32(r.Centre().Y-a.Y)
		v[2], v[3] = float32(r.Width()), float32(r.Height())
		v[4], v[5] = float32(r.X0-a.X), float32(r.Centre().Y-a.Y) // eyes level
		v[6], v[7] = float32(r.X1-a.X), float32(r.Centre().Y-a.Y)
	}
	return map[string][]float32{"boxes": boxes, "scores": scores}, nil
}

// meshOf spreads the mesh over the red box: eyes at a third, mouth below.
func (p *painted) meshOf(img []float32) map[string][]float32 {
	r, ok := red(img, p.side, 0.75)
	points := make([]float32, 3*MeshPoints)
	set := func(i int, x, y float64) {
		points[3*i], points[3*i+1] = float32(r.X0+x*r.Width()), float32(r.Y0+y*r.Height())
	}
	for i := range MeshPoints {
		set(i, float64(i%2), float64(i/2%2))
	}
	for _, i := range leftEye {
		set(i, 0.3, 0.4)
	}
	for _, i := range rightEye {
		set(i, 0.7, 0.4)
	}
	set(leftMouth, 0.4, 0.8)
	set(rightMouth, 0.6, 0.8)
	score := float32(-20)
	if ok {
		score = 20 - p.unsure
	}
	return map[string][]float32{"points": points, "score": {score}}
}

func fakeDetector() (*Detector, *painted, *painted) {
	a := anchors(128, []int{8, 16, 16, 16})
	boxes, mesh := &painted{side: 128, anchors: a}, &painted{side: 192}
	return &Detector{
		boxModels: []*boxModel{{Model: boxes}}, side: 128, anchors: a, threshold: 0.5, iou: 0.3,
		mesh: meshModel{model: mesh, side: 192, scale: 1.5},
	}, boxes, mesh
}

// withFaces is a blue photo with red squares.
func withFaces(r image.Rectangle, faces ...image.Rectangle) *image.NRGBA {
	img := image.NewNRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p := img.Pix[img.PixOffset(x, y):]
			p[2], p[3] = 200, 255
			for _, f := range faces {
				if image.Pt(x, y).In(f) {
					p[0], p[2] = 255, 0
				}
			}
		}
	}
	return img
}

// TestMarkByLandmarks: where the detector is blind, the landmarks in the box itself tell, if
// they are sure enough.
func TestMarkByLandmarks(t *testing.T) {
	square := image.Rect(50, 200, 250, 400)
	img := withFaces(image.Rect(-100, 50, 500, 650), square)
	d, boxes, mesh := fakeDetector()
	boxes.blind = true
	if faces, err := d.Detect(t.Context(), img); !errors.Is(err, ErrNoFace) {
		t.Fatalf("a blind detector found %v, %v", faces, err)
	}
	box := square.Inset(-15)
	faces, i, err := d.Mark(t.Context(), img, box, nil)
	if err != nil || i != 0 || len(faces) != 1 {
		t.Fatalf("face %d of %d, %v", i, len(faces), err)
	}
	if f := faces[0]; f.Score != 0 || !f.Box.In(square.Inset(-3)) || !square.Inset(3).In(f.Box) {
		t.Errorf("score %v, box %v", f.Score, f.Box)
	}
	mesh.unsure = 18.5 // more a face than not
	if _, _, err := d.Mark(t.Context(), img, box, nil); !errors.Is(err, ErrNoFaceInBox) {
		t.Errorf("with unsure landmarks: %v", err)
	}
	mesh.fail = errors.New("broken")
	if _, _, err := d.Mark(t.Context(), img, box, nil); !errors.Is(err, mesh.fail) {
		t.Errorf("with a broken model: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.Mark(ctx, img, box, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestBoxesReachBeyondTheEdges: what is left of a face is continued to a square.
func TestBoxesReachBeyondTheEdges(t *testing.T) {
	photo := geometry.R(0, 0, 400, 300)
	for box, want := range map[geometry.Rect]geometry.Rect{
		geometry.R(100, 100, 160, 200): geometry.R(100, 100, 160, 200),
		geometry.R(0, 100, 60, 200):    geometry.R(-40, 100, 60, 200),
		geometry.R(337, 100, 397, 200): geometry.R(337, 100, 437, 200),
		geometry.R(100, 2, 200, 52):    geometry.R(100, -48, 200, 52),
		geometry.R(100, 250, 200, 300): geometry.R(100, 250, 200, 350),
	} {
		if got := beyondEdges(box, photo); got != want {
			t.Errorf("%v became %v, want %v", box, got, want)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		name  string
		photo image.Rectangle
		faces []image.Rectangle // largest first
	}{
		{"one", image.Rect(0, 0, 600, 600), []image.Rectangle{image.Rect(200, 150, 400, 350)}},
		{"wide photo", image.Rect(0, 0, 1200, 400), []image.Rectangle{image.Rect(900, 100, 1100, 300)}},
		{"photo not at the origin", image.Rect(-100, 50, 500, 650), []image.Rectangle{image.Rect(50, 200, 250, 400)}},
		{"small in a large photo", image.Rect(0, 0, 3000, 2000), []image.Rectangle{image.Rect(2500, 1500, 2680, 1680)}},
		{"tiny in a large photo", image.Rect(0, 0, 3000, 2000), []image.Rectangle{image.Rect(500, 1500, 590, 1590)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _, _ := fakeDetector()
			got, err := d.Detect(t.Context(), withFaces(tt.photo, tt.faces...))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tt.faces) {
				t.Fatalf("%d faces, want %d", len(got), len(tt.faces))
			}
			for i, f := range tt.faces {
				b := got[i].Box
				slack := 3 + f.Dx()/20
				for _, d := range []int{b.Min.X - f.Min.X, b.Min.Y - f.Min.Y, b.Max.X - f.Max.X, b.Max.Y - f.Max.Y} {
					if d > slack || -d > slack {
						t.Fatalf("box %v, want %v within %d", b, f, slack)
					}
				}
				eye := got[i].mean(leftEye[:])
				near(t, "left eye", eye, geometry.Pt(float64(f.Min.X)+0.3*float64(f.Dx()), float64(f.Min.Y)+0.4*float64(f.Dy())), float64(slack))
			}
		})
	}
}

// Windows that are looked through side by side give the same faces as one after the other,
// and one error stops the search.
func TestSeveralModelsFindTheSame(t *testing.T) {
	img := withFaces(image.Rect(0, 0, 3000, 2000), image.Rect(2500, 1500, 2680, 1680))
	one, _, _ := fakeDetector()
	want, err := one.Detect(t.Context(), img)
	if err != nil || len(want) != 1 {
		t.Fatalf("%d faces, %v", len(want), err)
	}
	several, first, _ := fakeDetector()
	others := []*painted{first}
	for range 3 {
		other, boxes, _ := fakeDetector()
		several.boxModels, others = append(several.boxModels, other.boxModels...), append(others, boxes)
	}
	got, err := several.Detect(t.Context(), img)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	injected := errors.New("injected")
	for _, o := range others {
		o.fail = injected
	}
	if _, err := several.Detect(t.Context(), img); !errors.Is(err, injected) {
		t.Errorf("got %v, want the model's error", err)
	}
}

func TestDetectNothing(t *testing.T) {
	d, boxes, _ := fakeDetector()
	for _, size := range []image.Rectangle{image.Rect(0, 0, 700, 500), image.Rect(0, 0, 3, 3), image.Rect(0, 0, 1, 900), {}} {
		faces, err := d.Detect(t.Context(), withFaces(size))
		if !errors.Is(err, ErrNoFace) || faces != nil {
			t.Errorf("%v: %v, %v", size, faces, err)
		}
	}
	if boxes.runs == 0 {
		t.Error("the detector was never asked")
	}
}

func TestDetectRefusesWhatTheMeshDenies(t *testing.T) {
	d, _, mesh := fakeDetector()
	d.mesh.model = denying{mesh}
	if _, err := d.Detect(t.Context(), withFaces(image.Rect(0, 0, 600, 600), image.Rect(200, 150, 400, 350))); !errors.Is(err, ErrNoFace) {
		t.Errorf("got %v", err)
	}
}

type denying struct{ *painted }

func (d denying) Run(ctx context.Context, in map[string][]float32) (map[string][]float32, error) {
	out, err := d.painted.Run(ctx, in)
	if err == nil {
		out["score"] = []float32{float32(math.NaN())}
	}
	return out, err
}

func TestDetectErrors(t *testing.T) {
	img := withFaces(image.Rect(0, 0, 600, 600), image.Rect(200, 150, 400, 350))
	broken := errors.New("out of memory")
	d, boxes, mesh := fakeDetector()
	boxes.fail = broken
	if _, err := d.Detect(t.Context(), img); !errors.Is(err, broken) {
		t.Errorf("detector: %v", err)
	}
	boxes.fail, mesh.fail = nil, broken
	if _, err := d.Detect(t.Context(), img); !errors.Is(err, broken) {
		t.Errorf("mesh: %v", err)
	}
	mesh.fail, mesh.length = nil, 7
	if _, err := d.Detect(t.Context(), img); err == nil || errors.Is(err, ErrNoFace) {
		t.Errorf("malformed mesh: %v", err)
	}
	mesh.length, boxes.length = 0, 7
	if _, err := d.Detect(t.Context(), img); err == nil || errors.Is(err, ErrNoFace) {
		t.Errorf("malformed boxes: %v", err)
	}
	boxes.length = 0
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Detect(ctx, img); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzDecodeBoxes(f *testing.F) {
	f.Add(float32(3), float32(0), float32(20), float32(math.NaN()))
	f.Add(float32(math.Inf(1)), float32(-1), float32(math.MaxFloat32), float32(7))
	a := anchors(16, []int{8})
	f.Fuzz(func(t *testing.T, score, x, w, v float32) {
		boxes, scores := make([]float32, boxValues*len(a)), make([]float32, len(a))
		for i := range boxes {
			boxes[i] = []float32{x, v, w, w, v}[i%5]
		}
		for i := range scores {
			scores[i] = score
		}
		for _, d := range suppress(decodeBoxes(boxes, scores, a, 16, 0.5), 0.3) {
			if !(d.score >= 0.5 && d.score <= 1) {
				t.Fatalf("score %v", d.score)
			}
		}
	})
}
