package recipe

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Bounds on what is read: a recipe comes with a picture from anywhere.
const (
	MaxEdits = 256
	MaxText  = 16 << 10 // bytes of one string
	maxBytes = 1 << 20
	maxFaces = 4096
	maxSteps = 100_000
)

// ErrRecipe is wrapped by every error about a recipe's contents.
var ErrRecipe = errors.New("bad recipe")

// ErrVersion is wrapped when a recipe is of a version this program cannot read.
var ErrVersion = errors.New("unknown recipe version")

// Marshal checks the recipe and returns it as JSON on one line. Version 0
// stands for the current one.
func (r Recipe) Marshal() ([]byte, error) {
	if r.Version == 0 {
		r.Version = Version
	}
	if r.Edits == nil {
		r.Edits = []Edit{}
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecipe, err)
	}
	return b, nil
}

// Parse reads a recipe. It is strict: unknown fields, values out of range and
// anything after the object are refused, since a recipe that is read wrongly
// makes another picture without saying so.
func Parse(data []byte) (Recipe, error) {
	if len(data) > maxBytes {
		return Recipe{}, fmt.Errorf("%w: %d bytes, want at most %d", ErrRecipe, len(data), maxBytes)
	}
	if !utf8.Valid(data) {
		return Recipe{}, fmt.Errorf("%w: not UTF-8", ErrRecipe)
	}
	// The version alone and first: a later one may change any other field.
	var head struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Recipe{}, fmt.Errorf("%w: %w", ErrRecipe, err)
	}
	if head.Version == nil {
		return Recipe{}, fmt.Errorf("%w: field \"version\" is missing", ErrRecipe)
	}
	if *head.Version != Version {
		return Recipe{}, fmt.Errorf("%w %d: this program reads version %d; update the program", ErrVersion, *head.Version, Version)
	}
	var r Recipe
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Recipe{}, fmt.Errorf("%w: %w", ErrRecipe, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Recipe{}, fmt.Errorf("%w: more follows the object", ErrRecipe)
	}
	if err := r.check(); err != nil {
		return Recipe{}, err
	}
	return r, nil
}

// check returns an error that names the first field that is wrong.
func (r Recipe) check() error {
	bad := func(field string, got any, want string) error {
		return fmt.Errorf("%w: field %q is %v, want %s", ErrRecipe, field, got, want)
	}
	if r.Version != Version {
		return fmt.Errorf("%w %d: want %d", ErrVersion, r.Version, Version)
	}
	switch r.Task {
	case TaskEdit, TaskInvert:
		if r.Source == nil || r.Random != nil {
			return fmt.Errorf("%w: task %q needs \"source\" and no \"random\"", ErrRecipe, r.Task)
		}
	case TaskRandom:
		if r.Random == nil || r.Source != nil {
			return fmt.Errorf("%w: task %q needs \"random\" and no \"source\"", ErrRecipe, r.Task)
		}
	default:
		return bad("task", fmt.Sprintf("%q", r.Task), "edit, invert or random")
	}
	if r.Engine != "gan" && r.Engine != "diffusion" {
		return bad("engine", fmt.Sprintf("%q", r.Engine), "gan or diffusion")
	}
	if (r.Engine == "gan" && r.Steps != 0) || r.Steps < 0 || r.Steps > maxSteps {
		return bad("steps", r.Steps, fmt.Sprintf("0 for the gan, and up to %d for diffusion", maxSteps))
	}
	if r.Pack.Name == "" {
		return bad("pack.name", `""`, "a name")
	}
	if !isHash(r.Pack.Manifest) {
		return bad("pack.manifest_sha256", fmt.Sprintf("%q", r.Pack.Manifest), "64 hexadecimal digits")
	}
	if s := r.Source; s != nil {
		if strings.ContainsAny(s.Name, "/\\\x00") {
			return bad("source.name", fmt.Sprintf("%q", s.Name), "a name without a path")
		}
		if !isHash(s.SHA256) {
			return bad("source.sha256", fmt.Sprintf("%q", s.SHA256), "64 hexadecimal digits")
		}
	}
	if s := r.Random; s != nil && !(s.Truncation >= 0 && s.Truncation <= 2) {
		return bad("random.truncation", s.Truncation, "0 to 2")
	}
	if r.Face < 0 {
		return bad("face", r.Face, "0 for all, or 1 and up")
	}
	if len(r.Refine) > maxFaces {
		return bad("refine", fmt.Sprintf("a list of %d", len(r.Refine)), fmt.Sprintf("at most %d", maxFaces))
	}
	for i, n := range r.Refine {
		if n < 0 || n > maxSteps {
			return bad(fmt.Sprintf("refine[%d]", i), n, fmt.Sprintf("0 to %d steps", maxSteps))
		}
	}
	if !(r.Threshold >= 0 && r.Threshold <= 1) {
		return bad("threshold", r.Threshold, "0 to 1")
	}
	if len(r.Edits) > MaxEdits {
		return bad("edits", fmt.Sprintf("a list of %d", len(r.Edits)), fmt.Sprintf("at most %d", MaxEdits))
	}
	for i, e := range r.Edits {
		if math.IsNaN(e.Strength) || math.IsInf(e.Strength, 0) {
			return bad(fmt.Sprintf("edits[%d].strength", i), e.Strength, "a number")
		}
	}
	for _, s := range r.texts() {
		if len(s) > MaxText {
			return fmt.Errorf("%w: a text of %d bytes, want at most %d", ErrRecipe, len(s), MaxText)
		}
		if !utf8.ValidString(s) {
			return fmt.Errorf("%w: text %q is not UTF-8", ErrRecipe, s)
		}
	}
	return nil
}

// texts returns every string that a user or a pack can choose.
func (r Recipe) texts() []string {
	out := []string{r.Program, r.Pack.Name, r.Pack.Version, r.Provider}
	if r.Source != nil {
		out = append(out, r.Source.Name)
	}
	for _, e := range r.Edits {
		out = append(out, e.Source, e.Target)
	}
	return out
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}
