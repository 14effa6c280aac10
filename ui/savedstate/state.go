// Package savedstate saves the state of the window, so that it can be restored after a
// crash. A crash in native code ends the whole process, so the state is written during
// the work: the path of the photo, the prompts, the sliders. Crash reports are stored
// beside it. Nothing is sent anywhere, and the pixels of a photo that has a file are
// not written.
package savedstate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"deltaedit/engine"
	"deltaedit/ui/stack"
)

// Format is the version of the file format.
const Format = 1

// State is the open photo with its edits and settings. The zero Photo stands for
// none.
type State struct {
	Format int   `json:"format"`
	Photo  Photo `json:"photo"`

	// Stacks are the edits of each face, by its index. Source, Target, Strength and
	// Threshold are those of the row in hand; they alone are there in files of earlier
	// versions.
	Stacks   []stack.Stack `json:"stacks,omitempty"`
	Source   string        `json:"source"`
	Target   string        `json:"target"`
	Strength float64       `json:"strength"`
	// Threshold is in [0, 1]; a negative value is the pack's default.
	Threshold float64 `json:"threshold"`
	// Face counts from 0.
	Face    int  `json:"face"`
	Aligned bool `json:"aligned"`
	// Renderer is gan or diffusion; "" is gan.
	Renderer string `json:"engine,omitempty"`
	// Steps is the number of diffusion steps; 0 is the pack's number.
	Steps int `json:"steps,omitempty"`
}

// Photo is the origin of a photo: a file (Path, absolute), a built-in sample or a
// stream, whose bytes are stored beside the state (Name), or a generated face
// (Random, Seed).
type Photo struct {
	Path   string `json:"path,omitempty"`
	Name   string `json:"name,omitempty"`
	Random bool   `json:"random,omitempty"`
	Seed   int64  `json:"seed,omitempty"`
	// Boxes were drawn around faces that are not found without them: a list of boxes as in
	// recipes, as a text, so that photos can be compared. "" is none. See WithBoxes.
	Boxes string `json:"boxes,omitempty"`
}

// Limits for parsing.
const (
	maxFile   = 16 << 20 // bytes
	maxPrompt = 1 << 16  // bytes per text
	maxFaces  = 10_000
)

// Parse parses a state. A state that this program cannot have written is an error.
func Parse(data []byte) (State, error) {
	var s State
	if len(data) > maxFile {
		return s, fmt.Errorf("state: %d bytes, want at most %d", len(data), maxFile)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return State{}, fmt.Errorf("state: %w", err)
	}
	bad := func(what string, v any) (State, error) {
		return State{}, fmt.Errorf("state: %s is %v", what, v)
	}
	_, boxes := s.Photo.Rectangles()
	_, unknown := engine.ParseRenderer(cmp.Or(s.Renderer, engine.GAN.String()))
	switch {
	case s.Format != Format:
		return bad("format", s.Format)
	case s.Photo == Photo{}:
		return State{}, errors.New("state: no photo")
	case s.Photo.Path != "" && !filepath.IsAbs(s.Photo.Path):
		return bad("the photo's path", s.Photo.Path)
	case s.Photo.Random && (s.Photo.Path != "" || s.Photo.Name != "" || s.Photo.Boxes != ""):
		return State{}, errors.New("state: a generated face with a file")
	case boxes != nil:
		return State{}, fmt.Errorf("state: %w", boxes)
	case len(s.Source) > maxPrompt, len(s.Target) > maxPrompt:
		return bad("the length of a prompt", max(len(s.Source), len(s.Target)))
	case math.IsNaN(s.Strength) || math.Abs(s.Strength) > 10:
		return bad("the strength", s.Strength)
	case math.IsNaN(s.Threshold) || s.Threshold > 1 || s.Threshold < -1:
		return bad("the threshold", s.Threshold)
	case unknown != nil:
		return bad("the engine", s.Renderer)
	case s.Steps != 0 && (s.Steps < engine.MinSteps || s.Steps > engine.MaxSteps):
		return bad("the number of steps", s.Steps)
	case len(s.Stacks) > maxFaces:
		return bad("the number of stacks", len(s.Stacks))
	case s.Face < 0 || s.Face > maxFaces:
		return bad("the face", s.Face)
	}
	return s, nil
}

// Marshal returns the state in the format that Parse reads.
func (s State) Marshal() ([]byte, error) {
	s.Format = Format
	return json.MarshalIndent(s, "", "  ")
}

// Dir returns the user's folder for saved states and crash reports:
// $XDG_STATE_HOME/deltaedit (or ~/.local/state) on Unix, and the application
// support folder on macOS and Windows. It need not exist.
func Dir() (string, error) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for saved states: %w", err)
		}
		return filepath.Join(dir, "deltaedit", "state"), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "deltaedit"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for saved states: %w", err)
	}
	return filepath.Join(home, ".local", "state", "deltaedit"), nil
}
