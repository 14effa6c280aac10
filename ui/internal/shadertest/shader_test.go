package shadertest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/ui/comparison"
	"deltaedit/ui/maskview"
	"deltaedit/ui/shaded"
	"deltaedit/ui/zoom"
)

// TestMain runs the tests beside Fyne, which has the main thread.
func TestMain(m *testing.M) {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		fmt.Println("shadertest: skipped: there is no display")
		os.Exit(0)
	}
	a, status := app.NewWithID("app.deltaedit.shadertest"), 0
	window = a.NewWindow(title)
	window.SetPadded(false)
	drawn = shaded.New()
	window.SetContent(container.NewWithoutLayout(drawn.Objects()...))
	window.Resize(fyne.NewSize(area.X, area.Y))
	window.Show()
	a.Lifecycle().SetOnStarted(func() {
		go func() {
			status = m.Run()
			fyne.Do(a.Quit)
		}()
	})
	a.Run()
	os.Exit(status)
}

const title = "shaders of the viewport"

var (
	window fyne.Window
	drawn  *shaded.Scene
	area   = struct{ X, Y float32 }{420, 330}
)

// textured is a picture with soft and with hard edges.
func textured(w, h int, blue uint8) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(255 * x / w), uint8(255 * y / h), blue, 255}
			if (x/3+y/5)%2 == 0 {
				c.B = 255 - blue
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// near is how far a colour may be from the one that is wanted, of 255: the driver mixes pixels
// in steps of 1/256, and rounds in its own way.
const near = 3

// unlike returns how many pixels of a picture are farther than near from those that are wanted,
// and the first of them.
func unlike(got image.Image, want *image.RGBA, near uint8) (n int, first image.Point) {
	at := got.Bounds().Min
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			g, w := color.RGBAModel.Convert(got.At(at.X+x, at.Y+y)).(color.RGBA), want.RGBAAt(x, y)
			if far(g.R, w.R) > near || far(g.G, w.G) > near || far(g.B, w.B) > near {
				if n == 0 {
					first = image.Pt(x, y)
				}
				n++
			}
		}
	}
	return n, first
}

func far(a, b uint8) uint8 { return max(a, b) - min(a, b) }

// seen returns what a scene shows of the photo.
func seen(s comparison.Scene) maskview.View {
	at := s.View.Place()
	corner := at.ToPicture(zoom.Point{})
	return maskview.View{Origin: mask.Point(corner), Scale: 1 / at.Scale}
}

// patience is how long a scene may take to be on the display.
const patience = time.Minute

// TestShadersDrawWhatIsDrawnWithoutThem: every way to compare, between fitting and 330 %, with
// coarse pictures and with parts at full size over them.
func TestShadersDrawWhatIsDrawnWithoutThem(t *testing.T) {
	photo := image.Pt(600, 450)
	part := image.Rect(150, 100, 420, 330)
	whole := image.Rectangle{Max: photo}
	version := uint64(0)
	layer := func(w, h int, blue uint8, part image.Rectangle) comparison.Layer {
		version++
		return comparison.Layer{Image: textured(w, h, blue), Part: part, Version: version}
	}
	before := []comparison.Layer{layer(400, 300, 40, whole), layer(270, 230, 80, part)}
	after := []comparison.Layer{layer(400, 300, 200, whole), layer(270, 230, 160, part)}
	for mode := comparison.After; mode <= comparison.Before; mode++ {
		for _, scale := range []float64{0, 1, 1.5, 3.3} {
			for layers := 1; layers <= 2; layers++ {
				t.Run(fmt.Sprintf("%d/%v/%d", mode, scale, layers), func(t *testing.T) {
					compare(t, func(size image.Point) comparison.Scene {
						v := &zoom.View{}
						v.SetPicture(photo)
						half, _ := comparison.Areas(mode, size, photo)
						v.SetArea(half.Size(), 10, 1)
						if scale > 0 {
							v.ScaleAt(zoom.Point{X: 100, Y: 80}, scale)
							v.Pan(40, -30)
						}
						return comparison.Scene{
							Mode: mode, View: v, Divider: 0.37, Before: before[:layers], After: after[:layers],
						}
					})
				})
			}
		}
	}
}

// TestANewPictureInOldPixelsIsSeen, as the engine draws into the same ones again.
func TestANewPictureInOldPixelsIsSeen(t *testing.T) {
	img := textured(200, 150, 10)
	for version := uint64(1000); version < 1004; version++ {
		draw := img.Pix[:len(img.Pix)/2]
		for i := range draw {
			if i%4 < 3 {
				draw[i] += 60
			}
		}
		compare(t, func(size image.Point) comparison.Scene {
			v := &zoom.View{}
			v.SetPicture(img.Rect.Max)
			v.SetArea(size, 0, 1)
			return comparison.Scene{View: v, After: []comparison.Layer{{Image: img, Part: img.Rect, Version: version}}}
		})
	}
}

// TestAMaskOverThePhoto: as it is drawn without shaders, on a face that is turned, at any scale, in each
// colour, and again after the brush has gone on.
func TestAMaskOverThePhoto(t *testing.T) {
	photo := image.Pt(600, 450)
	img := textured(photo.X, photo.Y, 40)
	on := face.Alignment{Origin: face.Point{X: 210, Y: 90}, U: face.Point{X: 200, Y: 60}, V: face.Point{X: -60, Y: 200}}
	brush := mask.Brush{Radius: 0.2, Softness: 0.6}
	painted := mask.Mask{}.Begin(brush, false, mask.Point{X: 0.3, Y: 0.3})
	further, _ := painted.Extend(mask.Point{X: 0.8, Y: 0.6})
	var raster mask.Raster
	red, blue := color.NRGBA{230, 30, 20, 255}, color.NRGBA{20, 60, 250, 255}
	for _, step := range []struct {
		name  string
		mask  mask.Mask
		ink   color.NRGBA
		scale float64
		pan   float64
	}{
		{"whole", painted, red, 0, 0},
		{"another colour", painted, blue, 0, 0},
		{"at full size", painted, blue, 1, 0},
		{"moved", painted, blue, 1, 60},
		{"enlarged", painted, blue, 3.3, 0},
		{"the brush goes on", further, blue, 3.3, 0},
		{"inverted", further.Invert(), red, 0, 0},
		{"out of sight", further, red, 4, -900},
	} {
		t.Run(step.name, func(t *testing.T) {
			o := maskview.Overlay{Mask: step.mask, Coverage: raster.Draw(step.mask, mask.Maps{}), Face: on, Ink: step.ink}
			compareWith(t, &o, func(size image.Point) comparison.Scene {
				v := &zoom.View{}
				v.SetPicture(photo)
				v.SetArea(size, 10, 1)
				if step.scale > 0 {
					v.ScaleAt(zoom.Point{X: 100, Y: 80}, step.scale)
					v.Pan(step.pan, step.pan/2)
				}
				return comparison.Scene{Mode: comparison.After, View: v, After: []comparison.Layer{{Image: img, Part: img.Rect, Version: 5000}}}
			})
		})
	}
	fyne.DoAndWait(drawn.HideMask)
}

// compare draws a scene in both ways and waits until the display shows what is wanted.
func compare(t *testing.T, scene func(size image.Point) comparison.Scene) {
	t.Helper()
	compareWith(t, nil, scene)
}

// compareWith is compare with a mask over the scene.
func compareWith(t *testing.T, o *maskview.Overlay, scene func(size image.Point) comparison.Scene) {
	t.Helper()
	var want *image.RGBA
	near := uint8(near)
	fyne.DoAndWait(func() {
		c := window.Canvas()
		w, h := c.PixelCoordinateForPosition(fyne.NewPos(c.Size().Width, c.Size().Height))
		s := scene(image.Pt(w, h))
		drawn.Show(s, image.Pt(w, h), c.Scale())
		if o != nil {
			drawn.ShowMask(o, seen(s), fyne.Position{}, image.Pt(w, h), c.Scale())
		}
		window.Content().Refresh() // a shader that was hidden so far is on no canvas
		if s.Mode == comparison.Difference {
			near *= comparison.Gain
		}
		own := image.NewRGBA(image.Rect(0, 0, w, h))
		s.Draw(own, nil)
		want = image.NewRGBA(own.Rect)
		draw.Draw(want, want.Rect, image.NewUniform(theme.Color(theme.ColorNameBackground)), image.Point{}, draw.Src)
		draw.Draw(want, want.Rect, own, image.Point{}, draw.Over)
		if o != nil {
			colour := image.NewRGBA(want.Rect)
			o.Draw(colour, seen(s))
			draw.Draw(want, want.Rect, colour, image.Point{}, draw.Over)
		}
	})
	for end := time.Now().Add(patience); ; {
		out, err := exec.Command("import", "-window", title, "png:-").Output()
		if err != nil {
			t.Fatalf("import: %v", err)
		}
		got, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		n, first := unlike(got, want, near)
		if n == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d pixels differ, the first at %v: %v, want %v", n, first, got.At(first.X, first.Y), want.At(first.X, first.Y))
		}
	}
}
