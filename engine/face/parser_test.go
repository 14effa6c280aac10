package face

import (
	"context"
	"image"
	"image/color"
	"slices"
	"testing"
)

// halves is a stand-in for the parser: red is hair, the rest background.
type halves struct{ grid int }

func (h halves) Run(_ context.Context, in map[string][]float32) (map[string][]float32, error) {
	n := h.grid * h.grid
	out := make([]float32, int(partCount)*n)
	for i := range n {
		red := in["image"][3*(2*(i/h.grid)*2*h.grid+2*(i%h.grid))]
		out[int(Hair)*n+i], out[int(Background)*n+i] = red, 1-red
	}
	return map[string][]float32{"parts": out}, nil
}

func TestPartsOfAPicture(t *testing.T) {
	m := &Parser{segmentation{model: halves{8}, what: "parts", output: "parts", length: int(partCount) * 64, side: 16}, 8}
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		img.SetRGBA(i%16, i/16, color.RGBA{R: map[bool]uint8{true: 255}[i%16 >= 8], A: 255})
	}
	parts, err := m.Photo(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	hair, both, skin := parts.Of(Hair), parts.Any(nil, Hair, Background), parts.Of(Skin)
	if hair.Side != 8 || both.Side != 8 {
		t.Fatalf("sides %d and %d, want 8", hair.Side, both.Side)
	}
	for i := range 64 {
		want := float32(0)
		if i%8 >= 4 {
			want = 1
		}
		if hair.Alpha[i] != want || both.Alpha[i] != 1 || skin.Alpha[i] != 0 {
			t.Fatalf("at %d: hair %v, hair and background %v, skin %v", i, hair.Alpha[i], both.Alpha[i], skin.Alpha[i])
		}
	}
	planar := make([]float32, 3*32*32)
	for i := range planar {
		planar[i] = -1
	}
	if parts, err = m.Picture(t.Context(), 32, planar); err != nil || parts.Of(Background).Alpha[0] != 1 {
		t.Errorf("a black picture: %v, background %v", err, parts.Of(Background).Alpha[0])
	}
	m.model = halves{4}
	if _, err := m.Photo(t.Context(), img); err == nil {
		t.Error("too few values pass")
	}
}

func TestMoveParts(t *testing.T) {
	share := make([]float32, int(partCount)*4)
	copy(share[int(Hair)*4:], []float32{1, 0.5, 1, 0})
	p, err := NewParts(2, share)
	if err != nil {
		t.Fatal(err)
	}
	p.Move(Hair, Skin, Matte{Side: 2, Alpha: []float32{1, 1, 0, 1}})
	if hair, skin := p.Of(Hair).Alpha, p.Of(Skin).Alpha; !slices.Equal(hair, []float32{0, 0, 1, 0}) || !slices.Equal(skin, []float32{1, 0.5, 0, 0}) || p.Side() != 2 {
		t.Errorf("hair %v, skin %v", hair, skin)
	}
}

// In the middle the parts are those of the aligned square, magnified as there; beyond it they stay.
func TestInset(t *testing.T) {
	const side = 48
	fill := func(part Part) Parts {
		share := make([]float32, int(partCount)*side*side)
		for i := range side * side {
			share[int(part)*side*side+i] = 1
		}
		p, err := NewParts(side, share)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	wide, inner := fill(Clothes), fill(Skin)
	for y := range side / 4 { // the upper quarter of the square
		for x := range side {
			inner.Of(Skin).Alpha[y*side+x], inner.Of(Hair).Alpha[y*side+x] = 0, 1
		}
	}
	wide.Inset(inner)
	for at, want := range map[[2]int]Part{{24, 2}: Clothes, {24, 12}: Hair, {24, 24}: Skin, {24, 36}: Skin, {24, 45}: Clothes, {2, 24}: Clothes} {
		if v := wide.Of(want).Alpha[at[1]*side+at[0]]; v < 0.99 {
			t.Errorf("%v: %.2f is part %d", at, v, want)
		}
	}
	for i := range side * side {
		var sum float32
		for part := range partCount {
			sum += wide.Of(part).Alpha[i]
		}
		if sum < 0.999 || sum > 1.001 {
			t.Fatalf("pixel %d: the shares add up to %v", i, sum)
		}
	}
}
