package masks

import (
	"slices"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
)

func named(t *testing.T, names string) mask.Mask {
	t.Helper()
	m, err := mask.ParseRegions(names)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSplit(t *testing.T) {
	hair, skin := named(t, "hair"), named(t, "skin")
	edit := func(target string, strength float64, m mask.Mask) engine.Edit {
		return engine.Edit{Target: target, Strength: strength, Mask: m}
	}
	for name, c := range map[string]struct {
		edits []engine.Edit
		want  []string // the groups' targets
	}{
		"none":        {nil, []string{""}},
		"no masks":    {[]engine.Edit{edit("a", 1, mask.Mask{}), edit("b", 1, mask.Mask{})}, []string{"ab"}},
		"one mask":    {[]engine.Edit{edit("a", 1, skin)}, []string{"", "a"}},
		"two masks":   {[]engine.Edit{edit("a", 1, skin), edit("b", 1, hair), edit("c", 1, skin)}, []string{"", "b", "ac"}},
		"some":        {[]engine.Edit{edit("a", 1, skin), edit("b", 1, mask.Mask{}), edit("c", 1, hair)}, []string{"b", "bc", "ab"}},
		"strength 0":  {[]engine.Edit{edit("a", 0, skin), edit("b", 1, hair), edit("c", 0, mask.Mask{})}, []string{"", "b"}},
		"all of them": {[]engine.Edit{edit("a", 0, skin)}, []string{""}},
	} {
		var got []string
		for i, g := range Split(c.edits) {
			text := ""
			for _, e := range g.Edits {
				text += e.Target
				if !e.Mask.IsZero() {
					t.Errorf("%s: edit %q kept its mask", name, e.Target)
				}
			}
			if g.Mask.IsZero() != (i == 0) {
				t.Errorf("%s: group %d has the mask %+v", name, i, g.Mask)
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: groups %q, want %q", name, got, c.want)
		}
	}
	if !NeedParser([]engine.Edit{{}, edit("a", 1, hair)}) || NeedParser([]engine.Edit{{}}) {
		t.Error("which masks need a parser is wrong")
	}
}

// Every part has a region but those that are only joined, and the regions of a person and
// the background share out everything but what is in front.
func TestMaps(t *testing.T) {
	const side = 4
	n := int(face.InFront) + 1
	for part := range n {
		share := make([]float32, n*side*side)
		for i := range side * side {
			share[part*side*side+i] = 1
		}
		p, err := face.NewParts(side, share)
		if err != nil {
			t.Fatal(err)
		}
		m, sum := Maps(p), 0.0
		for _, r := range []mask.Region{mask.Person, mask.Background, mask.Front} {
			sum += m.Share(r)
		}
		own := 0
		for r := range mask.RegionCount {
			if r != mask.Person && r != mask.Face && m.Share(r) == 1 {
				own++
			}
		}
		if sum != 1 || own != 1 {
			t.Errorf("part %d is in %d regions, and %v of person, background and front", part, own, sum)
		}
	}
}

// What is remembered of masks is what drawing them anew gives.
func TestCoverages(t *testing.T) {
	var c Coverages
	masks := make([]mask.Mask, maxRasters+2)
	for i := range masks {
		masks[i] = mask.Mask{}.Begin(mask.Brush{Radius: 0.05, Softness: 0.3}, i%2 == 1, mask.Point{X: 0.1 * float64(i), Y: 0.5})
	}
	for round := range 12 {
		i := round * 5 % len(masks)
		masks[i], _ = masks[i].Extend(mask.Point{X: 0.1 * float64(round), Y: 0.7})
		for _, m := range masks {
			var got, want [64]float32
			from, step := mask.Point{X: 0, Y: 0.6}, mask.Point{X: 1.0 / 64}
			c.Of(m, mask.Maps{}).Sample(got[:], from, step)
			new(mask.Raster).Draw(m, mask.Maps{}).Sample(want[:], from, step)
			if got != want {
				t.Fatalf("round %d: a mask is drawn as %v, want %v", round, got, want)
			}
		}
	}
	if len(c.rasters) > maxRasters {
		t.Errorf("%d rasters are kept", len(c.rasters))
	}
	// A brush that goes on between other masks is followed by its own raster.
	m := masks[0]
	last := func() *mask.Raster { return c.rasters[len(c.rasters)-1] }
	c.Of(m, mask.Maps{})
	own := last()
	c.Of(masks[1], mask.Maps{})
	m, _ = m.Extend(mask.Point{X: 0.9, Y: 0.9})
	if c.Of(m, mask.Maps{}); last() != own {
		t.Error("a stroke that goes on is drawn anew")
	}
}
