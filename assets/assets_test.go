package assets

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
)

func TestPresets(t *testing.T) {
	groups, err := Presets()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range groups {
		for _, p := range g.Presets {
			if pair := p.Source + "→" + p.Target; seen[pair] {
				t.Errorf("%s is there twice", pair)
			} else {
				seen[pair] = true
			}
		}
	}
	if len(seen) < 12 {
		t.Errorf("want a dozen presets or more, got %d", len(seen))
	}
}

// TestThePackKnowsEveryPreset holds the presets to the concepts that the
// built-in pack was trained and calibrated on, word for word.
func TestThePackKnowsEveryPreset(t *testing.T) {
	data, err := os.ReadFile("../models/faces/concepts.json")
	if err != nil {
		t.Fatal(err)
	}
	var concepts []struct{ Source, Target string }
	if err := json.Unmarshal(data, &concepts); err != nil {
		t.Fatal(err)
	}
	known := map[[2]string]bool{}
	for _, c := range concepts {
		known[[2]string{c.Source, c.Target}] = true
	}
	groups, err := Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, p := range g.Presets {
			if !known[[2]string{p.Source, p.Target}] {
				t.Errorf("%s, %s: the pack has no concept from %q to %q", g.Title, p.Title, p.Source, p.Target)
			}
		}
	}
}

func TestParsePresetsRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":        ``,
		"no list":        `{}`,
		"unknown field":  `[{"group":"A","presets":[{"title":"t","source":"a","target":"b","strenght":1}]}]`,
		"no title":       `[{"presets":[{"title":"t","source":"a","target":"b"}]}]`,
		"empty group":    `[{"group":"A","presets":[]}]`,
		"same prompts":   `[{"group":"A","presets":[{"title":"t","source":"a","target":"a"}]}]`,
		"no target":      `[{"group":"A","presets":[{"title":"t","source":"a"}]}]`,
		"text after":     `[] []`,
		"truncated list": `[{"group":"A"`,
	} {
		if got, err := parsePresets([]byte(in)); err == nil {
			t.Errorf("%s: accepted as %+v", name, got)
		}
	}
}

func TestIconIsASquarePNG(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(Icon))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != size.Y || size.X < 256 {
		t.Errorf("want a square of at least 256 pixels, got %v", size)
	}
}

func TestSamplesAreFacesSizedPictures(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	if len(samples) == 0 {
		t.Fatal("no samples")
	}
	for _, s := range samples {
		cfg, _, err := image.DecodeConfig(bytes.NewReader(s.Data))
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		if cfg.Width < 256 || cfg.Height < 256 {
			t.Errorf("%s: %d×%d pixels are too few to edit", s.Name, cfg.Width, cfg.Height)
		}
		if strings.ContainsAny(s.Name, " /\\") {
			t.Errorf("%q: want a plain file name", s.Name)
		}
	}
}
