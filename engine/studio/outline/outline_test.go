package outline

import (
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
)

func TestRoomIn(t *testing.T) {
	// A square of 50 pixels whose lower edge lies 10 above that of the picture.
	room := roomIn(image.Rect(0, 0, 200, 100), face.Alignment{Origin: face.Point{X: 60, Y: 40}, U: face.Point{X: 50}, V: face.Point{Y: 50}}, nil)
	for at, want := range map[face.Point]float64{{X: 0.5, Y: 1}: 0.2, {X: 0.5, Y: 1.2}: 0, {X: 0.5, Y: 1.5}: -0.3, {X: -1, Y: 0}: 0.2, {X: 0, Y: -0.4}: 0.4} {
		if got := room(at); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", at, got, want)
		}
	}
}

// Another face must stay: there is no room on it.
func TestRoomBesideAFace(t *testing.T) {
	al := face.Alignment{U: face.Point{X: 100}, V: face.Point{Y: 100}}
	other := face.Alignment{Origin: face.Point{X: 100}, U: face.Point{X: 100}, V: face.Point{Y: 100}} // to the right
	room := roomIn(image.Rect(-1000, -1000, 1000, 1000), al, []face.Alignment{other})
	for at, want := range map[face.Point]float64{{X: 1.5, Y: 0.55}: -0.4, {X: 1.1, Y: 0.55}: 0, {X: 0.5, Y: 0.55}: 0.6} {
		if got := room(at); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", at, got, want)
		}
	}
}
