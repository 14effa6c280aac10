package recipe_test

import (
	"bytes"
	"errors"
	"image"
	"math"
	"reflect"
	"strings"
	"testing"

	"deltaedit/engine/recipe"
)

var hash = strings.Repeat("0123456789abcdef", 4)

func edited() recipe.Recipe {
	return recipe.Recipe{
		Version: recipe.Version, Task: recipe.TaskEdit, Program: "deltaedit 0.1.0",
		Pack:     recipe.Pack{Name: "faces", Version: "0.1.0", Manifest: hash},
		Renderer: "gan", Provider: "cpu",
		Source: &recipe.Source{Name: "Zoë – 笑顔.jpg", SHA256: hash}, Face: 1,
		Edits: []recipe.Edit{
			{Source: "face", Target: "smiling face \"with\" <glasses> & \u2028", Strength: -1.25},
			{Source: "face", Target: "old face", Strength: 1e-17},
		},
		Threshold: 0.03,
	}
}

func random() recipe.Recipe {
	r := edited()
	r.Task, r.Source, r.Edits = recipe.TaskRandom, nil, []recipe.Edit{}
	r.Random = &recipe.Random{Seed: math.MinInt64, Truncation: 0.7}
	return r
}

func diffused() recipe.Recipe {
	r := edited()
	r.Renderer, r.Steps = "diffusion", 20
	return r
}

// severalFaces has edits of further faces, and an edit with its own threshold.
func severalFaces() recipe.Recipe {
	r, own := edited(), 0.1
	r.Edits[1].Threshold = &own
	r.Others = []recipe.FaceEdits{{Face: 3, Edits: []recipe.Edit{{Source: "face", Target: "man", Strength: 1}}}}
	return r
}

// boxed has a face that was found in a box.
func boxed() recipe.Recipe {
	r := edited()
	r.Boxes, r.Face = []recipe.Box{{1560, 700, 40, 69}}, 2
	return r
}

func TestBoxesAreLists(t *testing.T) {
	data, err := boxed().Marshal()
	if err != nil || !bytes.Contains(data, []byte(`"boxes":[[1560,700,40,69]]`)) {
		t.Errorf("got %s, %v", data, err)
	}
	if plain, err := edited().Marshal(); err != nil || bytes.Contains(plain, []byte("boxes")) {
		t.Errorf("without boxes: %s, %v", plain, err)
	}
	want := recipe.Box{1560, 700, 40, 69}
	if got := recipe.BoxOf(want.Rect()); got != want || want.Rect() != image.Rect(1560, 700, 1600, 769) {
		t.Errorf("%v became %v and %v", want, want.Rect(), got)
	}
}

func TestBadBoxes(t *testing.T) {
	for _, b := range []recipe.Box{{-1, 0, 9, 9}, {0, -1, 9, 9}, {0, 0, 0, 9}, {0, 0, 9, -3}, {1 << 40, 0, 9, 9}} {
		r := edited()
		r.Boxes = []recipe.Box{b}
		if _, err := r.Marshal(); !errors.Is(err, recipe.ErrRecipe) {
			t.Errorf("%v: %v", b, err)
		}
	}
	many, none := edited(), random()
	many.Boxes = make([]recipe.Box, recipe.MaxBoxes+1)
	for i := range many.Boxes {
		many.Boxes[i] = recipe.Box{0, 0, 30, 30}
	}
	none.Boxes = many.Boxes[:1]
	for name, r := range map[string]recipe.Recipe{"too many": many, "of a random face": none} {
		if _, err := r.Marshal(); !errors.Is(err, recipe.ErrRecipe) || !strings.Contains(err.Error(), "boxes") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, want := range []recipe.Recipe{edited(), random(), diffused(), severalFaces(), boxed()} {
		data, err := want.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsAny(data, "\n\r") {
			t.Errorf("more than one line: %s", data)
		}
		got, err := recipe.Parse(data)
		if err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestMarshalFillsInVersionAndEdits(t *testing.T) {
	r := random()
	r.Version, r.Edits = 0, nil
	data, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(`"version":1`)) || !bytes.Contains(data, []byte(`"edits":[]`)) {
		t.Errorf("got %s", data)
	}
}

func TestMarshalRefuses(t *testing.T) {
	cases := map[string]func(*recipe.Recipe){
		"task":               func(r *recipe.Recipe) { r.Task = "bake" },
		"version":            func(r *recipe.Recipe) { r.Version = 2 },
		"source":             func(r *recipe.Recipe) { r.Source = nil },
		"random":             func(r *recipe.Recipe) { r.Random = &recipe.Random{} },
		"engine":             func(r *recipe.Recipe) { r.Renderer = "" },
		"is 20, want 0":      func(r *recipe.Recipe) { r.Steps = 20 },
		"steps":              func(r *recipe.Recipe) { r.Renderer, r.Steps = "diffusion", -1 },
		"source.name":        func(r *recipe.Recipe) { r.Source.Name = "/home/me/a.jpg" },
		"source.sha256":      func(r *recipe.Recipe) { r.Source.SHA256 = hash[1:] },
		"pack.name":          func(r *recipe.Recipe) { r.Pack.Name = "" },
		"pack.manifest":      func(r *recipe.Recipe) { r.Pack.Manifest = strings.Repeat("g", 64) },
		"face":               func(r *recipe.Recipe) { r.Face = -1 },
		"threshold":          func(r *recipe.Recipe) { r.Threshold = math.NaN() },
		"edits[1].strength":  func(r *recipe.Recipe) { r.Edits[1].Strength = math.Inf(1) },
		"edits[0].threshold": func(r *recipe.Recipe) { v := math.NaN(); r.Edits[0].Threshold = &v },
		"others":             func(r *recipe.Recipe) { r.Face, r.Others = 0, []recipe.FaceEdits{{Face: 1}} },
		"others[1].face":     func(r *recipe.Recipe) { r.Others = []recipe.FaceEdits{{Face: 2}, {Face: 2}} },
		"others[0].edits[0].strength": func(r *recipe.Recipe) {
			r.Others = []recipe.FaceEdits{{Face: 2, Edits: []recipe.Edit{{Strength: math.NaN()}}}}
		},
		"a text of":           func(r *recipe.Recipe) { r.Edits[0].Source = strings.Repeat("a", 1<<20) },
		"is not UTF-8":        func(r *recipe.Recipe) { r.Edits[0].Target = "\xff" },
		"a list of 1000":      func(r *recipe.Recipe) { r.Edits = make([]recipe.Edit, 1000) },
		"random.truncation\"": func(r *recipe.Recipe) { *r = random(); r.Random.Truncation = 3 },
	}
	for want, change := range cases {
		t.Run(want, func(t *testing.T) {
			r := edited()
			change(&r)
			_, err := r.Marshal()
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want an error that names %s", err, want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := edited().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) []byte {
		out := bytes.Replace(good, []byte(from), []byte(to), 1)
		if bytes.Equal(out, good) {
			t.Fatalf("%q is not in %s", from, good)
		}
		return out
	}
	cases := map[string]struct {
		data []byte
		want error
	}{
		"empty":          {nil, recipe.ErrRecipe},
		"not JSON":       {[]byte("strength 1"), recipe.ErrRecipe},
		"array":          {[]byte("[]"), recipe.ErrRecipe},
		"null":           {[]byte("null"), recipe.ErrRecipe},
		"no version":     {[]byte("{}"), recipe.ErrRecipe},
		"later version":  {[]byte(`{"version":2,"task":5}`), recipe.ErrVersion},
		"unknown field":  {change(`"task":`, `"path":"/etc","task":`), recipe.ErrRecipe},
		"wrong type":     {change(`"face":1`, `"face":"1"`), recipe.ErrRecipe},
		"number too big": {change(`-1.25`, `1e999`), recipe.ErrRecipe},
		"threshold":      {change(`0.03`, `1.5`), recipe.ErrRecipe},
		"trailing":       {append(bytes.Clone(good), "{}"...), recipe.ErrRecipe},
		"cut off":        {good[:len(good)-3], recipe.ErrRecipe},
		"not UTF-8":      {change("smiling", "\xc3\x28"), recipe.ErrRecipe},
		"huge":           {append(bytes.Repeat([]byte(" "), 17<<20), good...), recipe.ErrRecipe},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if r, err := recipe.Parse(c.data); !errors.Is(err, c.want) {
				t.Errorf("got %+v, %v; want %v", r, err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range []recipe.Recipe{edited(), random()} {
		data, err := r.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"version":1,"VERSION":2}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := recipe.Parse(data)
		if err != nil {
			return
		}
		out, err := r.Marshal()
		if err != nil {
			t.Fatalf("parsed but not written: %v", err)
		}
		again, err := recipe.Parse(out)
		if err != nil {
			t.Fatalf("written but not parsed: %v", err)
		}
		if r.Edits == nil {
			r.Edits = []recipe.Edit{}
		}
		if !reflect.DeepEqual(r, again) {
			t.Fatalf("%+v became %+v", r, again)
		}
	})
}
