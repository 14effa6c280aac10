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

// Runner runs the generator on one provider. It allows one call at a time.
type Runner interface {
	// Draw renders image n, 0 or 1, from its style code. It must not use results of the
	// previous call. It stops soon after ctx ends.
	Draw(ctx context.Context, n int) (Drawn, error)
	io.Closer
}

// Drawn is the result of a Draw, with its times. The slices belong to the runner and
// are valid until its next Draw.
type Drawn struct {
	// Preview and Final are images with values nominally in [-1, 1].
	Preview, Final []float32
	// PreviewTook is the time from the style code to the preview, and FinalTook from
	// there to the final image.
	PreviewTook, FinalTook time.Duration
}

// A provider is measured after one warm-up run, in trialRuns runs, or fewer if these
// take longer than maxTrialTime.
const (
	trialRuns    = 5
	maxTrialTime = time.Second
)

// Limits for the difference between a provider's image and the CPU's, whose values are
// in [-1, 1]: the root mean square, and the share of values that differ by more than
// farOff. Summation in another order gives an RMS of 1e-4, TensorFloat-32 1e-3,
// bfloat16 4e-3 to 8e-3, with 5e-4 of all values (strands of hair) off by up to 0.4. A
// different image gives 0.3 and more. An RMS of 0.01 is a PSNR of 46 dB, which is not
// visible.
const (
	maxRMS = 0.01
	farOff = 0.1
	maxFar = 1e-3
)

// grace is the time for native code to return after it was asked to stop.
const grace = time.Second

// errStuck means that native code does not return, errLate that the work took longer
// than its share of the time.
var (
	errStuck = errors.New("does not answer")
	errLate  = errors.New("it took longer than")
)

// outcome is the result of a trial.
type outcome struct {
	preview, final float64 // medians in milliseconds
	first          Drawn   // a copy of image 0
	unsteady       bool    // the median is far above the shortest
}

// measure tries the CPU, then the others, and returns them with their times, the CPU
// last. Providers that have ended the program are refused. A provider with an error has
// no times.
func (c *Chooser) measure(ctx context.Context, all []Candidate, progress Progress) ([]Candidate, error) {
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
	try := func(provider string, check func(Drawn) error) (outcome, error) {
		progress(float64(n-left) / float64(n))
		// Time that one provider does not use goes to those after it: the CPU needs no
		// compilation and leaves most of its share.
		limit := max(time.Until(end)/time.Duration(left), c.budget()/10)
		left--
		return c.trial(ctx, provider, limit, check)
	}
	base, err := try(CPU, checkNotBlank)
	if err != nil {
		return append(out, cpu), fmt.Errorf("the CPU: %w", err)
	}
	cpu.PreviewMS, cpu.FinalMS, cpu.unsteady = base.preview, base.final, base.unsteady
	for i := range out {
		o := &out[i]
		if o.Refused != "" {
			continue
		}
		done := c.Attempt(measuring, o.Provider)
		got, err := try(o.Provider, func(d Drawn) error { return compareWithCPU(d, base.first) })
		done()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil { // refuse this provider and measure the others
			o.Refused, o.Broken, o.why = reason(err), true, causeOf(err)
			continue
		}
		o.PreviewMS, o.FinalMS, o.unsteady = got.preview, got.final, got.unsteady
	}
	progress(1)
	return append(out, cpu), nil
}

// trial measures one provider within a time limit. Native code that does not return by
// then is left running, and its runner is closed if it returns later.
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
		return outcome{}, fmt.Errorf("%w %.1f s (%w)", errLate, limit.Seconds(), r.err)
	}
	return r.outcome, r.err
}

// run runs the trial of one provider.
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
	for start := time.Now(); len(previews) < trialRuns && (len(previews) == 0 || time.Since(start) < maxTrialTime); {
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
				break // the CPU needs no warm-up
			}
			return outcome{}, err
		}
		previews, finals = append(previews, ms(d.PreviewTook)), append(finals, ms(d.FinalTook))
	}
	if len(previews) == 0 {
		previews, finals = []float64{ms(out.first.PreviewTook)}, []float64{ms(out.first.FinalTook)}
	}
	out.preview, out.final = median(previews), median(finals)
	out.unsteady = out.final > unsteady*slices.Min(finals)
	return out, nil
}

// checkNotBlank checks the CPU's images, because a blank image cannot be compared with
// anything.
func checkNotBlank(d Drawn) error {
	for what, v := range map[string][]float32{"preview": d.Preview, "picture": d.Final} {
		if len(v) == 0 {
			return fmt.Errorf("its %s has no values", what)
		}
		if err := onnx.CheckFinite("its "+what, v); err != nil {
			return err
		}
		if spread := slices.Max(v) - slices.Min(v); !(spread > farOff) {
			return fmt.Errorf("its %s is blank: all values within %g", what, spread)
		}
	}
	return nil
}

// compareWithCPU returns an error when a provider's images differ from the CPU's.
func compareWithCPU(got, want Drawn) error {
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
		rms, share := difference(p.got, p.want)
		if !(rms <= maxRMS && share <= maxFar) {
			return fmt.Errorf("its %s is another than the CPU's: off by %.2g (root mean square), and by more than %g in %.2g of its values; want no more than %g, and in %g", p.what, rms, farOff, share, maxRMS, maxFar)
		}
	}
	return nil
}

// difference returns the root mean square of the differences of two images whose
// values are clamped to [-1, 1], and the share of differences above farOff.
func difference(a, b []float32) (rms, share float64) {
	var sum float64
	n := 0
	for i, x := range a {
		d := math.Abs(float64(clamp(x)) - float64(clamp(b[i])))
		sum += d * d
		if !(d <= farOff) {
			n++
		}
	}
	count := float64(max(len(a), 1))
	return math.Sqrt(sum / count), float64(n) / count
}

// reason returns the first line of an error, cut to 200 characters.
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
