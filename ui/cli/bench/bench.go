// Package bench measures the program: every stage of an edit, the slider, the
// diffusion, the start of the window, and the growth of resources in a long run.
package bench

import (
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
)

// view is the size of the area for the image, in pixels.
var view = image.Pt(1280, 800)

// photoID is the id under which the photo is opened.
const photoID = 1

// Studio is the part of the engine that is measured; *studio.Studio implements it.
type Studio interface {
	engine.Pipeline
	Warm(ctx context.Context, progress engine.ProgressFunc) error
	Pack() recipe.Pack
	Generate(ctx context.Context, id uint64, seed int64, truncation float64, t engine.Timings, progress engine.ProgressFunc) (engine.Subject, error)
}

// bench is a measurement of a studio.
type bench struct {
	Studio
	say func(text string)
}

// slides is the number of slider positions that are rendered.
const slides = 12

// Result is the performance table of one machine. Times are medians in
// milliseconds.
type Result struct {
	Program  string             `json:"program"`
	Platform string             `json:"platform"`
	CPUs     int                `json:"cpus"`
	Pack     engine.PackResult  `json:"pack"`
	Provider string             `json:"provider"`
	Auto     *Decision          `json:"auto,omitempty"` // how it was chosen, nil if it was requested
	Notice   string             `json:"notice,omitempty"`
	chosen   string             // Auto as text
	Photo    string             `json:"photo"`
	Size     [2]int             `json:"size"`
	Runs     int                `json:"runs"`
	Timings  map[string]float64 `json:"timings_ms"`
	// Steps is the number of diffusion steps, 0 if the diffusion was not measured.
	Steps int `json:"steps,omitempty"`
	// Extra has cold_window and cold_ready (from the start of the process until the
	// window is on the screen, and until the models are loaded; missing when no window
	// can be opened), cold_edit and cold_edit_again (the command edit, of a photo that was
	// not seen before and of one whose inversion is kept), load (once), reconstruct (rendering the unedited face at full
	// size), text_to_preview (from a new prompt to the preview: text encoder, delta
	// mapper, preview), slider_preview and slider_final (from a moved slider to the
	// frame).
	Extra map[string]float64 `json:"extra_ms"`
	// P95 has the 95th percentiles of the runs under the same names.
	P95 map[string]float64 `json:"p95_ms"`
	// Drag is the result of dragging the slider as in the window.
	Drag Drag `json:"drag"`
	// MemoryMB and PeakMB are the memory of the process at the end and its maximum; 0
	// when the system does not report it.
	MemoryMB float64 `json:"memory_mb"`
	PeakMB   float64 `json:"peak_memory_mb"`
}

// Run measures whole edits of a photo, then the slider, then a drag of the slider. The
// first run is not counted. For a source without path and data a face is generated.
func Run(ctx context.Context, studio Studio, src engine.Source, runs int, say func(text string)) (Result, error) {
	return (&bench{studio, say}).run(ctx, src, runs)
}

func (s *bench) run(ctx context.Context, src engine.Source, runs int) (Result, error) {
	dir, err := os.MkdirTemp("", "deltaedit-bench-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	var all []engine.Timings
	var subject engine.Subject
	for i := range runs + 1 {
		s.say(fmt.Sprintf("Run %d of %d", i, runs))
		t, sub, err := s.edit(ctx, src, i, filepath.Join(dir, "out.png"))
		if err != nil {
			return Result{}, err
		}
		subject = sub
		if i > 0 { // the first run warms up
			all = append(all, t)
		}
	}
	s.say("Moving the slider")
	preview, final, err := s.slider(ctx)
	if err != nil {
		return Result{}, err
	}
	drag, err := s.drag(ctx, src, dragFor)
	if err != nil {
		return Result{}, err
	}
	st, pk := s.Status(), s.Pack()
	res := Result{
		Program: engine.Program, Platform: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		Pack:     engine.PackResultOf(pk),
		Provider: st.Provider, Auto: decisionOf(st), Notice: st.Notice,
		Photo: subject.Name, Size: [2]int{subject.Size.X, subject.Size.Y},
		Runs: runs, Timings: map[string]float64{},
		Extra: map[string]float64{
			"reconstruct":     median(all, "reconstruct"),
			"text_to_preview": median(all, "text_to_preview"),
			"slider_preview":  Milliseconds(preview), "slider_final": Milliseconds(final),
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

// edit measures one edit, from input file to output file.
func (s *bench) edit(ctx context.Context, src engine.Source, i int, out string) (engine.Timings, engine.Subject, error) {
	t := engine.Timings{}
	start := time.Now()
	quiet := func(engine.Task, float64) {}
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
	r := request(i, 1)
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

// request returns a request with prompts that no other run uses, because text vectors
// are cached.
func request(i int, strength float64) engine.Request {
	return engine.Request{
		Photo: photoID, Threshold: -1, View: view, Quality: engine.QualityRest,
		Edits: []engine.Edit{{
			Source:   fmt.Sprintf("the face of person number %d", i),
			Target:   fmt.Sprintf("the smiling face of person number %d", i),
			Strength: strength,
		}},
	}
}

// slider returns the median times from a new strength to a frame.
func (s *bench) slider(ctx context.Context) (preview, final time.Duration, err error) {
	measure := func(stage engine.Stage) (time.Duration, error) {
		var all []time.Duration
		var frame *image.RGBA
		for i := range slides + 1 {
			start := time.Now()
			err := s.Draw(ctx, request(0, 0.1+float64(i)/slides), stage, func(size image.Point) *image.RGBA {
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

// median returns the median time of a stage in milliseconds.
func median(all []engine.Timings, name string) float64 {
	v := make([]time.Duration, len(all))
	for i, t := range all {
		v[i] = t[name]
	}
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return Milliseconds((v[n/2-1] + v[n/2]) / 2)
	}
	return Milliseconds(v[len(v)/2])
}

// percentile95 returns the 95th percentile of a stage in milliseconds.
func percentile95(all []engine.Timings, name string) float64 {
	v := make([]float64, len(all))
	for i, t := range all {
		v[i] = Milliseconds(t[name])
	}
	return percentile(v, 0.95)
}

// Milliseconds returns a duration in milliseconds for the JSON, with a resolution of
// microseconds.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Print prints the table as text.
func (r Result) Print(out io.Writer) error {
	fmt.Fprintf(out, "%s, %s, %d CPUs, pack %s %s on %s (%s)\n", r.Program, r.Platform, r.CPUs, r.Pack.Name, r.Pack.Version, r.Provider, r.chosen)
	fmt.Fprintf(out, "%s, %d×%d pixels, medians of %d runs\n\n", r.Photo, r.Size[0], r.Size[1], r.Runs)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
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
	for _, name := range []string{"cold_window", "cold_ready", "cold_edit", "cold_edit_again", "load", "reconstruct", "text_to_preview", "slider_preview", "slider_final"} {
		if v, ok := r.Extra[name]; ok {
			row(name, v)
		}
	}
	row("drop to first preview", r.Drag.Drop)
	row("drag: first preview", r.Drag.First)
	fmt.Fprintf(w, "drag: previews a second\t%.1f\t\t\n", r.Drag.FPS)
	fmt.Fprintf(w, "drag: between two\t\t%s\t\n", number(r.Drag.Gap))
	if r.PeakMB > 0 {
		fmt.Fprintf(w, "memory\t%.0f MB\t\t\n", r.MemoryMB)
		fmt.Fprintf(w, "most memory\t%.0f MB\t\t\n", r.PeakMB)
	}
	return w.Flush()
}
