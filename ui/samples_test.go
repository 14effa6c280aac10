package ui

import (
	"image"
	"testing"

	"deltaedit/assets"
)

func TestThumbnailsOfAllSamples(t *testing.T) {
	samples, err := assets.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		img, err := thumbnail(s, 50)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		if got := img.Bounds().Size(); got != image.Pt(50, 50) {
			t.Errorf("%s: want 50×50, got %v", s.Name, got)
		}
	}
	if _, err := thumbnail(assets.Sample{Name: "bad", Data: []byte("no picture")}, 50); err == nil {
		t.Error("made a thumbnail of no picture")
	}
}

func TestSquareCutsAnyShape(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {1, 900}, {900, 1}, {7, 8}, {300, 200}, {200, 300}} {
		if got := square(image.NewNRGBA(image.Rectangle{Max: size}), 8).Bounds().Size(); got != image.Pt(8, 8) {
			t.Errorf("%v: want 8×8, got %v", size, got)
		}
	}
}
