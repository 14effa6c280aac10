package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
)

// Limits of a plan.
const (
	// MaxLine is the maximum length of a line in bytes, without its end.
	MaxLine = 1 << 20
	// MaxLines is the maximum number of edits in a plan.
	MaxLines = 1_000_000
)

// ErrPlan is wrapped by every error about the contents of a plan.
var ErrPlan = errors.New("bad plan")

// Plan is a checked list of edits. All ids are different, and so are all outputs.
type Plan struct {
	Lines []Line
}

// Line is one edit of a plan.
type Line struct {
	// Number is the number of the line in the file, from 1.
	Number int
	// ID is the name of the edit in results. It is the line number if the plan gives
	// none.
	ID string
	// In is the photo as named in the plan; Path is its actual location.
	In, Path string
	// Edits are applied together, in order; there is at least one.
	Edits []engine.Edit
	// Threshold is in [0, 1]; a negative value is the pack's default.
	Threshold float64
	// Face counts from 0, largest clear face first; it may be engine.AllFaces, and with
	// a Box engine.MarkedFace.
	Face int
	// Box is drawn around a face that may not be found without it, in pixels of the
	// upright photo; nil for none.
	Box *recipe.Box
	// Aligned requests the aligned square face instead of the whole photo.
	Aligned bool
	// Renderer draws the face.
	Renderer engine.Renderer
	// Steps is the number of diffusion steps; 0 is the pack's default.
	Steps int
	// Out is the file name of the output inside the batch's folder; it ends in .png and
	// contains no separator.
	Out string
}

// Request returns the engine request of the line, for a photo with the given id.
func (l Line) Request(photo uint64) engine.Request {
	return engine.Request{
		Photo: photo, Face: l.Face, Edits: l.Edits, Threshold: l.Threshold, Aligned: l.Aligned,
		Quality: engine.QualityRest, Renderer: l.Renderer, Steps: l.Steps,
	}
}

// boxes returns the line's Box as those of a photo's source.
func (l Line) boxes() []image.Rectangle {
	if l.Box == nil {
		return nil
	}
	return recipe.Rects(*l.Box)
}

// Text returns the edit as a line of a plan, without its end. Parse makes the same Line
// of it, but for Number and Path.
func (l Line) Text() []byte {
	face := any(l.Face + 1)
	switch l.Face {
	case engine.AllFaces:
		face = "all"
	case engine.MarkedFace:
		face = nil
	}
	data, err := json.Marshal(struct {
		ID        string        `json:"id"`
		In        string        `json:"in"`
		Edits     []engine.Edit `json:"edits"`
		Threshold float64       `json:"threshold"`
		Face      any           `json:"face,omitempty"`
		Box       *recipe.Box   `json:"box,omitempty"`
		Aligned   bool          `json:"aligned"`
		Out       string        `json:"out"`
		Renderer  string        `json:"engine"`
		Steps     int           `json:"steps,omitempty"`
	}{l.ID, l.In, l.Edits, l.Threshold, face, l.Box, l.Aligned, l.Out, l.Renderer.String(), l.Steps})
	if err != nil {
		panic(err) // Parse ensures that numbers are finite and texts UTF-8
	}
	return data
}

// Parse reads a plan to its end and checks all of it. Relative photos are relative to
// the folder base ("" is the current one). Blank lines and lines that start with # are
// not edits, but count in the line numbers. Errors about the contents wrap ErrPlan and
// name the line, the value and what to do.
func Parse(r io.Reader, base string) (Plan, error) {
	var p Plan
	seen := newSeen()
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		text, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			if errors.Is(err, errLong) {
				return Plan{}, badLine(n, err)
			}
			return Plan{}, fmt.Errorf("read the plan: %w", err)
		}
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if text = bytes.TrimSpace(text); len(text) > 0 && text[0] != '#' {
			l, perr := parseLine(text, n)
			if perr == nil {
				perr = seen.add(l)
			}
			if perr == nil && len(p.Lines) == MaxLines {
				perr = fmt.Errorf("want at most %d edits: split the plan", MaxLines)
			}
			if perr != nil {
				return Plan{}, badLine(n, perr)
			}
			if l.Path = filepath.FromSlash(l.In); !filepath.IsAbs(l.Path) {
				l.Path = filepath.Join(base, l.Path)
			}
			p.Lines = append(p.Lines, l)
		}
		if err != nil {
			break
		}
	}
	if len(p.Lines) == 0 {
		return Plan{}, fmt.Errorf(`%w: it holds no edits: write one JSON object a line, such as {"in":"photo.jpg","source":"face","target":"smiling face"}`, ErrPlan)
	}
	return p, nil
}

func badLine(n int, err error) error { return fmt.Errorf("%w, line %d: %w", ErrPlan, n, err) }

var errLong = fmt.Errorf("it is longer than %d bytes: an edit takes a few hundred; is this a plan of JSON lines?", MaxLine)

// readLine returns the next line without its end, and io.EOF together with the last
// one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(bytes.TrimRight(line, "\r\n")) > MaxLine {
			return nil, errLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// parseLine parses one edit. It does not set Path, and does not check that ID and Out
// are unique.
func parseLine(text []byte, number int) (Line, error) {
	if !utf8.Valid(text) {
		return Line{}, errors.New("it is not UTF-8: save the plan as UTF-8")
	}
	l := Line{Number: number, ID: fmt.Sprint(number), Threshold: recipe.OwnThresholds}
	edit, single := rawEdit{}, fields{}
	edit.register(single)
	set := fields{
		"id":        func(v []byte) (err error) { l.ID, err = id(v); return err },
		"in":        func(v []byte) (err error) { l.In, err = photoName(v); return err },
		"out":       func(v []byte) (err error) { l.Out, err = outName(v); return err },
		"edits":     func(v []byte) (err error) { l.Edits, err = edits(v); return err },
		"threshold": func(v []byte) (err error) { l.Threshold, err = threshold(v); return err },
		"face":      func(v []byte) (err error) { l.Face, err = face(v); return err },
		"box":       func(v []byte) (err error) { l.Box, err = box(v); return err },
		"aligned":   func(v []byte) (err error) { l.Aligned, err = truth(v); return err },
		"engine":    func(v []byte) (err error) { l.Renderer, err = kind(v); return err },
		"steps":     func(v []byte) (err error) { l.Steps, err = steps(v); return err },
	}
	maps.Copy(set, single)
	given, err := set.read(text)
	if err != nil {
		return Line{}, err
	}
	short := false
	for key := range single {
		short = short || given[key]
	}
	switch {
	case !given["in"]:
		return Line{}, errors.New(`"in" is missing: name the photo to edit`)
	case short && given["edits"]:
		return Line{}, errors.New(`it has "edits" and "source", "target", "strength", "region", "invert" or "mask" beside them: put all into "edits"`)
	case !short && !given["edits"]:
		return Line{}, errors.New(`it has no edit: give "source" and "target", or "edits" with a list of such`)
	case short:
		e, err := edit.done(given)
		if err != nil {
			return Line{}, err
		}
		l.Edits = []engine.Edit{e}
	}
	if l.Box != nil && !given["face"] {
		l.Face = engine.MarkedFace
	}
	if l.Aligned && l.Face == engine.AllFaces {
		return Line{}, errors.New(`"aligned" shows one face and "face" is "all": choose one face by its number`)
	}
	if given["steps"] && l.Renderer != engine.Diffusion {
		return Line{}, errors.New(`"steps" is for the diffusion: add "engine":"diffusion"`)
	}
	if l.Out == "" {
		l.Out = SafeName(l.ID) + ".png"
	}
	return l, nil
}

// seen detects duplicate ids and outputs.
type seen struct{ ids, outs map[string]int }

func newSeen() seen { return seen{map[string]int{}, map[string]int{}} }

func (s seen) add(l Line) error {
	if n, ok := s.ids[l.ID]; ok {
		return fmt.Errorf(`id %q is that of line %d already: give each line an "id" of its own`, l.ID, n)
	}
	s.ids[l.ID] = l.Number
	// Many systems treat names as equal that differ only in case or in the encoding of
	// an accent.
	key := strings.ToLower(norm.NFC.String(l.Out))
	if n, ok := s.outs[key]; ok {
		return fmt.Errorf(`output %q is the same file as that of line %d on many systems: give one of them another "out"`, l.Out, n)
	}
	s.outs[key] = l.Number
	return nil
}
