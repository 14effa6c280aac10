package mask

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// halves are maps on which hair is the left half, skin and face the right half, and the
// person everything.
func halves() Maps {
	const side = 32
	var shares [RegionCount][]float32
	for r := range shares {
		shares[r] = make([]float32, side*side)
		for i := range shares[r] {
			left := i%side < side/2
			switch Region(r) {
			case Hair:
				if left {
					shares[r][i] = 1
				}
			case Skin, Face:
				if !left {
					shares[r][i] = 1
				}
			case Person:
				shares[r][i] = 1
			}
		}
	}
	return NewMaps(side, shares)
}

// at returns the coverage of a mask at a place.
func at(m Mask, x, y float64) float32 {
	var r Raster
	var v [1]float32
	r.Draw(m, halves()).Sample(v[:], Point{x, y}, Point{})
	return v[0]
}

func regions(t *testing.T, text string) Mask {
	t.Helper()
	m, err := ParseRegions(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhereMasksReach(t *testing.T) {
	brush := Brush{Radius: 0.1, Softness: 0.5}
	hair := regions(t, "hair")
	for name, c := range map[string]struct {
		m           Mask
		left, right float32 // at (0.25, 0.5) and (0.75, 0.5)
	}{
		"no mask":                         {Mask{}, 1, 1},
		"nothing":                         {Mask{}.Invert(), 0, 0},
		"hair":                            {hair, 1, 0},
		"hair, inverted":                  {hair.Invert(), 0, 1},
		"not hair":                        {regions(t, "-hair"), 0, 1},
		"both":                            {regions(t, "hair, Skin"), 1, 1},
		"person, not hair":                {regions(t, "person,-hair"), 0, 1},
		"a region that is not there":      {regions(t, "hat"), 0, 0},
		"painted":                         {Mask{}.Begin(brush, false, Point{0.75, 0.5}), 0, 1},
		"erased":                          {Mask{}.Begin(brush, true, Point{0.75, 0.5}), 1, 0},
		"painted beside hair":             {hair.Begin(brush, false, Point{0.75, 0.5}), 1, 1},
		"erased from hair":                {hair.Begin(brush, true, Point{0.25, 0.5}), 0, 0},
		"hair taken from what is painted": {Mask{}.Begin(brush, false, Point{0.25, 0.5}).With(Hair, true), 0, 0},
		"painted on what is inverted":     {hair.Invert().Begin(brush, false, Point{0.25, 0.5}), 1, 1},
		"painted on nothing":              {Mask{}.Invert().Begin(brush, false, Point{0.25, 0.5}), 1, 0},
		"the last word counts":            {regions(t, "hair,-hair"), 0, 1},
	} {
		if l, r := at(c.m, 0.25, 0.5), at(c.m, 0.75, 0.5); l != c.left || r != c.right {
			t.Errorf("%s: %v on the left and %v on the right, want %v and %v", name, l, r, c.left, c.right)
		}
	}
	// Regions go on beyond the square, and their two sides add up to everything.
	if v := at(hair, -0.2, 0.5); v != 1 {
		t.Errorf("hair beside the square: %v", v)
	}
	for x := 0.45; x < 0.55; x += 0.01 {
		if sum := at(hair, x, 0.5) + at(regions(t, "skin"), x, 0.5); !(math.Abs(float64(sum-1)) < 1e-5) {
			t.Errorf("at %v hair and skin add up to %v", x, sum)
		}
	}
}

// Maps of what is around the square say what is there, and give way to its own inside.
func TestMapsAround(t *testing.T) {
	var shares [RegionCount][]float32
	for r := range shares {
		shares[r] = make([]float32, 4)
	}
	shares[Skin] = []float32{1, 1, 1, 1}
	maps := halves().Around(NewMaps(2, shares))
	sample := func(m Mask, x float64) float32 {
		var v [1]float32
		new(Raster).Draw(m, maps).Sample(v[:], Point{x, 0.5}, Point{})
		return v[0]
	}
	hair, skin := Mask{}.With(Hair, false), Mask{}.With(Skin, false)
	if a, b, c := sample(hair, 0.1), sample(hair, 0.02), sample(hair, -0.1); a != 1 || !(b > 0.2 && b < 0.8) || c != 0 {
		t.Errorf("hair is %v inside, %v at the seam and %v around; want 1, about 0.5 and 0", a, b, c)
	}
	if a, c := sample(skin, 0.1), sample(skin, -0.1); a != 0 || c != 1 {
		t.Errorf("skin is %v inside and %v around", a, c)
	}
}

// A stroke is full within its hard part, nothing from its radius on, and falls in between,
// along all of its length.
func TestStrokes(t *testing.T) {
	m := Mask{}.Begin(Brush{Radius: 0.1, Softness: 0.5}, false, Point{0.2, 0.5})
	m, ok := m.Extend(Point{0.8, 0.5})
	if !ok {
		t.Fatal("the stroke did not go on")
	}
	for _, x := range []float64{0.2, 0.5, 0.8} {
		middle, edge, out := at(m, x, 0.54), at(m, x, 0.575), at(m, x, 0.605)
		if middle != 1 || !(edge > 0.3 && edge < 0.7) || out != 0 {
			t.Errorf("at %v: %v within, %v at the edge, %v outside; want 1, about 0.5 and 0", x, middle, edge, out)
		}
	}
	if v := at(m, 0.9+0.01, 0.5); v != 0 {
		t.Errorf("beyond the end: %v", v)
	}
	hard := Mask{}.Begin(Brush{Radius: 0.1}, false, Point{0.5, 0.5})
	if a, b := at(hard, 0.59, 0.5), at(hard, 0.605, 0.5); a != 1 || b != 0 {
		t.Errorf("a hard brush: %v within and %v outside", a, b)
	}
	if same, ok := m.Extend(Point{0.8, 0.501}); ok || same != m {
		t.Error("a point that cannot be seen was added")
	}
	if _, ok := regions(t, "hair").Extend(Point{0.8, 0.5}); ok {
		t.Error("a region went on as a stroke")
	}
	if _, ok := (Mask{}).Extend(Point{0.8, 0.5}); ok {
		t.Error("no mask went on as a stroke")
	}
}

// Drawing while a brush paints gives what drawing at once gives.
func TestDrawingGoesOn(t *testing.T) {
	maps := halves()
	var r Raster
	m := regions(t, "hair")
	for i := range 5 {
		m = m.Begin(Brush{0.04, 0.5}, i%2 == 1, Point{0.1 * float64(i), 0.2})
		for j := range 20 {
			m, _ = m.Extend(Point{0.1*float64(i) + 0.02*float64(j), 0.2 + 0.03*float64(j)})
			r.Draw(m, maps)
		}
	}
	check := func(when string) {
		t.Helper()
		var fresh Raster
		if !slices.Equal(r.Draw(m, maps).values, fresh.Draw(m, maps).values) {
			t.Errorf("%s: the mask is another one than drawn at once", when)
		}
	}
	check("painting")
	if r.Follows(m) == 0 {
		t.Error("nothing is remembered")
	}
	m = m.With(Skin, true)
	check("a region more")
	m = m.Without(Hair)
	check("a region less")
	m = m.Invert()
	check("inverted")
}

func TestChipsOfAMask(t *testing.T) {
	shows := func(m Mask, r Region) string {
		switch added, subtracted := m.Shows(r); {
		case added && subtracted:
			return "both"
		case added:
			return "+"
		case subtracted:
			return "-"
		}
		return ""
	}
	m := Mask{}.With(Hair, false).With(Hat, true)
	if shows(m, Hair) != "+" || shows(m, Hat) != "-" || shows(m, Skin) != "" {
		t.Errorf("hair %q, hat %q, skin %q", shows(m, Hair), shows(m, Hat), shows(m, Skin))
	}
	if m = m.Invert(); shows(m, Hair) != "-" || shows(m, Hat) != "+" {
		t.Errorf("inverted: hair %q, hat %q", shows(m, Hair), shows(m, Hat))
	}
	if m = m.With(Skin, false); shows(m, Skin) != "+" {
		t.Errorf("added to an inverted mask: %q", shows(m, Skin))
	}
	if m = m.Without(Skin).Without(Hat).Without(Hair).Invert(); !m.IsZero() {
		t.Errorf("left: %+v", m)
	}
	if !regions(t, "hair").Regions() || (Mask{}).Begin(Brush{0.1, 0}, false, Point{}).Regions() {
		t.Error("a mask of strokes needs a parser, or one of regions does not")
	}
	if n := regions(t, "hair").Begin(Brush{0.1, 0}, false, Point{}).Strokes(); n != 1 {
		t.Errorf("%d strokes", n)
	}
	if Compare(m, m) != 0 || Compare(m, m.Invert()) >= 0 || Compare(m.Invert(), m) <= 0 {
		t.Error("masks are not in order")
	}
}

func TestParseRegions(t *testing.T) {
	if m, err := ParseRegions("all"); err != nil || !m.IsZero() {
		t.Errorf("everywhere: %v, %v", m, err)
	}
	if regions(t, "lips") != regions(t, " TEETH ") || regions(t, "lips") != regions(t, "mouth") {
		t.Error("lips and teeth are not the mouth")
	}
	for _, bad := range []string{"", "nose", "hair,", "hair,all", "-", "--hair", "all,hair"} {
		_, err := ParseRegions(bad)
		if err == nil {
			t.Errorf("%q was accepted", bad)
			continue
		}
		for _, name := range []string{"hair", "background", "all"} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%q: the error does not say what there is: %v", bad, err)
			}
		}
	}
	for _, name := range Names() {
		if r, err := ParseRegion(name); err != nil || r.String() != name {
			t.Errorf("%s became %v, %v", name, r, err)
		}
	}
}

func TestJSON(t *testing.T) {
	m := regions(t, "hair,-hat").Begin(Brush{0.05, 0.37}, true, Point{0.1234, -0.25})
	m, _ = m.Extend(Point{0.5, 1.2})
	m = m.Invert()
	data, err := json.Marshal(m)
	want := `{"parts":[{"region":"hair"},{"region":"hat","subtract":true},` +
		`{"radius":0.05,"softness":0.37,"points":[0.1234,-0.25,0.5,1.2],"subtract":true}],"invert":true}`
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v; want %s", data, err, want)
	}
	for _, m := range []Mask{m, {}, Mask{}.Invert()} {
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got Mask
		if err := json.Unmarshal(data, &got); err != nil || got != m {
			t.Errorf("%s became %+v, %v", data, got, err)
		}
	}
}

// hostile are masks that no program has written.
func hostile() []string {
	return []string{
		`[]`, `"hair"`, `{"parts":[{}]}`, `{"parts":[{"region":"nose"}]}`, `{"regions":["hair"]}`,
		`{"parts":[{"region":"hair","radius":0.1}]}`, `{"parts":[{"radius":0.1,"points":[0.5]}]}`,
		`{"parts":[{"radius":0.1,"points":[0.5,4]}]}`, `{"parts":[{"radius":0,"points":[0,0]}]}`,
		`{"parts":[{"radius":0.6,"points":[0,0]}]}`, `{"parts":[{"radius":0.1,"softness":2,"points":[0,0]}]}`,
		`{"parts":[{"radius":0.1,"points":[1e999,0]}]}`,
		`{"parts":[` + strings.Repeat(`{"region":"hair"},`, MaxParts) + `{"region":"hair"}]}`,
		`{"parts":[{"radius":0.1,"points":[` + strings.Repeat("0,", 2*MaxPoints+1) + `0]}]}`,
	}
}

func TestHostileJSON(t *testing.T) {
	for _, bad := range hostile() {
		m := regions(t, "hair")
		if err := json.Unmarshal([]byte(bad), &m); err == nil || m != regions(t, "hair") {
			t.Errorf("%.60s was read as %+v", bad, m)
		}
	}
}

func TestFullMasks(t *testing.T) {
	var m Mask
	for range MaxParts + 5 {
		m = m.Begin(Brush{0.01, 0}, false, Point{math.NaN(), math.Inf(1)})
	}
	if parts, points := m.size(); parts != MaxParts || points != MaxParts {
		t.Errorf("%d parts with %d points", parts, points)
	}
	m = Mask{}.Begin(Brush{0, 7}, false, Point{})
	for i := range MaxPoints + 5 {
		m, _ = m.Extend(Point{float64(i%2) / 2, 0})
	}
	if _, points := m.size(); points != MaxPoints {
		t.Errorf("%d points", points)
	}
	data, err := json.Marshal(m)
	var got Mask
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	if err != nil || got != m {
		t.Errorf("the largest mask, of %d bytes, is not read: %v", len(data), err)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range hostile() {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"parts":[{"region":"hair"},{"radius":0.05,"points":[0.1,0.2,0.3,0.4],"subtract":true}],"invert":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Mask
		if json.Unmarshal(data, &m) != nil {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got Mask
		if err := json.Unmarshal(again, &got); err != nil || got != m {
			t.Fatalf("%s became %s, which is read as %+v, %v", data, again, got, err)
		}
		var r Raster
		for _, v := range r.Draw(m, halves()).values {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("a coverage of %v", v)
			}
		}
	})
}

// BenchmarkBrush measures one move of a brush on a mask with many strokes.
func BenchmarkBrush(b *testing.B) {
	maps := halves()
	m := Mask{}.With(Hair, false)
	paint := func(points int) {
		for i := range points {
			m, _ = m.Extend(Point{0.5 + 0.4*math.Cos(float64(i)/9), 0.5 + 0.4*math.Sin(float64(i)/9)})
		}
	}
	for range 50 {
		m = m.Begin(Brush{0.05, 0.5}, false, Point{0.5, 0.5})
		paint(100)
	}
	var r Raster
	r.Draw(m, maps)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%200 == 0 {
			m = m.Begin(Brush{0.05, 0.5}, false, Point{0.5, 0.5})
		}
		m, _ = m.Extend(Point{0.5 + 0.4*math.Cos(float64(i)/9), 0.5 + 0.4*math.Sin(float64(i)/9)})
		r.Draw(m, maps)
	}
}
