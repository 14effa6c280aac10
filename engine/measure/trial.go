package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"deltaedit/engine/onnx"
)

// Runner is the work on one provider. One call at a time.
type Runner interface {
	// Draw makes picture number n, 0 or 1, from its style code on; nothing of what
	// the one before computed may help. It stops soon after ctx ends.
	Draw(ctx context.Context, n int) (Drawn, error)
	io.Closer
}

// Drawn is what a Draw made, and how long it took. The values are the runner's
// until its next Draw.
type Drawn struct {
	// Preview and Final are pictures: values nominally in [-1, 1].
	Preview, Final []float32
	// PreviewTook is from the style code to the preview, FinalTook from there on.
	PreviewTook, FinalTook time.Duration
}

// How a provider is measured: once to warm up, then so many times, fewer where
// they take longer than enough.
const (
	times  = 5
	enough = time.Second
)

// How far a picture may be from the CPU's, on [-1, 1]: by root mean square, and in the
// share of its values that are off by more than far. Sums in another order give 1e-4,
// products of 10 bits (TensorFloat-32) 1e-3, of 8 (bfloat16) 4e-3 to 8e-3 and strands
// of hair, 5e-4 of all values, that are off by up to 0.4; another picture 0.3 and more.
// A root mean square of 0.01 is a PSNR of 46 dB, which nobody sees.
const (
	maxRMS = 0.01
	far    = 0.1
	maxFar = 1e-3
)

// grace is how long native code gets to return after it was told to stop.
const grace = time.Second

// errStuck says that native code does not return.
var errStuck = errors.New("does not answer")

// outcome is what a trial came to.
type outcome struct {
	preview, final float64 // medians in milliseconds
	first          Drawn   // a copy of picture 0
}

// measure tries the CPU, then the others, and returns them with their times, the
// CPU last. Those that have ended the program are refused. On error they have no times.
func (c *Chooser) measure(ctx context.Context, all []Candidate, report Report) ([]Candidate, error) {
	cpu, out := c.cpu(), slices.Clone(all)
	n := 1
	for i := range out {
		o := &out[i]
		if o.Refused == "" {
			o.Refused = c.Ended(o.Provider)
			o.Broken = o.Refused != ""
		}
		if o.Refused == "" {
			n++
		}
	}
	end := time.Now().Add(c.budget())
	left := n
	try := func(provider string, agree func(Drawn) error) (outcome, error) {
		report(Task, float64(n-left)/float64(n))
		// What one leaves of its share goes to those after it: the CPU needs no
		// compiling and leaves most of it.
		limit := max(time.Until(end)/time.Duration(left), c.budget()/10)
		left--
		return c.trial(ctx, provider, limit, agree)
	}
	base, err := try(CPU, func(d Drawn) error { return picture(d) })
	if err != nil {
		return append(out, cpu), fmt.Errorf("the CPU: %w", err)
	}
	cpu.PreviewMS, cpu.FinalMS = base.preview, base.final
	for i := range out {
		o := &out[i]
		if o.Refused != "" {
			continue
		}
		done := c.Attempt(measuring, o.Provider)
		got, err := try(o.Provider, func(d Drawn) error { return agree(d, base.first) })
		done()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil { // this one goes, the others are measured all the same
			o.Refused, o.Broken = reason(err), true
			continue
		}
		o.PreviewMS, o.FinalMS = got.preview, got.final
	}
	report(Task, 1)
	return append(out, cpu), nil
}

// trial measures one provider within a limit. Native code that does not return
// even then is left behind; it is closed should it ever do so.
func (c *Chooser) trial(ctx context.Context, provider string, limit time.Duration, check func(Drawn) error) (outcome, error) {
	type result struct {
		outcome
		err error
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		var r result
		r.outcome, r.err = c.run(bounded, provider, check)
		done <- r
	}()
	var r result
	select {
	case r = <-done:
	case <-bounded.Done():
		select {
		case r = <-done:
		case <-time.After(grace):
			r.err = errStuck
		}
	}
	switch {
	case ctx.Err() != nil:
		return outcome{}, ctx.Err()
	case r.err != nil && bounded.Err() != nil:
		return outcome{}, fmt.Errorf("it took longer than %.1f s (%w)", limit.Seconds(), r.err)
	}
	return r.outcome, r.err
}

// run is the trial itself.
func (c *Chooser) run(ctx context.Context, provider string, check func(Drawn) error) (out outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	r, err := c.Open(ctx, provider)
	if err != nil {
		return outcome{}, err
	}
	defer func() {
		if e := r.Close(); e != nil && err == nil {
			err = e
		}
	}()
	d, err := r.Draw(ctx, 0)
	if err != nil {
		return outcome{}, err
	}
	if err := check(d); err != nil {
		return outcome{}, err
	}
	out.first = d
	out.first.Preview, out.first.Final = slices.Clone(d.Preview), slices.Clone(d.Final)
	var previews, finals []float64
	for start := time.Now(); len(previews) < times && (len(previews) == 0 || time.Since(start) < enough); {
		n := (len(previews) + 1) % 2
		err := ctx.Err()
		var d Drawn
		if err == nil {
			d, err = r.Draw(ctx, n)
		}
		if err == nil && n == 0 {
			err = check(d)
		}
		if err != nil {
			if provider == CPU && ctx.Err() != nil {
				break // it needs no warming up
			}
			return outcome{}, err
		}
		previews, finals = append(previews, ms(d.PreviewTook)), append(finals, ms(d.FinalTook))
	}
	if len(previews) == 0 {
		previews, finals = []float64{ms(out.first.PreviewTook)}, []float64{ms(out.first.FinalTook)}
	}
	out.preview, out.final = median(previews), median(finals)
	return out, nil
}

// picture checks what the CPU drew: from a blank nothing could be told.
func picture(d Drawn) error {
	for what, v := range map[string][]float32{"preview": d.Preview, "picture": d.Final} {
		if len(v) == 0 {
			return fmt.Errorf("its %s has no values", what)
		}
		if err := onnx.CheckFinite("its "+what, v); err != nil {
			return err
		}
		if spread := slices.Max(v) - slices.Min(v); !(spread > far) {
			return fmt.Errorf("its %s is blank: all values within %g", what, spread)
		}
	}
	return nil
}

// agree compares what a provider drew with what the CPU did.
func agree(got, want Drawn) error {
	for _, p := range []struct {
		what      string
		got, want []float32
	}{{"preview", got.Preview, want.Preview}, {"picture", got.Final, want.Final}} {
		if len(p.got) != len(p.want) {
			return fmt.Errorf("its %s has %d values, the CPU's %d", p.what, len(p.got), len(p.want))
		}
		if err := onnx.CheckFinite("its "+p.what, p.got); err != nil {
			return err
		}
		rms, share := apart(p.got, p.want)
		if !(rms <= maxRMS && share <= maxFar) {
			return fmt.Errorf("its %s is another than the CPU's: off by %.2g (root mean square), and by more than %g in %.2g of its values; want no more than %g, and in %g", p.what, rms, far, share, maxRMS, maxFar)
		}
	}
	return nil
}

// apart returns the root mean square of the differences of two pictures as they show,
// clamped to [-1, 1], and the share of them that are larger than far.
func apart(a, b []float32) (rms, share float64) {
	var sum float64
	n := 0
	for i, x := range a {
		d := math.Abs(float64(clamp(x)) - float64(clamp(b[i])))
		sum += d * d
		if !(d <= far) {
			n++
		}
	}
	count := float64(max(len(a), 1))
	return math.Sqrt(sum / count), float64(n) / count
}

// reason is the first line of an error, cut to a length for a person.
func reason(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	if r := []rune(line); len(r) > 200 {
		line = string(r[:200]) + "…"
	}
	return line
}

func clamp(x float32) float32 { return max(-1, min(1, x)) }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
