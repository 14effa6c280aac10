package face_test

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
)

var photos = flag.String("photos", "", "folder of portraits on which the detector is measured")

// portraitPhoto is a photograph with its face as found upright: the reference
// for what is found when it is turned, scaled or cut.
type portraitPhoto struct {
	name string
	img  *image.NRGBA
	face face.Face
}

func eyeDistance(f *face.Face) float64 {
	l, r := eyes(f)
	return math.Hypot(r.X-l.X, r.Y-l.Y)
}

func eyes(f *face.Face) (l, r face.Point) {
	mean := func(indices ...int) (s face.Point) {
		for _, i := range indices {
			s.X += f.Points[i].X / float64(len(indices))
			s.Y += f.Points[i].Y / float64(len(indices))
		}
		return s
	}
	return mean(33, 160, 158, 133, 153, 144), mean(362, 385, 387, 263, 373, 380)
}

// view is a picture made from a photo, and where the photo's points went.
type view struct {
	img *image.NRGBA
	to  func(face.Point) face.Point
}

// seen cuts the square out of the photo, as a picture of its own.
func seen(p portraitPhoto, at face.Alignment, side int) view {
	img := compose.Opaque(at.Crop(p.img, side))
	det := at.U.X*at.V.Y - at.U.Y*at.V.X
	return view{img, func(q face.Point) face.Point {
		x, y := q.X-at.Origin.X, q.Y-at.Origin.Y
		return face.Point{
			X: float64(side) * (x*at.V.Y - y*at.V.X) / det,
			Y: float64(side) * (y*at.U.X - x*at.U.Y) / det,
		}
	}}
}

// around is the square of that side around a point, turned so that what it
// shows turns by degrees clockwise.
func around(c face.Point, side, degrees float64) face.Alignment {
	sin, cos := math.Sincos(-degrees * math.Pi / 180)
	u, v := face.Point{X: side * cos, Y: side * sin}, face.Point{X: -side * sin, Y: side * cos}
	return face.Alignment{Origin: face.Point{X: c.X - (u.X+v.X)/2, Y: c.Y - (u.Y+v.Y)/2}, U: u, V: v}
}

func (p portraitPhoto) turned(degrees float64) view {
	w, h := float64(p.img.Rect.Dx()), float64(p.img.Rect.Dy())
	return seen(p, around(face.Point{X: w / 2, Y: h / 2}, max(w, h), degrees), max(p.img.Rect.Dx(), p.img.Rect.Dy()))
}

// scaled is the photo at a size at which the face is width pixels wide.
func (p portraitPhoto) scaled(width int) view {
	side := float64(max(p.img.Rect.Dx(), p.img.Rect.Dy()))
	w := float64(p.face.Box.Dx())
	at := face.Alignment{U: face.Point{X: side}, V: face.Point{Y: side}}
	return seen(p, at, int(math.Round(side*float64(width)/w)))
}

// inScene is the face, width pixels wide, somewhere in a larger photo.
func (p portraitPhoto) inScene(size image.Point, width int, where image.Point) view {
	v := p.scaled(width)
	scene := background(size)
	draw.Draw(scene, v.img.Rect.Add(where), v.img, image.Point{}, draw.Src)
	return view{scene, func(q face.Point) face.Point {
		q = v.to(q)
		return face.Point{X: q.X + float64(where.X), Y: q.Y + float64(where.Y)}
	}}
}

// background is a photo in which there is nothing.
func background(size image.Point) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	waves := make([]float64, size.X)
	for x := range waves {
		waves[x] = math.Sin(float64(x) / 37)
	}
	for y := range size.Y {
		row, v := img.Pix[y*img.Stride:], math.Cos(float64(y)/53)
		for x, u := range waves {
			c := byte(100 + 40*u*v + 15*u + float64((x*y)%7))
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = c, c, c-20, 255
		}
	}
	return img
}

// closeUp is cut so that the face fills a share of the picture's height.
func (p portraitPhoto) closeUp(share float64) view {
	b := p.face.Box
	c := face.Point{X: float64(b.Min.X+b.Max.X) / 2, Y: float64(b.Min.Y+b.Max.Y) / 2}
	side := float64(max(b.Dx(), b.Dy())) / share
	return seen(p, around(c, side, 0), 800)
}

// TestPhotos measures the detector on a folder of portraits:
//
//	go test ./engine/face -run TestPhotos -v -photos FOLDER
func TestPhotos(t *testing.T) {
	if *photos == "" {
		t.Skip("no -photos")
	}
	_, d := builtin(t)
	names, err := filepath.Glob(filepath.Join(*photos, "*.jpg"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d photos, %v", *photos, len(names), err)
	}
	var all []portraitPhoto
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := photo.DecodeBytes(data, name)
		if err != nil {
			t.Fatal(err)
		}
		faces, err := d.Detect(t.Context(), p.Image)
		if err != nil {
			t.Logf("%s: %v", filepath.Base(name), err)
			continue
		}
		for i := range faces {
			f := &faces[i]
			t.Logf("%s: %v, %.0f px between the eyes, score %.2f, turned by %.0f° and %.0f°; %s", filepath.Base(name), f.Box, eyeDistance(f), f.Score, f.Yaw, f.Pitch, f.Doubt)
		}
		all = append(all, portraitPhoto{filepath.Base(name), p.Image, faces[0]})
	}
	t.Logf("upright: a face in %d of %d", len(all), len(names))
	if len(all) == 0 {
		t.Fatal("no face in any photo")
	}
	measure := func(name string, make func(int, portraitPhoto) view) {
		t.Helper()
		var errs []float64
		var missed []string
		hits, more, doubted := 0, 0, 0
		var took []time.Duration
		for i, p := range all {
			v := make(i, p)
			start := time.Now()
			faces, err := d.Detect(t.Context(), v.img)
			took = append(took, time.Since(start))
			if err != nil && !errors.Is(err, face.ErrNoFace) {
				t.Fatal(err)
			}
			f, e := nearest(p, v, faces)
			for i := range faces {
				if i != f && faces[i].Doubt == "" {
					more++
				}
			}
			if f < 0 {
				missed = append(missed, p.name)
				continue
			}
			if faces[f].Doubt != p.face.Doubt {
				doubted++
			}
			if p.face.Doubt == "" {
				errs = append(errs, 100*e)
			}
			hits++
		}
		slices.Sort(errs)
		slices.Sort(took)
		n := len(errs)
		if n == 0 {
			t.Logf("%-24s found 0 of %d", name, len(all))
			return
		}
		t.Logf("%-18s found %2d of %d, doubt %d otherwise, %d other; error %% of eye distance: median %.1f, 90 %% %.1f, worst %.1f; ms median %d, worst %d; missed %v",
			name, hits, len(all), doubted, more, errs[n/2], errs[n*9/10], errs[n-1], took[len(took)/2].Milliseconds(), took[len(took)-1].Milliseconds(), missed)
	}
	for _, degrees := range []float64{-45, -30, -15, 15, 30, 45} {
		measure(fmt.Sprintf("turned by %v°", degrees), func(_ int, p portraitPhoto) view { return p.turned(degrees) })
	}
	for _, width := range []int{40, 60, 80} {
		measure(fmt.Sprintf("face %d px wide", width), func(_ int, p portraitPhoto) view { return p.scaled(width) })
	}
	for _, width := range []int{40, 60, 80} {
		measure(fmt.Sprintf("%d px in 12 MP", width), func(i int, p portraitPhoto) view {
			return p.inScene(image.Pt(4000, 3000), width, image.Pt(100+531*i%3300, 100+717*i%2300))
		})
	}
	for _, share := range []float64{0.7, 0.9, 1.1} {
		measure(fmt.Sprintf("close-up %v", share), func(_ int, p portraitPhoto) view { return p.closeUp(share) })
	}
}

// nearest returns the index of the face whose landmarks are nearest to those of the photo's
// face, -1 when none is near, and their mean distance as a share of the distance of the eyes.
func nearest(p portraitPhoto, v view, faces []face.Face) (int, float64) {
	l, r := eyes(&p.face)
	l, r = v.to(l), v.to(r)
	unit := math.Hypot(r.X-l.X, r.Y-l.Y)
	found, best := -1, 0.5
	for i := range faces {
		var sum float64
		for k, q := range p.face.Points {
			want := v.to(q)
			sum += math.Hypot(faces[i].Points[k].X-want.X, faces[i].Points[k].Y-want.Y)
		}
		if e := sum / float64(len(p.face.Points)) / unit; e < best {
			found, best = i, e
		}
	}
	return found, best
}
