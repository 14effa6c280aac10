// Package assets holds what the program carries inside itself: its icon,
// sample photographs, prompt presets and translations.
package assets

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
)

// Icon is the program's icon as a square PNG; `go generate` renders it from
// icon.svg.
//
//go:generate go run ./internal/rendericon
//go:embed icon.png
var Icon []byte

// Translations holds translations/LANGUAGE.json, each an object from the
// English text to its translation.
//
//go:embed translations/*.json
var Translations embed.FS

//go:embed presets.json
var presetsJSON []byte

// Preset is one prompt pair that the window offers by a click.
type Preset struct {
	Title  string `json:"title"`
	Source string `json:"source"`
	Target string `json:"target"`
}

// Group is a titled row of presets.
type Group struct {
	Title   string   `json:"group"`
	Presets []Preset `json:"presets"`
}

// Presets returns the built-in presets, grouped, in the order of the file.
func Presets() ([]Group, error) {
	groups, err := parsePresets(presetsJSON)
	if err != nil {
		return nil, fmt.Errorf("assets: presets.json: %w", err)
	}
	return groups, nil
}

// parsePresets refuses unknown fields, so that a misspelt one is found by the
// tests, and presets that would do nothing.
func parsePresets(data []byte) ([]Group, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var groups []Group
	if err := dec.Decode(&groups); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the list at byte %d", dec.InputOffset())
	}
	for _, g := range groups {
		if g.Title == "" || len(g.Presets) == 0 {
			return nil, fmt.Errorf("group %q: want a title and at least one preset, got %d", g.Title, len(g.Presets))
		}
		for _, p := range g.Presets {
			if p.Title == "" || p.Source == "" || p.Target == "" || p.Source == p.Target {
				return nil, fmt.Errorf("group %q: preset %+v: want a title and two different prompts", g.Title, p)
			}
		}
	}
	return groups, nil
}
