package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

// A soak test drives the engine for a long time as a user would, with photos, prompts
// and drags of the slider, to find leaks.
const (
	soakWarm   = time.Minute      // growth is measured after this time
	soakWindow = 15 * time.Second // length of a measurement
	soakEvery  = time.Second
	soakLimit  = 0.05 // largest growth of memory, as a fraction
	soakPause  = 2 * time.Minute
)

// Sample holds the resources of the process at one moment. Values that the system does
// not report are 0; Linux reports all of them.
type Sample struct {
	Seconds    float64 `json:"seconds"`
	RSSMB      float64 `json:"rss_mb"`
	HeapMB     float64 `json:"heap_mb"` // Go's heap in use
	Goroutines int     `json:"goroutines"`
	Threads    int     `json:"threads"`
	Handles    int     `json:"handles"`
}

// SoakResult is the result of a soak test. Start is measured after a minute (a quarter
// of a shorter test) and after every photo was opened once, since some models are
// opened at their first use. End is measured at the end. Both are medians over some
// seconds.
type SoakResult struct {
	Program  string            `json:"program"`
	Platform string            `json:"platform"`
	CPUs     int               `json:"cpus"`
	Pack     engine.PackResult `json:"pack"`
	Provider string            `json:"provider"`
	Seconds  float64           `json:"seconds"`
	Photos   int               `json:"photos"`
	Prompts  int               `json:"prompts"`
	Slides   int               `json:"slides"` // slider positions posted
	Frames   int               `json:"frames"`
	Warm     float64           `json:"warm_seconds"` // until every photo was opened once
	Start    Sample            `json:"start"`
	End      Sample            `json:"end"`
	Growth   float64           `json:"rss_growth"` // End.RSSMB/Start.RSSMB - 1
	Samples  []Sample          `json:"samples"`
}

// Grown returns an error that says what grew too much, or nil.
func (r SoakResult) Grown() error {
	var errs []error
	if r.Growth > soakLimit {
		errs = append(errs, fmt.Errorf("memory grew from %.0f to %.0f MB, by %.1f %%: want at most %.0f %%", r.Start.RSSMB, r.End.RSSMB, 100*r.Growth, 100*soakLimit))
	}
	for _, c := range []struct {
		what     string
		from, to int
	}{
		{"goroutines", r.Start.Goroutines, r.End.Goroutines}, {"threads", r.Start.Threads, r.End.Threads}, {"open files", r.Start.Handles, r.End.Handles},
	} {
		if c.to > c.from {
			errs = append(errs, fmt.Errorf("%s grew from %d to %d", c.what, c.from, c.to))
		}
	}
	return errors.Join(errs...)
}

// soaker owns the worker during a test. Everything but post belongs to the goroutine
// that runs the test.
type soaker struct {
	queue  chan func()
	start  time.Time
	every  time.Duration // time between samples
	next   time.Time     // time of the next sample
	result SoakResult

	engine   *worker.Worker
	renderer engine.Renderer
	steps    int // of the diffusion
	subject  engine.Subject
	frame    engine.Frame
	status   engine.Status
	err      error
}

var _ engine.Listener = (*soaker)(nil)

func (s *soaker) Status(st engine.Status)             { s.status = st }
func (s *soaker) Opened(sub engine.Subject)           { s.subject = sub }
func (s *soaker) Frame(f engine.Frame)                { s.frame = f; s.result.Frames++ }
func (s *soaker) Refined(uint64, []engine.Refinement) {}
func (s *soaker) Progress(engine.Progress)            {}
func (s *soaker) Exported(string)                     {}
func (s *soaker) Failed(task engine.Task, err error)  { s.err = fmt.Errorf("%s: %w", task, err) }

// Soak runs a soak test of the given length, with photos that are opened in turn. The
// images are drawn by the renderer, with the given number of diffusion steps (0: the
// pack's number). load is called once and opens the models.
func Soak(ctx context.Context, load func(context.Context, engine.ProgressFunc) (Studio, error), renderer engine.Renderer, steps int, photos []engine.Source, long time.Duration, say func(text string)) (SoakResult, error) {
	var studio Studio
	s := &soaker{renderer: renderer, steps: steps, queue: make(chan func(), 1<<12), every: min(soakEvery, long/20)}
	s.engine = worker.New(worker.Config{
		Load: func(ctx context.Context, progress engine.ProgressFunc) (engine.Pipeline, error) {
			var err error
			if studio, err = load(ctx, progress); err != nil {
				return nil, err
			}
			if err := studio.Warm(ctx, func(engine.Task, float64) {}); err != nil {
				return nil, errors.Join(err, studio.Close())
			}
			return studio, nil
		},
		Post:     func(f func()) { s.queue <- f },
		Listener: s,
	})
	defer s.engine.Close()
	say("Loading the models")
	if err := s.until(ctx, func() bool { return s.status.Ready }); err != nil {
		return SoakResult{}, err
	}
	s.start = time.Now()
	s.next = s.start
	for n := 0; time.Since(s.start) < long; n++ {
		say("Soaking")
		if err := s.round(ctx, n, photos, long); err != nil {
			return SoakResult{}, err
		}
		if n == len(photos) {
			s.result.Warm = round(time.Since(s.start).Seconds(), 1)
		}
	}
	r := s.result
	r.Program, r.Platform, r.CPUs = engine.Program, runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU()
	r.Pack, r.Provider, r.Seconds = engine.PackResultOf(studio.Pack()), s.status.Provider, round(time.Since(s.start).Seconds(), 1)
	warm, window := min(soakWarm, long/4), min(soakWindow, long/4)
	if r.Warm == 0 || r.Warm+2*window.Seconds() > r.Seconds {
		return r, fmt.Errorf("in %v not every photo was opened and worked at: soak longer", long)
	}
	r.measure(warm, window)
	return r, nil
}

// round edits one photo with three prompts and drags the slider with each.
func (s *soaker) round(ctx context.Context, n int, photos []engine.Source, long time.Duration) error {
	before := s.subject.Photo
	if i := n % (len(photos) + 1); i > 0 {
		s.engine.OpenReader(photos[i-1].Name, photos[i-1].Data)
	} else {
		s.engine.Random(int64(n))
	}
	if err := s.until(ctx, func() bool { return s.subject.Photo != before }); err != nil {
		return err
	}
	s.result.Photos++
	for i := range 3 {
		if time.Since(s.start) > long {
			return nil
		}
		r := engine.Request{
			Photo: s.subject.Photo, Threshold: -1, View: view, Aligned: (n+i)%5 == 0,
			Renderer: s.renderer, Steps: s.steps,
			// The words are new every time, to find caches of words that grow without
			// limit.
			Edits: []engine.Edit{{Source: "face", Target: fmt.Sprintf("smiling face of person number %d", 3*n+i), Strength: 1}},
		}
		s.result.Prompts++
		if err := s.settle(ctx, r); err != nil {
			return err
		}
		for step := range 40 {
			r.Edits = slices.Clone(r.Edits)
			r.Edits[0].Strength = -1 + 0.05*float64(step)
			r.Quality = engine.QualityDrag
			s.result.Slides++
			s.engine.Post(r)
			// Moves come at the rate of a display and do not wait for the image.
			if err := s.pause(ctx, 16*time.Millisecond); err != nil {
				return err
			}
		}
		if err := s.settle(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// settle waits for the full image of a request.
func (s *soaker) settle(ctx context.Context, r engine.Request) error {
	r.Quality = engine.QualityRest
	g := s.engine.Post(r)
	return s.until(ctx, func() bool {
		return s.frame.Generation == g && (s.frame.Stage == engine.StageFinal || s.frame.Stage == engine.StageOriginal)
	})
}

// until runs the functions that the engine posts until the condition holds.
func (s *soaker) until(ctx context.Context, ok func() bool) error {
	end := time.NewTimer(soakPause)
	defer end.Stop()
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for !ok() {
		select {
		case f := <-s.queue:
			f()
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return fmt.Errorf("the engine has not answered for %v", soakPause)
		}
		if s.err != nil {
			return s.err
		}
		s.sample()
	}
	return nil
}

// pause runs the functions that the engine posts for the given time.
func (s *soaker) pause(ctx context.Context, d time.Duration) error {
	over := false
	timer := time.AfterFunc(d, func() { s.queue <- func() { over = true } })
	defer timer.Stop()
	return s.until(ctx, func() bool { return over })
}

// sample takes a sample if it is due.
func (s *soaker) sample() {
	if s.start.IsZero() || time.Now().Before(s.next) {
		return
	}
	s.next = time.Now().Add(s.every)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	handles, _ := os.ReadDir("/proc/self/fd")
	s.result.Samples = append(s.result.Samples, Sample{
		Seconds: round(time.Since(s.start).Seconds(), 1), RSSMB: memoryMB("VmRSS:"), HeapMB: round(float64(m.HeapInuse)/1e6, 1),
		Goroutines: runtime.NumGoroutine(), Threads: int(ownStatus("Threads:")), Handles: max(0, len(handles)-1), // without the handle of the folder itself
	})
}

// measure computes the medians of the window after the warm-up and of the last window.
func (r *SoakResult) measure(warm, window time.Duration) {
	begin, end := max(warm.Seconds(), r.Warm), r.Seconds
	r.Start = middle(r.Samples, begin, begin+window.Seconds())
	r.End = middle(r.Samples, end-window.Seconds(), end)
	if r.Start.RSSMB > 0 {
		r.Growth = round(r.End.RSSMB/r.Start.RSSMB-1, 4)
	}
}

// middle returns the medians of the samples between two times.
func middle(all []Sample, from, to float64) Sample {
	var in []Sample
	for _, s := range all {
		if s.Seconds >= from && s.Seconds <= to {
			in = append(in, s)
		}
	}
	if len(in) == 0 {
		return Sample{}
	}
	at := func(value func(Sample) float64) float64 {
		v := make([]float64, len(in))
		for i, s := range in {
			v[i] = value(s)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return Sample{
		Seconds:    at(func(s Sample) float64 { return s.Seconds }),
		RSSMB:      at(func(s Sample) float64 { return s.RSSMB }),
		HeapMB:     at(func(s Sample) float64 { return s.HeapMB }),
		Goroutines: int(at(func(s Sample) float64 { return float64(s.Goroutines) })),
		Threads:    int(at(func(s Sample) float64 { return float64(s.Threads) })),
		Handles:    int(at(func(s Sample) float64 { return float64(s.Handles) })),
	}
}

// Print prints the result as text.
func (r SoakResult) Print(out io.Writer) error {
	_, err := fmt.Fprintf(out, `%s, %s, %d CPUs, pack %s %s on %s
%.0f s: %d photos, %d prompts, %d slider positions, %d frames

              after %3.0f s   after %3.0f s
RSS           %8.0f MB   %8.0f MB   %+.1f %%
Go's heap     %8.0f MB   %8.0f MB
goroutines    %8d      %8d
threads       %8d      %8d
open files    %8d      %8d
`, r.Program, r.Platform, r.CPUs, r.Pack.Name, r.Pack.Version, r.Provider,
		r.Seconds, r.Photos, r.Prompts, r.Slides, r.Frames,
		r.Start.Seconds, r.End.Seconds, r.Start.RSSMB, r.End.RSSMB, 100*r.Growth, r.Start.HeapMB, r.End.HeapMB,
		r.Start.Goroutines, r.End.Goroutines, r.Start.Threads, r.End.Threads, r.Start.Handles, r.End.Handles)
	return err
}
