package cli

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"deltaedit/assets"
	"deltaedit/engine"
)

// benchView is the space for the picture in the window that is measured.
var benchView = image.Pt(1280, 800)

// slides is the number of slider positions that are drawn.
const slides = 12

// benchResult is the performance table of one machine. Times are medians in
// milliseconds.
type benchResult struct {
	Program  string             `json:"program"`
	Platform string             `json:"platform"`
	CPUs     int                `json:"cpus"`
	Pack     engine.PackResult  `json:"pack"`
	Provider string             `json:"provider"`
	Auto     *decisionResult    `json:"auto,omitempty"` // how it was chosen, where it was not asked for
	Notice   string             `json:"notice,omitempty"`
	chosen   string             // Auto in words
	Photo    string             `json:"photo"`
	Size     [2]int             `json:"size"`
	Runs     int                `json:"runs"`
	Timings  map[string]float64 `json:"timings_ms"`
	// Steps of the diffusion, 0 where it was not measured.
	Steps int `json:"steps,omitempty"`
	// Extra: cold_window and cold_ready, from the start of the program's process to
	// the window's first picture on the screen and to models that are loaded, not
	// there where no window can be opened; load, once; reconstruct, the unedited face at full size;
	// text_to_preview, from a prompt that was not read before to the first
	// picture: the text tower, the delta mapper and the preview;
	// slider_preview and slider_final, from a moved slider to pixels in the
	// window's size.
	Extra map[string]float64 `json:"extra_ms"`
	// P95 are 95th percentiles of the runs under the same names.
	P95 map[string]float64 `json:"p95_ms"`
	// Drag is the slider dragged, as the window does it.
	Drag dragResult `json:"drag"`
	// MemoryMB and PeakMB are the memory that the process holds in the end and the
	// most that it held, 0 where the system does not tell.
	MemoryMB float64 `json:"memory_mb"`
	PeakMB   float64 `json:"peak_memory_mb"`
}

func (p *Program) benchCommand() *cobra.Command {
	var asJSON bool
	var pack string
	var runs int
	var soak time.Duration
	var eng engineFlags
	provider := providerValue("auto")
	cmd := &cobra.Command{
		Use:   "bench [IN]",
		Short: "Measure every stage on this machine",
		Long: `Measures every stage on this machine and prints medians and 95th percentiles in
milliseconds. Without a photo the first built-in sample is used. Every run starts
from the file and reads prompts that it has not read before. Then the slider is
dragged for three seconds. Before all that the program's window is opened and closed
a few times: cold_window is when it shows, cold_ready when the models behind it are
loaded. Without a display that is left out.

The diffusion is measured too, where the pack has one: the photo to noise and back
once, then edits (three at most) at the pack's number of steps or --steps, each
shown step by step. --engine gan leaves it out; --engine diffusion insists on it.

With --soak it works as long as that instead, changing photos (all samples, where
none is named), prompts and the slider, and fails when memory has grown by more
than 5 % since the first minute, or goroutines, threads or open files at all; with
--engine diffusion every picture that the slider rests on is drawn by it.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("too many arguments: %q; one photo is measured", args[1:])
			}
			if runs < 1 || runs > 100 {
				return usagef("--runs is %d: want 1 to 100", runs)
			}
			if err := eng.check(cmd); err != nil {
				return err
			}
			ctx := cmd.Context()
			if soak != 0 {
				return p.runSoak(ctx, engine.Options{Pack: pack, Provider: string(provider)}, &eng, args, soak, asJSON)
			}
			src, err := p.benchPhoto(args)
			if err != nil {
				return err
			}
			cold, coldErr := p.coldStart(ctx, engine.Options{Pack: pack, Provider: string(provider)}, min(runs, coldStarts))
			if coldErr != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				fmt.Fprintf(p.Stderr, "deltaedit: %v\n", coldErr)
			}
			start := time.Now()
			return p.with(ctx, engine.Options{Pack: pack, Provider: string(provider)}, func(s *session) error {
				if err := s.Warm(ctx, s.report); err != nil {
					return err
				}
				load := time.Since(start)
				res, err := s.bench(ctx, src, runs)
				if err == nil {
					err = s.benchDiffusion(ctx, &eng, runs, &res)
				}
				if err != nil {
					return err
				}
				res.Extra["load"] = ms(load)
				if coldErr == nil {
					res.Extra["cold_window"], res.Extra["cold_ready"] = ms(cold.window), ms(cold.ready)
				}
				if asJSON {
					return printJSON(p.Stdout, res)
				}
				return p.printBench(res)
			})
		},
	}
	packFlag(cmd, &pack)
	provider.register(cmd)
	eng.register(cmd, "what to measure: gan, diffusion (with the gan); by default what the pack has")
	cmd.Flags().IntVar(&runs, "runs", 5, "number of runs")
	cmd.Flags().DurationVar(&soak, "soak", 0, "look for what grows for so long, as 10m")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

func (p *Program) runSoak(ctx context.Context, o engine.Options, e *engineFlags, args []string, long time.Duration, asJSON bool) error {
	if long < time.Second {
		return usagef("--soak is %v: want a second or more", long)
	}
	photos, err := p.soakPhotos(args)
	if err != nil {
		return err
	}
	r, err := p.soak(ctx, o, e, photos, long)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(p.Stdout, r)
	} else {
		err = p.printSoak(r)
	}
	return errors.Join(err, r.grown())
}

// benchPhoto is the photo named, or a sample, or (without samples) none: a
// random face then.
func (p *Program) benchPhoto(args []string) (engine.Source, error) {
	if len(args) == 1 {
		return p.source(args[0])
	}
	samples, err := assets.Samples()
	if err != nil || len(samples) == 0 {
		return engine.Source{}, err
	}
	return engine.Source{Name: samples[0].Name, Data: samples[0].Data}, nil
}

// bench measures whole edits, then the slider.
func (s *session) bench(ctx context.Context, src engine.Source, runs int) (benchResult, error) {
	dir, err := os.MkdirTemp("", "deltaedit-bench-")
	if err != nil {
		return benchResult{}, err
	}
	defer os.RemoveAll(dir)
	var all []engine.Timings
	var subject engine.Subject
	for i := range runs + 1 {
		s.report(fmt.Sprintf("Run %d of %d", i, runs), float64(i)/float64(runs+1))
		t, sub, err := s.benchRun(ctx, src, i, filepath.Join(dir, "out.png"))
		if err != nil {
			return benchResult{}, err
		}
		subject = sub
		if i > 0 { // the first run warms up
			all = append(all, t)
		}
	}
	s.report("Moving the slider", -1)
	preview, final, err := s.benchSlider(ctx)
	if err != nil {
		return benchResult{}, err
	}
	drag, err := s.drag(ctx, src, dragFor)
	if err != nil {
		return benchResult{}, err
	}
	st, pk := s.Status(), s.Pack()
	res := benchResult{
		Program: engine.Program, Platform: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		Pack:     engine.PackResultOf(pk),
		Provider: st.Provider, Auto: decisionOf(st), Notice: st.Notice,
		Photo: subject.Name, Size: [2]int{subject.Size.X, subject.Size.Y},
		Runs: runs, Timings: map[string]float64{},
		Extra: map[string]float64{
			"reconstruct":     median(all, "reconstruct"),
			"text_to_preview": median(all, "text_to_preview"),
			"slider_preview":  ms(preview), "slider_final": ms(final),
		},
		P95: map[string]float64{}, Drag: drag, chosen: decisionLine(st),
		MemoryMB: memoryMB("VmRSS:"), PeakMB: peakMB(),
	}
	for _, name := range engine.TimingNames() {
		res.Timings[name] = median(all, name)
		res.P95[name] = percentile95(all, name)
	}
	for _, name := range []string{"reconstruct", "text_to_preview"} {
		res.P95[name] = percentile95(all, name)
	}
	return res, nil
}

// benchRun is one edit from the file to the file.
func (s *session) benchRun(ctx context.Context, src engine.Source, i int, out string) (engine.Timings, engine.Subject, error) {
	t := engine.Timings{}
	start := time.Now()
	quiet := func(string, float64) {}
	var subject engine.Subject
	var err error
	if src.Path == "" && src.Data == nil {
		subject, err = s.Generate(ctx, photoID, int64(i), engine.DefaultTruncation, t, quiet)
	} else {
		subject, err = s.Open(ctx, photoID, src, t, quiet)
	}
	if err != nil {
		return nil, subject, err
	}
	r := benchRequest(i, 1)
	if err := s.Invert(ctx, r, t); err != nil {
		return nil, subject, err
	}
	if _, err := s.Directions(ctx, r, t); err != nil {
		return nil, subject, err
	}
	if err := s.Export(ctx, r, out, t, quiet); err != nil {
		return nil, subject, err
	}
	t["total"] = time.Since(start)
	t["text_to_preview"] = t["text"] + t["delta"] + t["synth_first"]
	return t, subject, nil
}

// benchRequest has prompts that no other run has, since vectors are kept.
func benchRequest(i int, strength float64) engine.Request {
	return engine.Request{
		Photo: photoID, Threshold: -1, View: benchView, Quality: engine.QualityRest,
		Edits: []engine.Edit{{
			Source:   fmt.Sprintf("the face of person number %d", i),
			Target:   fmt.Sprintf("the smiling face of person number %d", i),
			Strength: strength,
		}},
	}
}

// benchSlider returns the median time from a new strength to a frame.
func (s *session) benchSlider(ctx context.Context) (preview, final time.Duration, err error) {
	measure := func(stage engine.Stage) (time.Duration, error) {
		var all []time.Duration
		var frame *image.RGBA
		for i := range slides + 1 {
			start := time.Now()
			err := s.Draw(ctx, benchRequest(0, 0.1+float64(i)/slides), stage, func(size image.Point) *image.RGBA {
				if frame == nil {
					frame = image.NewRGBA(image.Rectangle{Max: size})
				}
				return frame
			}, engine.Timings{})
			if err != nil {
				return 0, err
			}
			if i > 0 {
				all = append(all, time.Since(start))
			}
		}
		slices.Sort(all)
		return all[len(all)/2], nil
	}
	if preview, err = measure(engine.StagePreview); err != nil {
		return 0, 0, err
	}
	final, err = measure(engine.StageFinal)
	return preview, final, err
}

// median returns the middle time of a stage in milliseconds.
func median(all []engine.Timings, name string) float64 {
	v := make([]time.Duration, len(all))
	for i, t := range all {
		v[i] = t[name]
	}
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return ms((v[n/2-1] + v[n/2]) / 2)
	}
	return ms(v[len(v)/2])
}

// percentile95 returns the 95th percentile of a stage in milliseconds.
func percentile95(all []engine.Timings, name string) float64 {
	v := make([]float64, len(all))
	for i, t := range all {
		v[i] = ms(t[name])
	}
	return percentile(v, 0.95)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// printBench prints the table for people.
func (p *Program) printBench(r benchResult) error {
	fmt.Fprintf(p.Stdout, "%s, %s, %d CPUs, pack %s %s on %s (%s)\n", r.Program, r.Platform, r.CPUs, r.Pack.Name, r.Pack.Version, r.Provider, r.chosen)
	fmt.Fprintf(p.Stdout, "%s, %d×%d pixels, medians of %d runs\n\n", r.Photo, r.Size[0], r.Size[1], r.Runs)
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) + " ms" }
	row := func(name string, v float64) {
		high := ""
		if p95, ok := r.P95[name]; ok {
			high = number(p95)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", name, number(v), high)
	}
	fmt.Fprint(w, "\tmedian\t95 %\t\n")
	for _, name := range engine.TimingNames() {
		row(name, r.Timings[name])
	}
	if r.Steps > 0 {
		for _, name := range engine.DiffusionTimingNames() {
			row(name, r.Timings[name])
		}
	}
	for _, name := range []string{"cold_window", "cold_ready", "load", "reconstruct", "text_to_preview", "slider_preview", "slider_final"} {
		if v, ok := r.Extra[name]; ok {
			row(name, v)
		}
	}
	row("drag: first preview", r.Drag.First)
	fmt.Fprintf(w, "drag: previews a second\t%.1f\t\t\n", r.Drag.FPS)
	fmt.Fprintf(w, "drag: between two\t\t%s\t\n", number(r.Drag.Gap))
	if r.PeakMB > 0 {
		fmt.Fprintf(w, "memory\t%.0f MB\t\t\n", r.MemoryMB)
		fmt.Fprintf(w, "most memory\t%.0f MB\t\t\n", r.PeakMB)
	}
	return w.Flush()
}
