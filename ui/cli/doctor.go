package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/engine/invert/store"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/ui/cli/progress"
)

// health is the report of doctor.
type health struct {
	Program   string           `json:"program"`
	Go        string           `json:"go"`
	Platform  string           `json:"platform"`
	CPUs      int              `json:"cpus"`
	Runtime   runtimeHealth    `json:"runtime"`
	Providers []providerHealth `json:"providers"`
	// Auto says how the provider is chosen when none is requested; nil when there is no
	// pack or no runtime.
	Auto  *autoHealth `json:"auto,omitempty"`
	Packs []listing   `json:"packs"`
	// Inversions describes those that are kept; nil when there is no cache folder.
	Inversions *keptHealth `json:"inversions,omitempty"`
	OK         bool        `json:"ok"`
}

// keptHealth describes the inversions that are kept in the user's cache folder.
type keptHealth struct {
	Dir   string `json:"dir"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
	Error string `json:"error,omitempty"`
}

type runtimeHealth struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Error   string `json:"error,omitempty"`
}

type providerHealth struct {
	Name   string `json:"name"`
	Usable bool   `json:"usable"`
	Device string `json:"device"`
	// Software is true for a GPU interface that runs on the CPU.
	Software bool   `json:"software"`
	Detail   string `json:"detail,omitempty"`
}

func (p *Program) doctorCommand() *cobra.Command {
	var asJSON, measure, software, clearCache bool
	var pack string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the runtime library, the devices that can be used, and the packs",
		Long: `Checks the runtime library, the devices that can be used, and the packs. It shows which
execution provider is used when none is asked for: the fastest of those that draw the
same picture as the CPU, with the measured times, the date, and the file that stores
them.

Providers are measured when a pack is first used on a machine, and again when driver,
processor, runtime library or pack have changed. --measure does it now.`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if software && !measure {
				return usagef("--software says what --measure counts: add that")
			}
			if clearCache {
				return p.clearCache()
			}
			pr := progress.New(p.Stderr)
			h, err := examine(cmd.Context(), pr.Say)
			if err == nil {
				h.Auto, err = decide(cmd.Context(), &h, pack, measure, software, pr.Report)
			}
			pr.End()
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(p.Stdout, h)
			} else {
				h.print(p.Stdout)
			}
			if err == nil && !h.OK {
				err = errors.New("something is missing (see above): install the program again (in a source tree run make setup)")
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	cmd.Flags().BoolVar(&measure, "measure", false, "measure the execution providers again, about ten seconds")
	cmd.Flags().BoolVar(&software, "software", false, "let --measure include GPUs in software; the result is stored separately")
	cmd.Flags().BoolVar(&clearCache, "clear-cache", false, "only remove the reconstructions of faces that are kept in the cache folder")
	packFlag(cmd, &pack)
	return cmd
}

// clearCache removes the inversions that are kept.
func (p *Program) clearCache() error {
	dir, err := store.Path()
	if err != nil {
		return err
	}
	n, err := store.New(dir, store.DefaultLimit, nil).Clear()
	if err != nil {
		return fmt.Errorf("clear %s: %w", dir, err)
	}
	fmt.Fprintf(p.Stderr, "reconstructions removed: %d, from %s\n", n, dir)
	return nil
}

// keptInversions describes the inversions in the user's cache folder.
func keptInversions() *keptHealth {
	dir, err := store.Path()
	if err != nil {
		return nil
	}
	k := keptHealth{Dir: dir}
	if k.Files, k.Bytes, err = store.New(dir, store.DefaultLimit, nil).Usage(); err != nil {
		k.Error = err.Error()
	}
	return &k
}

// examine checks everything. Only cancellation is an error.
func examine(ctx context.Context, say func(string)) (health, error) {
	h := health{
		Program: engine.Program, Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		Providers: []providerHealth{}, Packs: []listing{},
	}
	say("Loading the runtime library")
	path, err := onnx.Library()
	h.Runtime.Path = path
	if err == nil {
		err = onnx.Init()
	}
	if err != nil {
		h.Runtime.Error = err.Error()
	} else {
		h.Runtime.Version = onnx.Version()
		say("Trying the providers")
		for _, i := range onnx.Providers() {
			h.Providers = append(h.Providers, providerHealth(i))
		}
	}
	good := 0
	for _, l := range pack.List() {
		say("Checking the pack " + l.Name)
		out := listing{Name: l.Name, Version: l.Version, Title: l.Title, Dir: l.Dir}
		err := l.Err
		if err == nil {
			_, err = verify(ctx, l.Dir)
		}
		if ctx.Err() != nil {
			return h, ctx.Err()
		}
		if err != nil {
			out.Error = err.Error()
		} else {
			out.OK = true
			good++
		}
		h.Packs = append(h.Packs, out)
	}
	h.Inversions = keptInversions()
	h.OK = h.Runtime.Error == "" && good > 0 && good == len(h.Packs)
	return h, nil
}

// verify opens a pack and compares the files' hashes and the models' tensors with its
// manifest.
func verify(ctx context.Context, dir string) (*pack.Pack, error) {
	p, err := pack.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := p.Verify(ctx, nil); err != nil {
		return nil, err
	}
	return p, onnx.Check(p)
}

func (h health) print(w io.Writer) {
	fmt.Fprintf(w, "%s, %s, %s, %d CPUs\n\n", h.Program, h.Go, h.Platform, h.CPUs)
	if h.Runtime.Error != "" {
		fmt.Fprintf(w, "runtime library: %s\n", h.Runtime.Error)
	} else {
		fmt.Fprintf(w, "runtime library: ONNX Runtime %s, %s\n", h.Runtime.Version, h.Runtime.Path)
	}
	fmt.Fprintln(w, "\nproviders:")
	for _, p := range h.Providers {
		fmt.Fprintf(w, "  %-9s %s\n", p.Name, describe(p))
	}
	if h.Auto != nil {
		h.Auto.print(w)
	}
	fmt.Fprintln(w, "\npacks:")
	for _, p := range h.Packs {
		state := "all files as the manifest says"
		if !p.OK {
			state = p.Error
		}
		fmt.Fprintf(w, "  %s %s in %s: %s\n", p.Name, p.Version, p.Dir, state)
	}
	if len(h.Packs) == 0 {
		fmt.Fprintln(w, "  none found: install the program again (in a source tree run make setup)")
	}
	if k := h.Inversions; k != nil {
		state := fmt.Sprintf("%d kept, %.0f MB", k.Files, float64(k.Bytes)/1e6)
		if k.Error != "" {
			state = k.Error
		}
		fmt.Fprintf(w, "\nreconstructions of faces: %s, in %s (--clear-cache removes them)\n", state, k.Dir)
	}
}

func describe(p providerHealth) string {
	s := "not usable"
	if p.Usable {
		s = "usable"
	}
	if p.Device != "" {
		s += " on " + p.Device
	}
	if p.Software {
		s += " (software, slower than cpu)"
	}
	if p.Detail != "" {
		s += ": " + p.Detail
	}
	return s
}
