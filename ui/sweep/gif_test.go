package sweep

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"slices"
	"strings"
	"testing"
	"time"
)

// gradient is a picture with more than 256 colours, near skin.
func gradient(shift int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			img.SetRGBA(x, y, color.RGBA{uint8(150 + x + shift), uint8(100 + y), uint8(90 + (x+y)/3), 0xff})
		}
	}
	return img
}

func TestGIFShowsTheFrames(t *testing.T) {
	pictures := []*image.RGBA{gradient(0), gradient(10), gradient(20)}
	frames := Back(pictures, 90*time.Millisecond, 900*time.Millisecond)
	var b bytes.Buffer
	if err := EncodeGIF(&b, frames); err != nil {
		t.Fatal(err)
	}
	got, err := gif.DecodeAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{90, 9, 90, 9}; !slices.Equal(got.Delay, want) || got.LoopCount != 0 {
		t.Errorf("delays %v, want %v; repeated %d", got.Delay, want, got.LoopCount)
	}
	for i, f := range frames {
		sum := 0
		for y := range 48 {
			for x := range 64 {
				r, g, b, _ := got.Image[i].At(x, y).RGBA()
				c := f.Image.RGBAAt(x, y)
				for _, d := range []int{int(r>>8) - int(c.R), int(g>>8) - int(c.G), int(b>>8) - int(c.B)} {
					sum += max(d, -d)
				}
			}
		}
		if mean := float64(sum) / (3 * 48 * 64); !(mean < 4) {
			t.Errorf("frame %d differs by %.1f levels on average, want less than 4", i+1, mean)
		}
	}
}

func TestGIFOfFewColours(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 9, 9))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	img.SetRGBA(4, 4, color.RGBA{0xff, 0, 0, 0xff})
	if got := palette([]Frame{{Image: img}}); len(got) != 2 {
		t.Errorf("palette %v, want the two colours", got)
	}
	var b bytes.Buffer
	if err := EncodeGIF(&b, []Frame{{Image: img, Shown: time.Second}}); err != nil {
		t.Fatal(err)
	}
	got, err := gif.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, _, _ := got.At(4, 4).RGBA(); r>>8 != 0xff || g != 0 {
		t.Errorf("the red pixel is %v", got.At(4, 4))
	}
}

func TestGIFsThatCannotBeWritten(t *testing.T) {
	one := image.NewRGBA(image.Rect(0, 0, 2, 2))
	for name, c := range map[string]struct {
		frames []Frame
		says   string
	}{
		"none":         {nil, "0 frames"},
		"no picture":   {[]Frame{{}}, "without a picture"},
		"another size": {[]Frame{{Image: one}, {Image: image.NewRGBA(image.Rect(0, 0, 3, 2))}}, "frame 2"},
		"many":         {make([]Frame, maxFrames+1), "1001 frames"},
	} {
		if err := EncodeGIF(&bytes.Buffer{}, c.frames); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
