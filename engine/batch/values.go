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
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
)

// Bounds on single values, in bytes.
const (
	maxID   = 512
	maxPath = 4096
)

// rawEdit is an edit whose fields come one by one.
type rawEdit struct{ engine.Edit }

// register adds the fields of an edit. The strength is 1 until one is given.
func (e *rawEdit) register(f fields) {
	e.Strength = 1
	f["source"] = func(v []byte) (err error) { e.Source, err = wording(v); return err }
	f["target"] = func(v []byte) (err error) { e.Target, err = wording(v); return err }
	f["strength"] = func(v []byte) (err error) {
		e.Strength, err = number64(v, -engine.MaxStrength, engine.MaxStrength)
		return err
	}
}

// done returns the edit when nothing is missing.
func (e *rawEdit) done(given map[string]bool) (engine.Edit, error) {
	switch {
	case !given["source"]:
		return engine.Edit{}, errors.New(`"source" is missing: say what the photo shows`)
	case !given["target"]:
		return engine.Edit{}, errors.New(`"target" is missing: say what it should show`)
	}
	return e.Edit, nil
}

// edits reads a list of edits.
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

// text reads a string of at most limit bytes.
func text(v []byte, limit int) (string, error) {
	var s string
	if v[0] != '"' || json.Unmarshal(v, &s) != nil {
		return "", want("a text in quotes", v)
	}
	if len(s) > limit {
		return "", fmt.Errorf("it has %d bytes, want at most %d", len(s), limit)
	}
	// Half a pair of \ud800 escapes is read as this.
	if strings.ContainsRune(s, utf8.RuneError) {
		return "", want("characters that are all valid", v)
	}
	return s, nil
}

// wording reads a prompt.
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

// id reads an edit's name: a text, or a whole number that stands for its digits.
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

// photoName reads the name of a photo's file.
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

// number64 reads a finite number in a range.
func number64(v []byte, lo, hi float64) (float64, error) {
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < lo || n > hi {
		return 0, want(fmt.Sprintf("a number from %g to %g", lo, hi), v)
	}
	return n, nil
}

// face reads which face: people count from 1, requests from 0.
func face(v []byte) (int, error) {
	if string(v) == `"all"` {
		return engine.AllFaces, nil
	}
	n, err := strconv.Atoi(string(v))
	if err != nil || n < 1 {
		return 0, want(`a number from 1, the largest face, or "all"`, v)
	}
	return n - 1, nil
}

// kind reads what draws the face.
func kind(v []byte) (engine.Kind, error) {
	switch string(v) {
	case `"gan"`:
		return engine.GAN, nil
	case `"diffusion"`:
		return engine.Diffusion, nil
	}
	return engine.GAN, want(`"gan" or "diffusion"`, v)
}

// steps reads a number of steps of the diffusion.
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

// want is the error for a value that is something else.
func want(what string, got []byte) error {
	return fmt.Errorf("want %s, got %s", what, brief(got))
}

// brief cuts a JSON value that is too long for a message.
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
