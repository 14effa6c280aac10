package drawnhair

import (
	"image"
	"testing"

	"deltaedit/engine/face"
)

const side = 64

// square returns parts with hair in some rectangles.
func square(t *testing.T, hair ...image.Rectangle) face.Parts {
	t.Helper()
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		for _, r := range hair {
			if image.Pt(i%side, i/side).In(r) {
				part = face.Hair
			}
		}
		share[int(part)*side*side+i] = 1
	}
	parts, err := face.NewParts(side, share)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// Hair goes on as far as it hangs together with that of the head, and may be a little further.
func TestOf(t *testing.T) {
	m := Of(square(t, image.Rect(10, 0, 54, 10), image.Rect(10, 10, 16, 50), image.Rect(30, 55, 64, 64)))
	for at, want := range map[image.Point]float32{
		{X: 32, Y: 3}: 1, {X: 12, Y: 40}: 1, {X: 8, Y: 40}: 1, {X: 50, Y: 61}: 0, {X: 40, Y: 35}: 0,
	} {
		if got := m.Alpha[at.Y*side+at.X]; got != want {
			t.Errorf("%v: %v, want %v", at, got, want)
		}
	}
	for i, v := range Of(square(t)).Alpha {
		if v != 0 {
			t.Fatalf("a bald head has %v of hair at %d", v, i)
		}
	}
}

func TestAround(t *testing.T) {
	in := Of(square(t, image.Rect(0, 0, 20, 64)))
	out := Around(in)
	for _, p := range []image.Point{{X: 32, Y: 32}, {X: 16, Y: 40}} { // the middle, and nearer to it by 1.5
		q := image.Pt(32+(p.X-32)*3/2, 32+(p.Y-32)*3/2)
		if a, b := out.Alpha[p.Y*side+p.X], in.Alpha[q.Y*side+q.X]; a-b > 0.2 || b-a > 0.2 {
			t.Errorf("%v: %v, and %v in the square", p, a, b)
		}
	}
	if out.Alpha[63*side] != 1 || out.Alpha[0] != 1 || out.Alpha[side-1] != 0 {
		t.Errorf("beyond the square: %v, %v, %v; want 1, 1, 0", out.Alpha[63*side], out.Alpha[0], out.Alpha[side-1])
	}
}

func TestHanging(t *testing.T) {
	parts := square(t, image.Rect(10, 0, 54, 10), image.Rect(10, 10, 16, 50), image.Rect(30, 55, 64, 64))
	Hanging(parts, face.Clothes)
	hair, clothes := parts.Of(face.Hair).Alpha, parts.Of(face.Clothes).Alpha
	if hair[45*side+12] != 1 || clothes[45*side+12] != 0 || hair[60*side+40] != 0 || clothes[60*side+40] != 1 {
		t.Errorf("hair %v and %v, clothes %v and %v", hair[45*side+12], hair[60*side+40], clothes[45*side+12], clothes[60*side+40])
	}
}
