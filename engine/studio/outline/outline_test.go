package outline

import (
	"image"
	"math"
	"testing"

	"deltaedit/engine/face"
)

func TestRoomIn(t *testing.T) {
	// A square of 50 pixels whose lower edge lies 10 above that of the picture.
	room := roomIn(image.Rect(0, 0, 200, 100), face.Alignment{Origin: face.Point{X: 60, Y: 40}, U: face.Point{X: 50}, V: face.Point{Y: 50}})
	for at, want := range map[face.Point]float64{{X: 0.5, Y: 1}: 0.2, {X: 0.5, Y: 1.2}: 0, {X: 0.5, Y: 1.5}: -0.3, {X: -1, Y: 0}: 0.2, {X: 0, Y: -0.4}: 0.4} {
		if got := room(at); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", at, got, want)
		}
	}
}
