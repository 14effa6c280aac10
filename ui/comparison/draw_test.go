package comparison

import (
	"image"
	"image/color"
	"testing"

	"deltaedit/ui/zoom"
)

// numbered is a picture whose pixels say where they are.
func numbered(w, h int, blue uint8) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), blue, 255})
		}
	}
	return img
}

func whole(img *image.RGBA, picture image.Point) []Layer {
	return []Layer{{Image: img, Part: image.Rectangle{Max: picture}}}
}

func view(picture, area image.Point, scale float64) *zoom.View {
	v := &zoom.View{}
	v.SetPicture(picture)
	v.SetArea(area, 0, 1)
	if scale > 0 {
		v.ScaleAt(zoom.Point{X: float64(area.X) / 2, Y: float64(area.Y) / 2}, scale)
	}
	return v
}

// TestPixelsAreThoseOfThePhoto at full size, and from 200 % on pixels are squares.
func TestPixelsAreThoseOfThePhoto(t *testing.T) {
	size := image.Pt(200, 160)
	photo := numbered(size.X, size.Y, 9)
	for _, scale := range []float64{1, 2, 3, 8} {
		v := view(size, image.Pt(90, 70), scale)
		dst := image.NewRGBA(image.Rect(0, 0, 90, 70))
		Scene{Mode: After, View: v, After: whole(photo, size)}.Draw(dst, nil)
		at := v.Place()
		for y := range 70 {
			for x := range 90 {
				p := at.ToPicture(zoom.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
				if got, want := dst.RGBAAt(x, y), photo.RGBAAt(int(p.X), int(p.Y)); got != want {
					t.Fatalf("scale %v: pixel %d,%d is %v, want %v", scale, x, y, got, want)
				}
			}
		}
	}
}

func TestBetweenFullSizeAndTwiceItIsSmooth(t *testing.T) {
	size := image.Pt(200, 160)
	photo := numbered(size.X, size.Y, 9)
	v := view(size, image.Pt(90, 70), 1.5)
	dst := image.NewRGBA(image.Rect(0, 0, 90, 70))
	Scene{Mode: After, View: v, After: whole(photo, size)}.Draw(dst, nil)
	at := v.Place()
	for y := range 70 {
		for x := range 90 {
			p := at.ToPicture(zoom.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			got := dst.RGBAAt(x, y)
			if dx, dy := float64(got.R)-(p.X-0.5), float64(got.G)-(p.Y-0.5); !(dx*dx < 0.5 && dy*dy < 0.5) || got.B != 9 {
				t.Fatalf("pixel %d,%d is %v at %v", x, y, got, p)
			}
		}
	}
}

// TestFineLayersCoverCoarseOnes: a part in full resolution lies over the whole photo in a
// small one, in its place.
func TestFineLayersCoverCoarseOnes(t *testing.T) {
	size := image.Pt(200, 160)
	coarse := image.NewRGBA(image.Rect(0, 0, 50, 40))
	for i := range coarse.Pix {
		coarse.Pix[i] = 255
	}
	part := image.Rect(80, 60, 120, 100)
	fine := numbered(200, 160, 9).SubImage(part).(*image.RGBA)
	moved := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for y := range 40 {
		copy(moved.Pix[y*moved.Stride:][:160], fine.Pix[y*fine.Stride:][:160])
	}
	v := view(size, image.Pt(90, 70), 1)
	dst := image.NewRGBA(image.Rect(0, 0, 90, 70))
	Scene{Mode: After, View: v, After: append(whole(coarse, size), Layer{Image: moved, Part: part})}.Draw(dst, nil)
	at := v.Place()
	for y := range 70 {
		for x := range 90 {
			p := image.Pt(x-at.X, y-at.Y)
			want := color.RGBA{255, 255, 255, 255}
			if p.In(part) {
				want = color.RGBA{uint8(p.X), uint8(p.Y), 9, 255}
			}
			if got := dst.RGBAAt(x, y); got != want {
				t.Fatalf("pixel %d,%d (%v of the photo) is %v, want %v", x, y, p, got, want)
			}
		}
	}
}

func TestModes(t *testing.T) {
	size := image.Pt(100, 80)
	before, after := numbered(100, 80, 50), numbered(100, 80, 60)
	scene := func(m Mode, v *zoom.View) Scene {
		return Scene{Mode: m, View: v, Divider: 0.25, Before: whole(before, size), After: whole(after, size)}
	}
	for _, tc := range []struct {
		mode Mode
		blue func(x, y int) uint8
	}{
		{Before, func(int, int) uint8 { return 50 }},
		{After, func(int, int) uint8 { return 60 }},
		{Split, func(x, _ int) uint8 {
			if x < 25 {
				return 50
			}
			return 60
		}},
		{SplitAcross, func(_, y int) uint8 {
			if y < 20 {
				return 50
			}
			return 60
		}},
		{Difference, func(int, int) uint8 { return 10 * Gain }},
	} {
		dst := image.NewRGBA(image.Rectangle{Max: size})
		scene(tc.mode, view(size, size, 0)).Draw(dst, nil)
		for y := range 80 {
			for x := range 100 {
				got := dst.RGBAAt(x, y)
				if got.B != tc.blue(x, y) || got.A != 255 || tc.mode != Difference && got.R != uint8(x) {
					t.Fatalf("mode %d: pixel %d,%d is %v", tc.mode, x, y, got)
				}
			}
		}
		if tc.mode.Both() != (tc.mode != Before && tc.mode != After) {
			t.Errorf("mode %d: Both is %v", tc.mode, tc.mode.Both())
		}
	}
}

// TestBesideEachOtherBothMoveTogether: the same place of the photo is seen at the same
// place of both halves.
func TestBesideEachOtherBothMoveTogether(t *testing.T) {
	size := image.Pt(100, 80)
	for _, area := range []image.Point{{162, 70}, {60, 142}} {
		a, b := Areas(SideBySide, area, size)
		if a.Size() != b.Size() || a.Overlaps(b) || !a.Union(b).Eq(image.Rectangle{Max: area}) {
			t.Fatalf("%v is divided into %v and %v", area, a, b)
		}
		v := view(size, a.Size(), 3)
		v.Pan(17, -9)
		dst := image.NewRGBA(image.Rectangle{Max: area})
		Scene{Mode: SideBySide, View: v, Before: whole(numbered(100, 80, 50), size), After: whole(numbered(100, 80, 60), size)}.Draw(dst, nil)
		for y := range a.Dy() {
			for x := range a.Dx() {
				p, q := dst.RGBAAt(a.Min.X+x, a.Min.Y+y), dst.RGBAAt(b.Min.X+x, b.Min.Y+y)
				if p.R != q.R || p.G != q.G || p.B != 50 || q.B != 60 {
					t.Fatalf("%d,%d: %v and %v", x, y, p, q)
				}
			}
		}
		seen := dst.RGBAAt(a.Min.X, a.Min.Y)
		if want := v.Visible().Min; int(seen.R) != want.X || int(seen.G) != want.Y {
			t.Errorf("%v: the corner shows %v, want %v", area, seen, want)
		}
	}
}

func TestAroundThePictureNothingIsDrawn(t *testing.T) {
	size := image.Pt(100, 80)
	for mode := After; mode <= Before; mode++ {
		dst := numbered(300, 200, 7)
		before, _ := Areas(mode, dst.Rect.Max, size)
		v := view(size, before.Size(), 1)
		Scene{Mode: mode, View: v, Divider: 0.5, Before: whole(numbered(100, 80, 1), size), After: whole(numbered(100, 80, 2), size)}.Draw(dst, nil)
		n := 0
		for i := 3; i < len(dst.Pix); i += 4 {
			if dst.Pix[i] != 0 {
				n++
			}
		}
		want := 100 * 80
		if mode == SideBySide {
			want *= 2
		}
		if n != want {
			t.Errorf("mode %d: %d pixels are drawn, want %d", mode, n, want)
		}
	}
}

// BenchmarkScene is a move of the handle, of the wheel or of the hand: what is drawn for
// a window of 1920×1080 from a photo of 12 megapixels.
func BenchmarkScene(b *testing.B) {
	size, area := image.Pt(4000, 3000), image.Pt(1920, 1080)
	fine, coarse := numbered(4000, 3000, 1), numbered(1440, 1080, 2)
	dst, spare := image.NewRGBA(image.Rectangle{Max: area}), image.NewRGBA(image.Rectangle{Max: area})
	for _, tc := range []struct {
		name  string
		mode  Mode
		scale float64
		layer []Layer
	}{
		{"split/fit", Split, 0, whole(coarse, size)},
		{"split/70", Split, 0.7, whole(coarse, size)},
		{"split/100", Split, 1, whole(fine, size)},
		{"split/150", Split, 1.5, whole(fine, size)},
		{"split/400", Split, 4, whole(fine, size)},
		{"side/150", SideBySide, 1.5, whole(fine, size)},
		{"difference/100", Difference, 1, whole(fine, size)},
		{"difference/150", Difference, 1.5, whole(fine, size)},
	} {
		b.Run(tc.name, func(b *testing.B) {
			before, _ := Areas(tc.mode, area, size)
			s := Scene{Mode: tc.mode, View: view(size, before.Size(), tc.scale), Before: tc.layer, After: tc.layer}
			i := 0
			for b.Loop() {
				i++
				s.Divider = float64(i%100) / 100
				s.Draw(dst, spare)
			}
		})
	}
}
