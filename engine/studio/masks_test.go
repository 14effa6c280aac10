package studio

import (
	"bytes"
	"context"
	"errors"
	"image"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/engine/recipe"
)

// halfParser finds the mouth in the left half of every square, and skin in the right one.
type halfParser struct{ stub }

func (s halfParser) Side() int { return 64 }

func (s halfParser) Photo(ctx context.Context, _ *image.RGBA) (face.Parts, error) {
	const side = 32
	share := make([]float32, (int(face.InFront)+1)*side*side)
	for i := range side * side {
		part := face.Skin
		if i%side < side/2 {
			part = face.Mouth
		}
		share[int(part)*side*side+i] = 1
	}
	parts, err := face.NewParts(side, share)
	return parts, errors.Join(err, s.ask(ctx, "parts"))
}

func (s halfParser) Picture(ctx context.Context, _ int, _ []float32) (face.Parts, error) {
	return s.Photo(ctx, nil)
}

// parsing returns a studio with an open photo whose pack has a parser.
func parsing(t *testing.T) (*Studio, *models) {
	t.Helper()
	s, m, _ := onTable(t)
	s.parser.open = func() (parser, error) { return halfParser{stub{m, "parser"}}, nil }
	ordinary(s)
	return s, m
}

// in gives the request's first edit a mask.
func in(r engine.Request, m mask.Mask) engine.Request {
	edits := append([]engine.Edit{}, r.Edits...)
	edits[0].Mask = m
	r.Edits = edits
	return r
}

func named(t *testing.T, names string) mask.Mask {
	t.Helper()
	m, err := mask.ParseRegions(names)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// compared counts the pixels of a part of the face's square at which two pictures agree and
// differ.
func compared(s *Studio, r engine.Request, a, b *image.NRGBA, part func(u, v float64) bool) (same, other int) {
	al := s.current.portraits[0].alignment
	if r.Aligned {
		al = face.Whole(a.Rect.Size())
	}
	to, _ := al.Square(1).Inverse()
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			if p := to.Apply(face.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5}); part(p.X, p.Y) {
				if i := a.PixOffset(x, y); [4]byte(a.Pix[i:i+4]) == [4]byte(b.Pix[i:i+4]) {
					same++
				} else {
					other++
				}
			}
		}
	}
	return same, other
}

// Parts of the square: the halves with a gap between them for the soft edge, and the whole.
func leftHalf(u, _ float64) bool  { return u < 0.45 }
func rightHalf(u, _ float64) bool { return u > 0.55 }
func inner(u, v float64) bool     { return min(u, v, 1-u, 1-v) > 0.12 }
func all(float64, float64) bool   { return true }
func both(f, g func(float64, float64) bool) func(float64, float64) bool {
	return func(u, v float64) bool { return f(u, v) && g(u, v) }
}

// renderings are the ways to draw a request.
func renderings(r engine.Request) (out []engine.Request) {
	for _, renderer := range []engine.Renderer{engine.GAN, engine.Diffusion} {
		for _, aligned := range []bool{false, true} {
			r.Renderer, r.Aligned = renderer, aligned
			out = append(out, r)
		}
	}
	return out
}

// An edit with a mask changes what it changes without one, but not a byte outside of the
// mask; an inverted mask is the opposite, and an empty one leaves the photo.
func TestMaskedEdits(t *testing.T) {
	s, _ := parsing(t)
	stroke := mask.Mask{}.Begin(mask.Brush{Radius: 0.2}, false, mask.Point{X: 0.3, Y: 0.5})
	for _, r := range renderings(smile(1)) {
		plain, _ := exported(t, s, r.WithoutEdits())
		edited, _ := exported(t, s, r)
		for name, c := range map[string]struct {
			m                    mask.Mask
			keeps, changes, like func(u, v float64) bool
		}{
			"mouth":        {named(t, "mouth"), rightHalf, both(inner, leftHalf), leftHalf},
			"not mouth":    {named(t, "mouth").Invert(), leftHalf, both(inner, rightHalf), rightHalf},
			"minus mouth":  {named(t, "-mouth"), leftHalf, both(inner, rightHalf), rightHalf},
			"painted":      {stroke, func(u, v float64) bool { return u > 0.52 }, func(u, v float64) bool { return u > 0.2 && u < 0.4 && v > 0.4 && v < 0.6 }, func(u, v float64) bool { return false }},
			"nothing":      {mask.Mask{}.Invert(), all, func(_, _ float64) bool { return false }, func(_, _ float64) bool { return false }},
			"no such part": {named(t, "hat"), all, func(_, _ float64) bool { return false }, func(_, _ float64) bool { return false }},
		} {
			got, _ := exported(t, s, in(r, c.m))
			if _, other := compared(s, r, got, plain, c.keeps); other > 0 {
				t.Errorf("%v, aligned %v, %s: %d pixels outside of the mask changed", r.Renderer, r.Aligned, name, other)
			}
			if same, _ := compared(s, r, got, plain, c.changes); same > 0 {
				t.Errorf("%v, aligned %v, %s: %d pixels inside of the mask did not change", r.Renderer, r.Aligned, name, same)
			}
			if _, other := compared(s, r, got, edited, c.like); other > 0 {
				t.Errorf("%v, aligned %v, %s: %d pixels inside of the mask are not those of the edit", r.Renderer, r.Aligned, name, other)
			}
		}
	}
}

// With two masks each part shows its own edit, whatever the order of the edits; one without a
// mask reaches both.
func TestTwoMasks(t *testing.T) {
	s, _ := parsing(t)
	old := engine.Edit{Source: "face", Target: "old face", Strength: -1, Mask: named(t, "skin")}
	for _, r := range renderings(smile(1)) {
		alone, _ := exported(t, s, r)
		other := r
		other.Edits = []engine.Edit{old}
		right, _ := exported(t, s, other)
		two := in(r, named(t, "mouth"))
		two.Edits = append(two.Edits, old)
		got, _ := exported(t, s, two)
		if _, n := compared(s, r, got, alone, leftHalf); n > 0 {
			t.Errorf("%v, aligned %v: %d pixels on the left are not those of the first edit", r.Renderer, r.Aligned, n)
		}
		if _, n := compared(s, r, got, right, rightHalf); n > 0 {
			t.Errorf("%v, aligned %v: %d pixels on the right are not those of the second edit", r.Renderer, r.Aligned, n)
		}
		turned := two
		turned.Edits = []engine.Edit{two.Edits[1], two.Edits[0]}
		if again, _ := exported(t, s, turned); !samePixels(got, again) {
			t.Errorf("%v, aligned %v: the picture depends on the order of the edits", r.Renderer, r.Aligned)
		}

		// Without a mask the first edit reaches everywhere, and the second only the right.
		everywhere := two
		everywhere.Edits = append(r.Edits[:1:1], old)
		joined := everywhere
		joined.Edits = append(r.Edits[:1:1], old)
		joined.Edits[1].Mask = mask.Mask{}
		got, _ = exported(t, s, everywhere)
		unmasked, _ := exported(t, s, joined)
		if _, n := compared(s, r, got, alone, leftHalf); n > 0 {
			t.Errorf("%v, aligned %v: %d pixels on the left are not those of the edit without a mask", r.Renderer, r.Aligned, n)
		}
		if same, n := compared(s, r, got, unmasked, rightHalf); n*50 > same { // rounding
			t.Errorf("%v, aligned %v: %d of %d pixels on the right are not those of both edits", r.Renderer, r.Aligned, n, same+n)
		}
	}
}

// Painting a mask runs no network, and the slider of an edit with a mask runs one.
func TestMasksCostNoSynthesis(t *testing.T) {
	s, m := parsing(t)
	r := in(smile(1), named(t, "mouth"))
	r.Edits = append(r.Edits, engine.Edit{Source: "face", Target: "old face", Strength: -1})
	for _, stage := range []engine.Stage{engine.StagePreview, engine.StageFinal} {
		draw(t, s, r, stage)
		before := m.total()
		brush := r.Edits[0].Mask.Begin(mask.Brush{Radius: 0.1, Softness: 0.5}, false, mask.Point{X: 0.6, Y: 0.5})
		var last *image.RGBA
		for i := range 10 {
			brush, _ = brush.Extend(mask.Point{X: 0.6 + 0.03*float64(i), Y: 0.5})
			painted := in(r, brush)
			if !s.Kept(painted, stage) {
				t.Errorf("%s: painting needs the generator", stage)
			}
			img := draw(t, s, painted, stage)
			if last != nil && i > 4 && bytes.Equal(img.Pix, last.Pix) {
				t.Errorf("%s: the picture does not follow the brush", stage)
			}
			last = img
		}
		if n := m.total() - before; n != 0 {
			t.Errorf("%s: painting cost %d syntheses", stage, n)
		}
		for i := range 5 {
			r.Edits[0].Strength = 0.5 + 0.01*float64(i)
			if s.Kept(r, stage) {
				t.Errorf("%s: a strength that was never drawn is kept", stage)
			}
			draw(t, s, r, stage)
		}
		if n := m.total() - before; n != 5 {
			t.Errorf("%s: five positions of the slider cost %d syntheses", stage, n)
		}
	}
	diffusion := r
	diffusion.Renderer = engine.Diffusion
	if s.Kept(diffusion, engine.StageFinal) {
		t.Error("a picture of the diffusion that was never drawn is kept")
	}
	if told := diffuse(t, s, diffusion); told[engine.TaskDiffusionDraw] != 2*fakeSteps {
		t.Errorf("two groups of edits were drawn in %d steps, want %d", told[engine.TaskDiffusionDraw], 2*fakeSteps)
	}
	painted := in(diffusion, named(t, "skin"))
	if !s.Kept(painted, engine.StageFinal) || len(diffuse(t, s, painted)) != 0 {
		t.Error("another mask is drawn by diffusion anew")
	}
}

// Many masks are drawn within bounded memory, and right.
func TestManyMasks(t *testing.T) {
	s, _ := parsing(t)
	r := smile(1)
	r.Edits = nil
	for i := range 2*maxKept + 1 {
		r.Edits = append(r.Edits, engine.Edit{
			Source: "face", Target: "smiling face", Strength: 1,
			Mask: mask.Mask{}.Begin(mask.Brush{Radius: 0.05}, false, mask.Point{X: 0.1 + 0.1*float64(i), Y: 0.5}),
		})
	}
	got, _ := exported(t, s, r)
	alone, _ := exported(t, s, smile(1))
	spots := func(u, v float64) bool {
		for i := range r.Edits {
			if d := 0.1 + 0.1*float64(i) - u; d*d+(v-0.5)*(v-0.5) < 0.03*0.03 {
				return inner(u, v)
			}
		}
		return false
	}
	if same, other := compared(s, r, got, alone, spots); other > 0 || same < 100 {
		t.Errorf("of the spots %d pixels are right and %d wrong", same, other)
	}
	if d := s.current.portraits[0].drawings[drawingKey{stage: engine.StageFinal}]; len(d.limited.kept) > maxKept {
		t.Errorf("%d changes are kept", len(d.limited.kept))
	}
}

// Without a parser regions are refused before any work, and painted masks are drawn.
func TestMasksWithoutAParser(t *testing.T) {
	s, m, _ := onTable(t)
	if err := s.Invert(t.Context(), in(smile(1), named(t, "mouth")), nil); !errors.Is(err, engine.ErrNoRegions) {
		t.Errorf("regions without a parser: %v", err)
	}
	if m.calls["invert"] > 0 {
		t.Error("the face was inverted for nothing")
	}
	r := in(smile(1), mask.Mask{}.Begin(mask.Brush{Radius: 0.2}, false, mask.Point{X: 0.3, Y: 0.5}))
	got, _ := exported(t, s, r)
	if same, other := compared(s, r, got, s.current.photo.Image, all); same == 0 || other == 0 {
		t.Errorf("painted: %d pixels stay and %d change", same, other)
	}
	if on, err := s.Regions(t.Context(), r); err != nil || on.Maps.Known() || on.Alignment != s.current.portraits[0].alignment {
		t.Errorf("regions %+v, %v", on, err)
	}
}

func TestRegionsOfAFace(t *testing.T) {
	s, m := parsing(t)
	r := smile(1)
	r.Face = engine.AllFaces
	on, err := s.Regions(t.Context(), r)
	if err != nil || on.Face != 0 || on.Maps.Share(mask.Mouth) != 0.5 || on.Maps.Share(mask.Hat) != 0 || on.Maps.Share(mask.Person) != 1 {
		t.Errorf("regions %+v, %v", on, err)
	}
	if _, err := s.Regions(t.Context(), r); err != nil || m.calls["parts"] != 2 {
		t.Errorf("the parser ran %d times, %v; want once for the square and once for what is around", m.calls["parts"], err)
	}
	r.Face = 7
	if _, err := s.Regions(t.Context(), r); !errors.Is(err, engine.ErrNoSuchFace) {
		t.Errorf("the regions of no face: %v", err)
	}
	// A generated face has regions too.
	if _, err := s.Random(t.Context(), 1, 1, nil, quiet); err != nil {
		t.Fatal(err)
	}
	if on, err := s.Regions(t.Context(), smile(1)); err != nil || !on.Maps.Known() {
		t.Errorf("a generated face: %v", err)
	}
	m.fail["parts"] = errors.New("no parts")
	if _, err := s.Random(t.Context(), 1, 2, nil, quiet); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Regions(t.Context(), smile(1)); !errors.Is(err, m.fail["parts"]) {
		t.Errorf("without parts: %v", err)
	}
}

// A mask is in the recipe.
func TestRecipeOfAMask(t *testing.T) {
	s, _ := parsing(t)
	r := in(smile(1), named(t, "mouth,-hat"))
	r.Edits = append(r.Edits, engine.Edit{Source: "face", Target: "old face", Strength: 1})
	_, text := exported(t, s, r)
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil || rec.Edits[0].Mask != r.Edits[0].Mask || !rec.Edits[1].Mask.IsZero() {
		t.Errorf("recipe %+v, %v", rec, err)
	}
}
