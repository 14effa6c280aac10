package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

func TestSheet(t *testing.T) {
	in, out, f := photoFile(t), filepath.Join(t.TempDir(), "sheet.png"), newFake()
	o := call(t, f, "sheet", "--source", "face", "--target", "smiling face", "--preset", "age", "--strengths", "-1,0,2",
		"--size", "96", "--pack", "mine", "--provider", "cpu", "--json", "--out", out, in)
	if o.status != 0 {
		t.Fatal(o)
	}
	var got []string
	for _, r := range f.drawn {
		if r.View != image.Pt(96, 96) || r.Region != image.Rect(0, 0, 228, 228) || r.Quality != engine.QualityRest || len(r.Edits) != 1 {
			t.Errorf("drawn %+v", r)
		}
		got = append(got, fmt.Sprintf("%s %g", r.Edits[0].Target, r.Edits[0].Strength))
	}
	want := []string{
		"smiling face -1", "smiling face 0", "smiling face 2",
		"young face -1", "young face 0", "young face 2", "old face -1", "old face 0", "old face 2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("drawn %q, want %q", got, want)
	}
	if f.options.Pack != "mine" || f.options.Provider != "cpu" || !f.closed {
		t.Errorf("options %+v, closed %v", f.options, f.closed)
	}
	var res map[string]any
	if err := json.Unmarshal([]byte(o.out), &res); err != nil {
		t.Fatalf("%v in %s", err, o.out)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	if want := []any{float64(size.X), float64(size.Y)}; !reflect.DeepEqual(res["size"], want) || size.X < 4*96 || size.Y < 3*96 {
		t.Errorf("size %v, the picture's is %v", res["size"], size)
	}
	if !reflect.DeepEqual(res["strengths"], []any{-1.0, 0.0, 2.0}) || res["cell"] != 96.0 || res["out"] != out || len(res["prompts"].([]any)) != 3 {
		t.Errorf("JSON %s", o.out)
	}
	texts, err := photo.ReadText(bytes.NewReader(data))
	if err != nil || !strings.Contains(texts[photo.XMPKeyword], "compositeWithTrainedAlgorithmicMedia") {
		t.Errorf("texts %v, %v", texts, err)
	}
}

func TestSheetByDefault(t *testing.T) {
	f := newFake()
	o := call(t, f, "sheet", "--preset", "Older", "--whole", "--face", "all", "--engine", "diffusion", "--out", "-", photoFile(t))
	if o.status != 0 {
		t.Fatal(o)
	}
	if _, err := png.Decode(strings.NewReader(o.out)); err != nil {
		t.Errorf("standard output: %v", err)
	}
	if len(f.drawn) != 6 || len(f.diffused) != 5 || !f.drawn[0].Region.Empty() || f.drawn[0].Face != engine.AllFaces || f.drawn[0].View != image.Pt(256, 256) {
		t.Errorf("%d drawn, %d by diffusion; the first %+v", len(f.drawn), len(f.diffused), f.drawn[0])
	}
	for i, want := range []float64{0, 0.5, 0.75, 1, 1.5, 2} {
		if f.drawn[i].Edits[0].Strength != want || f.drawn[i].Renderer != engine.Diffusion {
			t.Errorf("picture %d: %+v, want strength %v", i+1, f.drawn[i], want)
		}
	}
	f = newFake()
	if o := call(t, f, "sheet", "--preset", "Older", "--out", filepath.Join(t.TempDir(), "o.jpg"), "-"); o.status != 0 || string(f.source.Data) != "stdin's bytes" {
		t.Errorf("from standard input: %v, %+v", o, f.source)
	}
}

// The name's ending chooses the format of the file.
func TestSheetInEveryFormat(t *testing.T) {
	for ending, want := range map[string]string{".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"} {
		out := filepath.Join(t.TempDir(), "sheet"+ending)
		if o := call(t, newFake(), "sheet", "--preset", "Older", "--out", out, photoFile(t)); o.status != 0 {
			t.Fatal(o)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", ending, got, err, want)
		}
	}
}

func TestSheetErrors(t *testing.T) {
	in, out := photoFile(t), filepath.Join(t.TempDir(), "o.png")
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no rows":          {[]string{"--out", out, in}, 2, "missing --source and --target"},
		"a target missing": {[]string{"--source", "face", "--preset", "age", "--out", out, in}, 2, "1 --source and 0 --target"},
		"an empty prompt":  {[]string{"--source", "face", "--target", " ", "--out", out, in}, 1, "--target of edit 1"},
		"unknown preset":   {[]string{"--preset", "moustache", "--out", out, in}, 2, `"moustache"`},
		"bad strengths":    {[]string{"--preset", "age", "--strengths", "strong", "--out", out, in}, 2, "with commas"},
		"strength twice":   {[]string{"--preset", "age", "--strengths", "1,1", "--out", out, in}, 2, "twice"},
		"small":            {[]string{"--preset", "age", "--size", "10", "--out", out, in}, 2, "10 pixels"},
		"too large":        {[]string{"--preset", "all", "--size", "1024", "--out", out, in}, 2, "megapixels"},
		"all faces":        {[]string{"--preset", "age", "--face", "all", "--out", out, in}, 2, "--whole"},
		"no out":           {[]string{"--preset", "age", in}, 2, "--out"},
		"no photo":         {[]string{"--preset", "age", "--out", out}, 2, "IN"},
		"over the photo":   {[]string{"--preset", "age", "--out", in, in}, 2, "--out"},
		"too wide for WebP": {[]string{
			"--preset", "older", "--strengths", "-2,-1.75,-1.5,-1.25,-1,-.75,-.5,-.25,0,.25,.5,.75,1,1.25,1.5,2",
			"--size", "1024", "--out", out + ".webp", in,
		}, 2, "16383"},
		"quality of a PNG": {[]string{"--preset", "age", "--quality", "80", "--out", out, in}, 2, "--quality"},
		"steps of the GAN": {[]string{"--preset", "age", "--steps", "20", "--out", out, in}, 2, "--steps"},
		"json and stdout":  {[]string{"--preset", "age", "--json", "--out", "-", in}, 2, "--json"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			o := call(t, f, append([]string{"sheet"}, c.args...)...)
			if o.status != c.status || !strings.Contains(o.stderr, c.says) {
				t.Errorf("%v, want status %d and %q", o, c.status, c.says)
			}
			if f.source.Path != "" || f.draws != 0 {
				t.Error("the engine was asked before the mistake was found")
			}
		})
	}
	for step, want := range map[string]string{"open": "broken", "draw": "broken", "directions": "broken"} {
		f := newFake()
		f.fail[step] = errors.New("broken")
		o := call(t, f, "sheet", "--preset", "age", "--out", out, in)
		if _, err := os.Stat(out); o.status != 1 || !strings.Contains(o.stderr, want) || !errors.Is(err, os.ErrNotExist) || !f.closed {
			t.Errorf("failing %s: %v, file: %v", step, o, err)
		}
	}
}
