// Package session keeps what a person is at work on where a crash cannot reach
// it, and finds it again at the next start. A crash inside native code ends the
// whole process, so everything is written down as it goes: the photo's place,
// the prompts, the sliders. Crash reports go to a file beside it. Nothing ever
// leaves the computer, and nothing of the photo is written that its file holds.
package session

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
)

// Format of the file.
const Format = 1

// Session is what is on the table. The zero Photo is none.
type Session struct {
	Format int   `json:"format"`
	Photo  Photo `json:"photo"`

	Source   string  `json:"source"`
	Target   string  `json:"target"`
	Strength float64 `json:"strength"`
	// Threshold in [0, 1]; negative is the pack's own.
	Threshold float64 `json:"threshold"`
	// Face counts from 0.
	Face    int  `json:"face"`
	Aligned bool `json:"aligned"`
	// Engine is gan or diffusion; "" is gan.
	Engine string `json:"engine,omitempty"`
	// Steps of the diffusion; 0 is the pack's own number.
	Steps int `json:"steps,omitempty"`
}

// Photo is where a photo comes from: a file (Path, absolute), a built-in sample
// or a stream, whose bytes are kept beside the session (Name), or a generated
// face (Random, Seed).
type Photo struct {
	Path   string `json:"path,omitempty"`
	Name   string `json:"name,omitempty"`
	Random bool   `json:"random,omitempty"`
	Seed   int64  `json:"seed,omitempty"`
}

// Limits of what is read back.
const (
	maxFile   = 1 << 20 // bytes
	maxPrompt = 1 << 16 // bytes of a text
	maxFaces  = 10_000
)

// Parse reads a session. What no session of this program can hold is refused.
func Parse(data []byte) (Session, error) {
	var s Session
	if len(data) > maxFile {
		return s, fmt.Errorf("session: %d bytes, want at most %d", len(data), maxFile)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return Session{}, fmt.Errorf("session: %w", err)
	}
	bad := func(what string, v any) (Session, error) {
		return Session{}, fmt.Errorf("session: %s is %v", what, v)
	}
	_, unknown := engine.ParseKind(cmp.Or(s.Engine, engine.GAN.String()))
	switch {
	case s.Format != Format:
		return bad("format", s.Format)
	case s.Photo == Photo{}:
		return Session{}, errors.New("session: no photo")
	case s.Photo.Path != "" && !filepath.IsAbs(s.Photo.Path):
		return bad("the photo's path", s.Photo.Path)
	case s.Photo.Random && (s.Photo.Path != "" || s.Photo.Name != ""):
		return Session{}, errors.New("session: a generated face with a file")
	case len(s.Source) > maxPrompt, len(s.Target) > maxPrompt:
		return bad("the length of a prompt", max(len(s.Source), len(s.Target)))
	case math.IsNaN(s.Strength) || math.Abs(s.Strength) > 10:
		return bad("the strength", s.Strength)
	case math.IsNaN(s.Threshold) || s.Threshold > 1 || s.Threshold < -1:
		return bad("the threshold", s.Threshold)
	case unknown != nil:
		return bad("the engine", s.Engine)
	case s.Steps != 0 && (s.Steps < engine.MinSteps || s.Steps > engine.MaxSteps):
		return bad("the number of steps", s.Steps)
	case s.Face < 0 || s.Face > maxFaces:
		return bad("the face", s.Face)
	}
	return s, nil
}

// Marshal writes a session as Parse reads it.
func (s Session) Marshal() ([]byte, error) {
	s.Format = Format
	return json.MarshalIndent(s, "", "  ")
}

// Dir returns the user's folder for sessions and crash reports:
// $XDG_STATE_HOME/deltaedit (or ~/.local/state) on Unix, and the application
// support folder on macOS and Windows. It need not exist.
func Dir() (string, error) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for sessions: %w", err)
		}
		return filepath.Join(dir, "deltaedit", "state"), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "deltaedit"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for sessions: %w", err)
	}
	return filepath.Join(home, ".local", "state", "deltaedit"), nil
}
