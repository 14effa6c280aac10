// Package trace writes a line of JSON for every frame that the window shows, for
// measurements and for tests that drive the real program.
package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"deltaedit/engine"
)

// Env names the file to write, in the environment of the program. A file that
// is there already is replaced.
const Env = "DELTAEDIT_TRACE"

// Line is one painted frame.
type Line struct {
	// At is the time since the log was opened, in milliseconds.
	At float64 `json:"at_ms"`
	// Generation of the request that the frame answers, and Newest that of the
	// newest request when it was painted: both are equal once the window rests.
	Generation uint64 `json:"generation"`
	Newest     uint64 `json:"newest"`
	// Photo counts the opened photos and generated faces, from 1.
	Photo uint64       `json:"photo"`
	Stage engine.Stage `json:"stage"`
	// Size is the width and height of the picture in device pixels.
	Size [2]int `json:"size"`
	// Provider is the execution provider that ran the generator.
	Provider string `json:"provider"`
	// Took is the work done for this frame in milliseconds, and Timings its
	// parts by name.
	Took    float64            `json:"ms"`
	Timings map[string]float64 `json:"timings_ms"`
	// Prompts says how well the pack knows the prompts of the request.
	Prompts []engine.PromptReport `json:"prompts,omitempty"`
}

// Settled reports whether the line is the last one of its request, and no newer
// request was posted by then.
func (l Line) Settled() bool {
	return l.Generation == l.Newest && (l.Stage == engine.StageFinal || l.Stage == engine.StageOriginal)
}

// Log writes lines to a file. Its methods are safe for concurrent use, return
// quickly, and do nothing on a nil Log.
type Log struct {
	start time.Time

	mu   sync.Mutex
	file *os.File
	err  error
}

// Open creates the file, or replaces one of that name.
func Open(path string) (*Log, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("trace: create the log that %s names: %w", Env, err)
	}
	return &Log{start: time.Now(), file: f}, nil
}

// FromEnv opens the file that the environment names; without one it returns a
// nil Log.
func FromEnv() (*Log, error) {
	path := os.Getenv(Env)
	if path == "" {
		return nil, nil
	}
	return Open(path)
}

// Painted writes a line. newest is the generation of the newest request. A line
// that cannot be written is reported by Close.
func (l *Log) Painted(f engine.Frame, newest uint64) {
	if l == nil {
		return
	}
	line := Line{
		At:         milliseconds(time.Since(l.start)),
		Generation: f.Generation, Newest: newest, Photo: f.Photo, Stage: f.Stage,
		Provider: f.Provider, Took: milliseconds(f.Timings["total"]), Timings: f.Timings.Milliseconds(),
		Prompts: f.Prompts,
	}
	if f.Image != nil {
		line.Size = [2]int{f.Image.Rect.Dx(), f.Image.Rect.Dy()}
	}
	text, err := json.Marshal(line)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return
	}
	if err == nil {
		_, err = l.file.Write(append(text, '\n')) // a whole line at once
	}
	l.err = errors.Join(l.err, err)
}

// Close closes the file and returns the first errors met in writing it.
func (l *Log) Close() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.err, l.file.Close())
	l.file = nil
	if err != nil {
		return fmt.Errorf("trace: write the log that %s names: %w", Env, err)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
