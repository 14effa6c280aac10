package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"deltaedit/assets"
	"deltaedit/engine"
)

// A soak drives the engine as a person does, without a pause: photos, prompts and
// drags of the slider. It shows what grows.
const (
	soakWarm   = time.Minute      // after which nothing may grow any more
	soakWindow = 15 * time.Second // over which a measurement is taken
	soakEvery  = time.Second
	soakLimit  = 0.05 // of memory
	soakPause  = 2 * time.Minute
)

// soakSample is what the process holds at one moment. What the system does not
// tell is 0; Linux tells all.
type soakSample struct {
	Seconds    float64 `json:"seconds"`
	RSSMB      float64 `json:"rss_mb"`
	HeapMB     float64 `json:"heap_mb"` // Go's own, in use
	Goroutines int     `json:"goroutines"`
	Threads    int     `json:"threads"`
	Handles    int     `json:"handles"`
}

// soakResult is what came of a soak. Start is measured when a minute has passed (a
// quarter of a shorter soak) and every photo was there once, since some models
// open at their first use; End in the end: medians over some seconds each.
type soakResult struct {
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
	Warm     float64           `json:"warm_seconds"` // until every photo was there once
	Start    soakSample        `json:"start"`
	End      soakSample        `json:"end"`
	Growth   float64           `json:"rss_growth"` // End.RSSMB/Start.RSSMB - 1
	Samples  []soakSample      `json:"samples"`
}

// grown says what grew more than it may, nil for nothing.
func (r soakResult) grown() error {
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

// soaker is the engine's owner during a soak. Everything but post belongs to the
// goroutine that runs the soak.
type soaker struct {
	queue  chan func()
	start  time.Time
	every  time.Duration // between samples
	next   time.Time     // of the next sample
	result soakResult

	engine  *engine.Engine
	flags   *engineFlags
	subject engine.Subject
	frame   engine.Frame
	status  engine.Status
	err     error
}

var _ engine.Listener = (*soaker)(nil)

func (s *soaker) Status(st engine.Status)             { s.status = st }
func (s *soaker) Opened(sub engine.Subject)           { s.subject = sub }
func (s *soaker) Frame(f engine.Frame)                { s.frame = f; s.result.Frames++ }
func (s *soaker) Refined(uint64, []engine.Refinement) {}
func (s *soaker) Progress(engine.Progress)            {}
func (s *soaker) Exported(string)                     {}
func (s *soaker) Failed(task string, err error)       { s.err = fmt.Errorf("%s: %w", task, err) }

// soak drives the engine for so long. photos are opened in turn.
func (p *Program) soak(ctx context.Context, o engine.Options, e *engineFlags, photos []engine.Source, long time.Duration) (soakResult, error) {
	pr := newProgress(p.Stderr)
	defer pr.end()
	var studio Studio
	s := &soaker{flags: e, queue: make(chan func(), 1<<12), every: min(soakEvery, long/20)}
	s.engine = engine.New(engine.Config{
		Load: func(ctx context.Context, report func(engine.Progress)) (engine.Pipeline, error) {
			var err error
			if studio, err = p.Load(ctx, o, func(task string, f float64) { report(engine.Progress{Task: task, Fraction: f}) }); err != nil {
				return nil, err
			}
			if err := studio.Warm(ctx, func(string, float64) {}); err != nil {
				return nil, errors.Join(err, studio.Close())
			}
			return studio, nil
		},
		Post:     func(f func()) { s.queue <- f },
		Listener: s,
	})
	defer s.engine.Close()
	pr.report("Loading the models", -1)
	if err := s.until(ctx, func() bool { return s.status.Ready }); err != nil {
		return soakResult{}, err
	}
	s.start = time.Now()
	s.next = s.start
	for n := 0; time.Since(s.start) < long; n++ {
		pr.report("Soaking", time.Since(s.start).Seconds()/long.Seconds())
		if err := s.round(ctx, n, photos, long); err != nil {
			return soakResult{}, err
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

// round is one photo with three prompts, and the slider dragged with each.
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
			Photo: s.subject.Photo, Threshold: -1, View: benchView, Aligned: (n+i)%5 == 0,
			// New words every time: what is kept of them must not grow for ever.
			Edits: []engine.Edit{{Source: "face", Target: fmt.Sprintf("smiling face of person number %d", 3*n+i), Strength: 1}},
		}
		s.flags.set(&r)
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
			// A display's rhythm: the hand does not wait for the picture.
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

// settle waits for the full picture of a request.
func (s *soaker) settle(ctx context.Context, r engine.Request) error {
	r.Quality = engine.QualityRest
	g := s.engine.Post(r)
	return s.until(ctx, func() bool {
		return s.frame.Generation == g && (s.frame.Stage == engine.StageFinal || s.frame.Stage == engine.StageOriginal)
	})
}

// until runs what the engine posts until the condition holds.
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

// pause runs what the engine posts for a time.
func (s *soaker) pause(ctx context.Context, d time.Duration) error {
	over := false
	timer := time.AfterFunc(d, func() { s.queue <- func() { over = true } })
	defer timer.Stop()
	return s.until(ctx, func() bool { return over })
}

// sample measures when it is time to.
func (s *soaker) sample() {
	if s.start.IsZero() || time.Now().Before(s.next) {
		return
	}
	s.next = time.Now().Add(s.every)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	handles, _ := os.ReadDir("/proc/self/fd")
	s.result.Samples = append(s.result.Samples, soakSample{
		Seconds: round(time.Since(s.start).Seconds(), 1), RSSMB: memoryMB("VmRSS:"), HeapMB: round(float64(m.HeapInuse)/1e6, 1),
		Goroutines: runtime.NumGoroutine(), Threads: int(ownStatus("Threads:")), Handles: max(0, len(handles)-1), // without the folder itself
	})
}

// measure takes the medians of the window after the warm-up and of the last.
func (r *soakResult) measure(warm, window time.Duration) {
	begin, end := max(warm.Seconds(), r.Warm), r.Seconds
	r.Start = middle(r.Samples, begin, begin+window.Seconds())
	r.End = middle(r.Samples, end-window.Seconds(), end)
	if r.Start.RSSMB > 0 {
		r.Growth = round(r.End.RSSMB/r.Start.RSSMB-1, 4)
	}
}

// middle returns the medians of the samples between two times.
func middle(all []soakSample, from, to float64) soakSample {
	var in []soakSample
	for _, s := range all {
		if s.Seconds >= from && s.Seconds <= to {
			in = append(in, s)
		}
	}
	if len(in) == 0 {
		return soakSample{}
	}
	at := func(value func(soakSample) float64) float64 {
		v := make([]float64, len(in))
		for i, s := range in {
			v[i] = value(s)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return soakSample{
		Seconds:    at(func(s soakSample) float64 { return s.Seconds }),
		RSSMB:      at(func(s soakSample) float64 { return s.RSSMB }),
		HeapMB:     at(func(s soakSample) float64 { return s.HeapMB }),
		Goroutines: int(at(func(s soakSample) float64 { return float64(s.Goroutines) })),
		Threads:    int(at(func(s soakSample) float64 { return float64(s.Threads) })),
		Handles:    int(at(func(s soakSample) float64 { return float64(s.Handles) })),
	}
}

// printSoak prints the result for people.
func (p *Program) printSoak(r soakResult) error {
	_, err := fmt.Fprintf(p.Stdout, `%s, %s, %d CPUs, pack %s %s on %s
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

// soakPhotos are the photo named, or all samples.
func (p *Program) soakPhotos(args []string) ([]engine.Source, error) {
	if len(args) == 1 {
		src, err := p.source(args[0])
		if err == nil && src.Path != "" {
			src.Name = src.Path
			src.Data, err = os.ReadFile(src.Path)
		}
		return []engine.Source{src}, err
	}
	samples, err := assets.Samples()
	var out []engine.Source
	for _, s := range samples {
		out = append(out, engine.Source{Name: s.Name, Data: s.Data})
	}
	return out, err
}
