package compose

import (
	"image"
	"testing"
)

// greyed takes the colours away, but for up to off levels of red, and all of it
// in the first few pixels.
func greyed(img *image.RGBA, off, coloured int) *image.RGBA {
	for i := 4 * coloured; i < len(img.Pix); i += 4 {
		v := img.Pix[i+1]
		img.Pix[i], img.Pix[i+2] = byte(min(int(v)+off, 255)), v
	}
	return img
}

func TestGreyPhotosStayGrey(t *testing.T) {
	const side = 64
	recon, edited := noise(side, 3, 0, 0.5), noise(side, 5, 0, 1)
	for _, c := range []struct {
		name  string
		photo *image.RGBA
		grey  bool
	}{
		{"grey", greyed(randomCrop(side, 4), 0, 0), true},
		{"a scan", greyed(randomCrop(side, 4), 9, 0), true},
		{"with a red dot", greyed(randomCrop(side, 4), 0, 12), true},
		{"sepia", greyed(randomCrop(side, 4), 40, 0), false},
		{"with a red ball", greyed(randomCrop(side, 4), 0, 200), false},
		{"coloured", randomCrop(side, 4), false},
	} {
		moved, coloured := false, false
		pix := NewComposer(c.photo, recon, 0).Compose(edited).Pix
		for i := 0; i < len(pix); i += 3 {
			moved = moved || pix[i] != 0
			coloured = coloured || pix[i] != pix[i+1] || pix[i] != pix[i+2]
		}
		if !moved || coloured == c.grey {
			t.Errorf("%s: changed %t, in colour %t", c.name, moved, coloured)
		}
	}
	if monochrome(image.NewRGBA(image.Rectangle{})) {
		t.Error("nothing counts as grey")
	}
}
