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

// Limits on what is read: recipes come in image files from untrusted sources.
const (
	MaxEdits = 256
	MaxText  = 16 << 10 // bytes of one string
	maxBytes = 16 << 20
	maxFaces = 4096
	maxSteps = 100_000
)

// ErrRecipe is wrapped by every error about a recipe's contents.
var ErrRecipe = errors.New("bad recipe")

// ErrVersion is wrapped when this program cannot read a recipe's version.
var ErrVersion = errors.New("unknown recipe version")

// Marshal checks the recipe and returns it as JSON on one line. Version 0 means the
// current version.
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

// Parse reads a recipe. Unknown fields, values out of range and data after the object
// are errors, since a recipe that is read wrongly would silently make another image.
func Parse(data []byte) (Recipe, error) {
	if len(data) > maxBytes {
		return Recipe{}, fmt.Errorf("%w: %d bytes, want at most %d", ErrRecipe, len(data), maxBytes)
	}
	if !utf8.Valid(data) {
		return Recipe{}, fmt.Errorf("%w: not UTF-8", ErrRecipe)
	}
	// Check the version first: a later version may change any other field.
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

// bad returns the error about a wrong field.
func bad(field string, got any, want string) error {
	return fmt.Errorf("%w: field %q is %v, want %s", ErrRecipe, field, got, want)
}

// check returns an error that names the first wrong field.
func (r Recipe) check() error {
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
	if r.Renderer != "gan" && r.Renderer != "diffusion" {
		return bad("engine", fmt.Sprintf("%q", r.Renderer), "gan or diffusion")
	}
	if (r.Renderer == "gan" && r.Steps != 0) || r.Steps < 0 || r.Steps > maxSteps {
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
	if len(r.Boxes) > MaxBoxes || len(r.Boxes) > 0 && r.Source == nil {
		return bad("boxes", fmt.Sprintf("a list of %d", len(r.Boxes)), fmt.Sprintf("at most %d, and none for a random face", MaxBoxes))
	}
	for i, b := range r.Boxes {
		if err := b.Check(); err != nil {
			return fmt.Errorf("%w: field \"boxes[%d]\": %w", ErrRecipe, i, err)
		}
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
	if !(r.Threshold >= 0 && r.Threshold <= 1 || r.Threshold == OwnThresholds) {
		return bad("threshold", r.Threshold, "0 to 1, or -1 for each edit's own")
	}
	if err := checkEdits("edits", r.Edits); err != nil {
		return err
	}
	if err := r.checkOthers(); err != nil {
		return err
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

// checkEdits checks the numbers in a list of edits, whose field is called name.
func checkEdits(name string, edits []Edit) error {
	if len(edits) > MaxEdits {
		return bad(name, fmt.Sprintf("a list of %d", len(edits)), fmt.Sprintf("at most %d", MaxEdits))
	}
	for i, e := range edits {
		if math.IsNaN(e.Strength) || math.IsInf(e.Strength, 0) {
			return bad(fmt.Sprintf("%s[%d].strength", name, i), e.Strength, "a number")
		}
		if t := e.Threshold; t != nil && !(*t >= 0 && *t <= 1) {
			return bad(fmt.Sprintf("%s[%d].threshold", name, i), *t, "0 to 1")
		}
	}
	return nil
}

// checkOthers checks the further faces and their edits.
func (r Recipe) checkOthers() error {
	if len(r.Others) > maxFaces || len(r.Others) > 0 && r.Face == AllFaces {
		return bad("others", fmt.Sprintf("a list of %d", len(r.Others)), fmt.Sprintf("at most %d, and none when all faces are edited alike", maxFaces))
	}
	seen := map[int]bool{r.Face: true}
	for i, o := range r.Others {
		name := fmt.Sprintf("others[%d]", i)
		if o.Face < 1 || seen[o.Face] {
			return bad(name+".face", o.Face, "1 and up, each face once")
		}
		seen[o.Face] = true
		if err := checkEdits(name+".edits", o.Edits); err != nil {
			return err
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
	lists := [][]Edit{r.Edits}
	for _, o := range r.Others {
		lists = append(lists, o.Edits)
	}
	for _, edits := range lists {
		for _, e := range edits {
			out = append(out, e.Source, e.Target)
		}
	}
	return out
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}
