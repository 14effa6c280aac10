package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"deltaedit/engine"
	"deltaedit/engine/mask"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
)

// Limits of single values, in bytes.
const (
	maxID   = 512
	maxPath = 4096
)

// rawEdit is an edit while its fields are being parsed.
type rawEdit struct {
	engine.Edit
	invert bool // of its region
}

// register adds the fields of an edit. The default strength is 1.
func (e *rawEdit) register(f fields) {
	e.Strength = 1
	f["source"] = func(v []byte) (err error) { e.Source, err = wording(v); return err }
	f["target"] = func(v []byte) (err error) { e.Target, err = wording(v); return err }
	f["strength"] = func(v []byte) (err error) {
		e.Strength, err = number64(v, -engine.MaxStrength, engine.MaxStrength)
		return err
	}
	f["region"] = func(v []byte) (err error) { e.Mask, err = region(v); return err }
	f["invert"] = func(v []byte) (err error) { e.invert, err = truth(v); return err }
	f["mask"] = func(v []byte) error { return json.Unmarshal(v, &e.Mask) }
}

// done returns the edit, or an error when a field is missing.
func (e *rawEdit) done(given map[string]bool) (engine.Edit, error) {
	switch {
	case !given["source"]:
		return engine.Edit{}, errors.New(`"source" is missing: say what the photo shows`)
	case !given["target"]:
		return engine.Edit{}, errors.New(`"target" is missing: say what it should show`)
	case given["mask"] && (given["region"] || given["invert"]):
		return engine.Edit{}, errors.New(`it has "mask" and "region" or "invert": keep "mask", which says both`)
	case given["invert"] && !given["region"]:
		return engine.Edit{}, errors.New(`"invert" is about a region: add "region"`)
	}
	if e.invert {
		e.Mask = e.Mask.Invert()
	}
	return e.Edit, nil
}

// edits parses a list of edits.
func edits(v []byte) ([]engine.Edit, error) {
	var list []json.RawMessage
	if v[0] != '[' || json.Unmarshal(v, &list) != nil {
		return nil, want(`a list such as [{"source":"face","target":"old face"}]`, v)
	}
	if len(list) == 0 || len(list) > recipe.MaxEdits {
		return nil, fmt.Errorf("it is a list of %d, want 1 to %d edits", len(list), recipe.MaxEdits)
	}
	out := make([]engine.Edit, len(list))
	for i, item := range list {
		var e rawEdit
		set := fields{}
		e.register(set)
		given, err := set.read(item)
		if err == nil {
			out[i], err = e.done(given)
		}
		if err != nil {
			return nil, fmt.Errorf("edit %d: %w", i+1, err)
		}
	}
	return out, nil
}

// region parses regions: a text with commas, as on the command line, or a list.
func region(v []byte) (mask.Mask, error) {
	var list []string
	switch {
	case v[0] == '"':
		names, err := text(v, maxID)
		if err != nil {
			return mask.Mask{}, err
		}
		return mask.ParseRegions(names)
	case v[0] == '[' && json.Unmarshal(v, &list) == nil:
		return mask.OfRegions(list)
	}
	return mask.Mask{}, want(`regions such as "hair" or ["hair","mouth"]`, v)
}

// text parses a string of at most limit bytes.
func text(v []byte, limit int) (string, error) {
	var s string
	if v[0] != '"' || json.Unmarshal(v, &s) != nil {
		return "", want("a text in quotes", v)
	}
	if len(s) > limit {
		return "", fmt.Errorf("it has %d bytes, want at most %d", len(s), limit)
	}
	// encoding/json decodes an unpaired \ud800 escape to this character.
	if strings.ContainsRune(s, utf8.RuneError) {
		return "", want("characters that are all valid", v)
	}
	return s, nil
}

// wording parses a prompt.
func wording(v []byte) (string, error) {
	s, err := text(v, recipe.MaxText)
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(s) == "":
		return "", prompt.ErrEmptyPrompt
	case strings.ContainsRune(s, 0):
		return "", want("a text without the character 0", v)
	}
	return s, nil
}

// id parses the id of an edit: a string, or a whole number that stands for its digits.
func id(v []byte) (string, error) {
	if n, err := strconv.ParseUint(string(v), 10, 63); err == nil {
		return strconv.FormatUint(n, 10), nil
	}
	if v[0] != '"' {
		return "", want("a text in quotes or a whole number", v)
	}
	s, err := text(v, maxID)
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(s) == "":
		return "", want("a name that is not empty", v)
	case strings.ContainsFunc(s, unicode.IsControl):
		return "", want("a name without control characters", v)
	}
	return s, nil
}

// photoName parses the file name of a photo.
func photoName(v []byte) (string, error) {
	s, err := text(v, maxPath)
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(s) == "" || strings.ContainsRune(s, 0):
		return "", want("the name of a photo's file", v)
	case s == "-":
		return "", errors.New(`it is "-", but a plan cannot read a photo from standard input: name a file`)
	}
	return s, nil
}

// number64 parses a finite number in a range.
func number64(v []byte, lo, hi float64) (float64, error) {
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < lo || n > hi {
		return 0, want(fmt.Sprintf("a number from %g to %g", lo, hi), v)
	}
	return n, nil
}

// threshold parses a relevance threshold: a number from 0 to 1, or -1 (recipe.OwnThresholds)
// as on the command line.
func threshold(v []byte) (float64, error) {
	n, err := number64(v, recipe.OwnThresholds, 1)
	if err != nil || n < 0 && n != recipe.OwnThresholds {
		return 0, want(fmt.Sprintf("a number from 0 to 1, or %d for what suits the edits", recipe.OwnThresholds), v)
	}
	return n, nil
}

// face parses the index of the face. Plans count from 1, requests from 0.
func face(v []byte) (int, error) {
	if string(v) == `"all"` {
		return engine.AllFaces, nil
	}
	n, err := strconv.Atoi(string(v))
	if err != nil || n < 1 {
		return 0, want(`the number of a face, from 1, the largest clear one, or "all"`, v)
	}
	return n - 1, nil
}

// box parses a box around a face.
func box(v []byte) (*recipe.Box, error) {
	var list []int
	if v[0] != '[' || json.Unmarshal(v, &list) != nil || len(list) != len(recipe.Box{}) {
		return nil, want("x, y, width and height in pixels of the upright photo, such as [120,80,90,110]", v)
	}
	b := recipe.Box(list)
	return &b, b.Check()
}

// kind parses the name of the renderer.
func kind(v []byte) (engine.Renderer, error) {
	switch string(v) {
	case `"gan"`:
		return engine.GAN, nil
	case `"diffusion"`:
		return engine.Diffusion, nil
	}
	return engine.GAN, want(`"gan" or "diffusion"`, v)
}

// steps parses a number of diffusion steps.
func steps(v []byte) (int, error) {
	n, err := strconv.Atoi(string(v))
	if err != nil || n < engine.MinSteps || n > engine.MaxSteps {
		return 0, want(fmt.Sprintf("a whole number from %d to %d", engine.MinSteps, engine.MaxSteps), v)
	}
	return n, nil
}

func truth(v []byte) (bool, error) {
	switch string(v) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, want("true or false", v)
}

// want returns the error for a value of another kind.
func want(what string, got []byte) error {
	return fmt.Errorf("want %s, got %s", what, brief(got))
}

// brief shortens a long JSON value for a message.
func brief(v []byte) string {
	const most = 80
	if v = bytes.TrimSpace(v); len(v) > most {
		n := most
		for n > 0 && !utf8.RuneStart(v[n]) {
			n--
		}
		return string(v[:n]) + "…"
	}
	return string(v)
}
