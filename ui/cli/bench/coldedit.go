package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"deltaedit/engine"
)

// Edit is how long the command edit takes, from the start of the process to its end.
type Edit struct {
	First time.Duration // of a photo that was not seen before
	Again time.Duration // of a photo whose inversion is kept
}

// errNoEdit is the reason why no edit was measured.
type errNoEdit struct{ why string }

func (e errNoEdit) Error() string { return "the command edit is not measured: " + e.why }

// ColdEdit runs the command edit of an executable on a photo, the given number of times, at
// most three, and each time once more, and returns the medians. The program's files are
// usually in the system's file cache; its own cache folder is empty at first. An error says
// why nothing was measured, or is ctx's error.
func ColdEdit(ctx context.Context, executable string, o engine.Options, src engine.Source, times int) (Edit, error) {
	if executable == "" {
		return Edit{}, errNoEdit{"the program does not know where its file is"}
	}
	dir, err := os.MkdirTemp("", "deltaedit-edit-")
	if err != nil {
		return Edit{}, errNoEdit{err.Error()}
	}
	defer os.RemoveAll(dir)
	if src.Path == "" {
		src.Path = filepath.Join(dir, "photo")
		if err := os.WriteFile(src.Path, src.Data, 0o600); err != nil {
			return Edit{}, errNoEdit{err.Error()}
		}
	}
	var first, again []time.Duration
	for i := range min(times, maxStarts) {
		cache := filepath.Join(dir, fmt.Sprint("cache", i))
		for _, all := range []*[]time.Duration{&first, &again} {
			took, err := editOnce(ctx, executable, o, src.Path, filepath.Join(dir, "out.png"), cache)
			if ctx.Err() != nil {
				return Edit{}, ctx.Err()
			}
			if err != nil {
				return Edit{}, errNoEdit{err.Error()}
			}
			*all = append(*all, took)
		}
	}
	slices.Sort(first)
	slices.Sort(again)
	return Edit{first[len(first)/2], again[len(again)/2]}, nil
}

// editOnce measures one edit with a cache folder.
func editOnce(ctx context.Context, executable string, o engine.Options, photo, out, cache string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	args := append([]string{"edit", "--source", "face", "--target", "smiling face", "--out", out}, choices(o)...)
	cmd := exec.CommandContext(ctx, executable, append(args, photo)...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return 0, fmt.Errorf("it took longer than %v", startLimit)
	case err != nil:
		return 0, fmt.Errorf("the program ended with %w: %s", err, lastLine(said.String()))
	}
	return took, nil
}

// choices returns the flags for the pack and the provider.
func choices(o engine.Options) []string {
	var args []string
	if o.Pack != "" {
		args = append(args, "--pack", o.Pack)
	}
	if o.Provider != "" {
		args = append(args, "--provider", o.Provider)
	}
	return args
}
