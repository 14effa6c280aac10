package partcolour

import (
	"image"
	"image/color"
	"testing"

	"deltaedit/engine/face"
)

const side = 32

// portrait returns parts and a picture: brown hair above, a blue coat below, and between
// them on the left a grey hat of the parser's making, which the picture shows as hair.
func portrait(t *testing.T) (face.Parts, *image.RGBA) {
	t.Helper()
	const count = 10
	share := make([]float32, count*side*side)
	set := func(p face.Part, x, y int, v float32) { share[int(p)*side*side+y*side+x] = v }
	img := image.NewRGBA(image.Rect(0, 0, 2*side, 2*side))
	for y := range side {
		for x := range side {
			c := color.RGBA{90, 60, 30, 255}
			switch {
			case y >= 22:
				set(face.Clothes, x, y, 0.9)
				set(face.Hair, x, y, 0.1)
				c = color.RGBA{30, 40, 160, 255}
			case y < 4 && x < 6:
				set(face.Hat, x, y, 0.6)
				set(face.Hair, x, y, 0.4)
			default:
				set(face.Hair, x, y, 0.8)
				set(face.Skin, x, y, 0.2)
			}
			for d := range 4 {
				img.SetRGBA(2*x+d%2, 2*y+d/2, c)
			}
		}
	}
	parts, err := face.NewParts(side, share)
	if err != nil {
		t.Fatal(err)
	}
	return parts, img
}

func TestCorrect(t *testing.T) {
	parts, img := portrait(t)
	Correct(parts, img, face.Matte{}, face.Matte{})
	at := func(p face.Part, x, y int) float32 { return parts.Of(p).Alpha[y*side+x] }
	if hair, hat := at(face.Hair, 2, 2), at(face.Hat, 2, 2); hair < 0.9 || hat > 0.1 {
		t.Errorf("hair that the parser took for a hat: hair %.2f, hat %.2f", hair, hat)
	}
	if v := at(face.Clothes, 16, 28); v < 0.95 {
		t.Errorf("clothes of another colour: %.2f", v)
	}
	if v := at(face.Skin, 16, 10); v != 0.2 {
		t.Errorf("skin has changed to %v", v)
	}
	for i := range side * side {
		var sum float32
		for p := face.Background; p <= face.InFront; p++ {
			sum += parts.Of(p).Alpha[i]
		}
		if sum < 0.999 || sum > 1.001 {
			t.Fatalf("the shares of pixel %d add up to %v", i, sum)
		}
	}
}

// A hat of its own colour stays a hat.
func TestCorrectKeepsHat(t *testing.T) {
	parts, img := portrait(t)
	for y := range 8 {
		for x := range 12 {
			img.SetRGBA(x, y, color.RGBA{200, 30, 30, 255})
		}
	}
	Correct(parts, img, face.Matte{}, face.Matte{})
	if v := parts.Of(face.Hat).Alpha[2*side+2]; v < 0.6 {
		t.Errorf("a red hat on brown hair has a share of %.2f, want at least the 0.6 of the parser", v)
	}
}

// With a matte, what the parser calls background on a person goes to the part of its colour.
func TestCorrectMatte(t *testing.T) {
	parts, img := portrait(t)
	hair, ground := parts.Of(face.Hair).Alpha, parts.Of(face.Background).Alpha
	for y := 8; y < 12; y++ {
		for x := 20; x < 26; x++ {
			ground[y*side+x], hair[y*side+x] = 0.6, 0.2
		}
	}
	matte := face.Matte{Side: side, Alpha: make([]float32, side*side)}
	for i := range matte.Alpha {
		matte.Alpha[i] = 1
	}
	Correct(parts, img, matte, face.Matte{})
	if v := hair[10*side+22]; v < 0.7 {
		t.Errorf("hair that the parser took for background has a share of %.2f", v)
	}
}

// Where there may be no hair, what could be clothes as well is clothes; what is surely hair stays.
func TestCorrectWithoutHair(t *testing.T) {
	nowhere := face.Matte{Side: side, Alpha: make([]float32, side*side)}
	share := func(doubtful float32, where face.Matte) float32 {
		parts, img := portrait(t)
		hair, clothes := parts.Of(face.Hair).Alpha, parts.Of(face.Clothes).Alpha
		for i := range side * side {
			if hair[i] > 0 {
				hair[i], clothes[i] = hair[i]*(1-doubtful), clothes[i]+hair[i]*doubtful
			}
		}
		Correct(parts, img, face.Matte{}, where)
		return parts.Of(face.Hair).Alpha[10*side+2]
	}
	if before, after := share(0.45, face.Matte{}), share(0.45, nowhere); before < 0.5 || after > 0.2 {
		t.Errorf("hair or clothes: %.2f is hair, and %.2f where there may be none", before, after)
	}
	if v := share(0.02, nowhere); v < 0.5 {
		t.Errorf("what is surely hair has a share of %.2f", v)
	}
}

func TestCorrectNothing(t *testing.T) {
	Correct(face.Parts{}, image.NewRGBA(image.Rect(0, 0, 4, 4)), face.Matte{}, face.Matte{}) // must not panic
}
