package queuetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/submit"
)

// Local does a plan without a queue.
func Local(ctx context.Context, plan, dir string, s *Studio) error {
	return run(ctx, plan, dir, func(w *batch.Work, o batch.Options) error {
		_, err := batch.Run(ctx, s, w, o)
		return err
	})
}

// Submit does a plan on a queue, or goes on with it. change, if not nil, changes the
// configuration.
func Submit(ctx context.Context, q *queue.Queue, plan, dir string, change func(*submit.Config)) error {
	return run(ctx, plan, dir, func(w *batch.Work, o batch.Options) error {
		c, err := batch.Collect(w, Pack, o)
		if err != nil {
			return err
		}
		defer c.Close()
		name, err := submit.Name(dir)
		if err != nil {
			return err
		}
		config := submit.Config{Batch: name, Fit: Fit, Lines: w.Todo(), Collector: c, Notice: func(string) {}}
		if change != nil {
			change(&config)
		}
		if err := submit.Run(ctx, q, config); err != nil {
			return err
		}
		return submit.Forget(dir)
	})
}

// run opens the folder of a plan for work.
func run(ctx context.Context, plan, dir string, work func(*batch.Work, batch.Options) error) (err error) {
	f, err := os.Open(plan)
	if err != nil {
		return err
	}
	defer f.Close()
	p, err := batch.Parse(f, filepath.Dir(plan))
	if err != nil {
		return err
	}
	folder, err := batch.OpenFolder(dir, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if err := folder.Check(p); err != nil {
		return err
	}
	w, err := folder.Start(ctx, p, Pack, func(string) {}, func(engine.Task, float64) {})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return work(w, batch.Options{Jobs: 2, Results: io.Discard, Done: func(batch.Result, batch.Counts) {}})
}

// Results reads the results in a folder by their ids. It is an error when an edit has two,
// or when a picture is not the one that its result describes.
func Results(dir string) (map[string]batch.Result, error) {
	data, err := os.ReadFile(filepath.Join(dir, batch.JournalName))
	if err != nil {
		return nil, err
	}
	out := map[string]batch.Result{}
	for line := range bytes.Lines(data) {
		var r batch.Result
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, err
		}
		if _, twice := out[r.ID]; twice {
			return nil, fmt.Errorf("%q has two results", r.ID)
		}
		if r.Status == batch.StatusOK {
			picture, err := os.ReadFile(filepath.Join(dir, r.Out))
			if err != nil {
				return nil, err
			}
			if sum := sha256.Sum256(picture); hex.EncodeToString(sum[:]) != r.SHA256 {
				return nil, fmt.Errorf("%s is not the picture of its result", r.Out)
			}
		}
		out[r.ID] = r
	}
	return out, nil
}

// Same compares the results of two folders: an error names what differs in pictures,
// statuses and photos, or is missing.
func Same(got, want string) error {
	have, err := Results(got)
	if err != nil {
		return err
	}
	wanted, err := Results(want)
	if err != nil {
		return err
	}
	if len(have) != len(wanted) {
		err = fmt.Errorf("%d results, want %d", len(have), len(wanted))
	}
	for id, w := range wanted {
		if h := have[id]; h.Status != w.Status || h.SHA256 != w.SHA256 || h.Photo != w.Photo || h.Line != w.Line || h.In != w.In || h.Out != w.Out {
			err = errors.Join(err, fmt.Errorf("%q: got %+v, want %+v", id, h, w))
		}
	}
	return err
}
