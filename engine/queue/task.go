package queue

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
)

// ErrTask is wrapped by the errors about messages that are no tasks or results.
var ErrTask = errors.New("bad message in the queue")

// Task is one edit as it is given away.
type Task struct {
	Batch string
	Fit   Fit
	Line  batch.Line // Path is set for a photo that stays where it is
	// Photo is the SHA-256 of the photo's file in hexadecimal.
	Photo string
	// Pixels is the size that the photo states; it bounds the memory in use.
	Pixels int64
}

// wireTask is a task as JSON.
type wireTask struct {
	Batch  string          `json:"batch"`
	Fit    Fit             `json:"for"`
	Number int             `json:"number"` // of the line in the plan
	Line   json.RawMessage `json:"line"`
	Photo  string          `json:"in_sha256"`
	Pixels int64           `json:"pixels"`
	Path   string          `json:"path,omitempty"`
}

// ID returns what names the task: it differs whenever the image could be another.
func (t Task) ID() string { return taskID(t.Line, t.Photo, t.Fit) }

// subject is where the task is published.
func (t Task) subject() string { return taskPrefix + t.Fit.Key() + "." + t.Batch + "." + t.ID() }

// Marshal returns the task as a message.
func (t Task) Marshal() []byte {
	data, err := json.Marshal(wireTask{t.Batch, t.Fit, t.Line.Number, t.Line.Text(), t.Photo, t.Pixels, t.Line.Path})
	if err != nil {
		panic(err) // it is made of texts and whole numbers
	}
	return data
}

// ParseTask reads a task. What it takes of the line is checked as a plan is.
func ParseTask(data []byte) (Task, error) {
	var w wireTask
	if err := json.Unmarshal(data, &w); err != nil {
		return Task{}, fmt.Errorf("%w: %w", ErrTask, err)
	}
	sum, err := hex.DecodeString(w.Photo)
	switch {
	case !IsBatch(w.Batch):
		return Task{}, fmt.Errorf("%w: the batch is %q", ErrTask, w.Batch)
	case err != nil || len(sum) != 32 || strings.ToLower(w.Photo) != w.Photo:
		return Task{}, fmt.Errorf("%w: in_sha256 is %q, want 64 hexadecimal digits", ErrTask, w.Photo)
	case w.Number < 1 || w.Pixels < 0:
		return Task{}, fmt.Errorf("%w: number %d, pixels %d, want 1 and 0 at least", ErrTask, w.Number, w.Pixels)
	case w.Path != "" && !filepath.IsAbs(w.Path):
		return Task{}, fmt.Errorf("%w: the path %q is not absolute", ErrTask, w.Path)
	}
	plan, err := batch.Parse(bytes.NewReader(w.Line), "")
	if err != nil {
		return Task{}, fmt.Errorf("%w: %w", ErrTask, err)
	}
	if len(plan.Lines) != 1 {
		return Task{}, fmt.Errorf("%w: %d lines, want one", ErrTask, len(plan.Lines))
	}
	l := plan.Lines[0]
	l.Number, l.Path = w.Number, w.Path
	return Task{Batch: w.Batch, Fit: w.Fit, Line: l, Photo: w.Photo, Pixels: min(w.Pixels, photo.MaxPixels)}, nil
}

// Done is a result as it comes back.
type Done struct {
	// Worker is the name of the worker that did it.
	Worker string       `json:"worker"`
	Result batch.Result `json:"result"`
	// Object is the name of the picture in the batch's object store; "" when the message
	// holds it, and when the edit failed.
	Object string `json:"object,omitempty"`
	// Picture is the PNG file, when the message holds it.
	Picture []byte `json:"-"`
}

// Marshal returns the result as a message: a line of JSON, and the picture after it.
func (d Done) Marshal() ([]byte, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("result of %q: %w", d.Result.ID, err)
	}
	return append(append(data, '\n'), d.Picture...), nil
}

// ParseDone reads a result. The picture is a part of data.
func ParseDone(data []byte) (Done, error) {
	line, picture, ok := bytes.Cut(data, []byte{'\n'})
	if !ok {
		return Done{}, fmt.Errorf("%w: a result without an end of line", ErrTask)
	}
	var d Done
	if err := json.Unmarshal(line, &d); err != nil {
		return Done{}, fmt.Errorf("%w: %w", ErrTask, err)
	}
	if d.Result.ID == "" {
		return Done{}, fmt.Errorf("%w: a result without an id", ErrTask)
	}
	if len(picture) > 0 {
		d.Picture = picture
	}
	return d, nil
}
