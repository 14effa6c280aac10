// Package queuetest simulates what a worker's models do, for tests and measurements of
// queues.
package queuetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/queue"
	"deltaedit/engine/recipe"
	"deltaedit/engine/studio"
)

// Studio is a batch.Studio whose edits take a given time, and whose pictures depend on the
// photo and the edit alone.
type Studio struct {
	// Each is how long an edit takes.
	Each time.Duration
	// Side is the size of the pictures, in pixels; 0 is that of the photo.
	Side int
	// Rendering, if not nil, is called with every edit.
	Rendering func(engine.Request) error
	// Opened counts the photos.
	Opened int

	open *studio.Decoded
}

// Pack is the pack of a Studio.
var Pack = recipe.Pack{Name: "simulated", Version: "1", Manifest: strings.Repeat("5", 64)}

// Fit is what a Studio can do.
var Fit = queue.Fit{Program: engine.Program, Pack: Pack}

// Status implements batch.Studio.
func (s *Studio) Status() engine.Status {
	return engine.Status{Ready: true, Pack: Pack.Name, Provider: "simulated", Resolution: 1024}
}

// Pack implements batch.Studio.
func (s *Studio) Pack() recipe.Pack { return Pack }

// OpenDecoded implements batch.Studio.
func (s *Studio) OpenDecoded(_ context.Context, id uint64, d *studio.Decoded, t engine.Timings, _ engine.ProgressFunc) (engine.Subject, error) {
	s.open = d
	s.Opened++
	t[engine.TimingDecode] += time.Millisecond
	return engine.Subject{Photo: id, Size: d.Size(), Faces: []engine.FaceBox{{Box: image.Rectangle{Max: d.Size()}, Score: 1}}}, nil
}

// Invert implements batch.Studio.
func (s *Studio) Invert(context.Context, engine.Request, engine.Timings) error { return nil }

// Directions implements batch.Studio.
func (s *Studio) Directions(_ context.Context, r engine.Request, _ engine.Timings) ([]engine.PromptReport, error) {
	out := make([]engine.PromptReport, len(r.Edits))
	for i, e := range r.Edits {
		out[i] = engine.PromptReport{Source: e.Source, Target: e.Target, Confidence: 1, Known: true, Threshold: 0.03}
	}
	return out, nil
}

// Render implements batch.Studio.
func (s *Studio) Render(ctx context.Context, r engine.Request, _ engine.Timings, _ engine.ProgressFunc) (*studio.Rendered, error) {
	if s.Rendering != nil {
		if err := s.Rendering(r); err != nil {
			return nil, err
		}
	}
	wait := time.NewTimer(s.Each)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	what := fmt.Sprint(s.open.SHA256(), r.Edits, r.Face, r.Aligned)
	size := s.open.Size()
	if s.Side > 0 {
		size = image.Pt(s.Side, s.Side)
	}
	img := image.NewNRGBA(image.Rectangle{Max: size})
	random := rand.NewChaCha8(sha256.Sum256([]byte(what)))
	_, _ = random.Read(img.Pix)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return studio.NewRendered(img, photo.Metadata{Text: map[string]string{recipe.Key: what}}), nil
}

// Plan writes n small photos and a plan with edits of each, in a folder, and returns the
// path of the plan.
func Plan(dir string, photos, edits int) (string, error) {
	var plan bytes.Buffer
	for i := range photos {
		img := image.NewNRGBA(image.Rect(0, 0, 40+i%17, 32))
		random := rand.NewChaCha8(sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
		_, _ = random.Read(img.Pix)
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			return "", err
		}
		name := fmt.Sprintf("%d.png", i)
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600); err != nil {
			return "", err
		}
		for j := range edits {
			line, err := json.Marshal(map[string]any{
				"id": fmt.Sprintf("%d-%d", i, j), "in": name, "source": "face", "target": "old face", "strength": float64(j) / 100,
			})
			if err != nil {
				return "", err
			}
			plan.Write(append(line, '\n'))
		}
	}
	path := filepath.Join(dir, "plan.jsonl")
	return path, os.WriteFile(path, plan.Bytes(), 0o600)
}
