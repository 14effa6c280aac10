package measure

import (
	"fmt"
	"strings"
	"time"
)

// CPU is the name of the provider that can always be used.
const CPU = "cpu"

// Candidate is a provider, with what came of measuring it.
type Candidate struct {
	Provider string `json:"provider"`
	// Device is what runs the work, "" where that is not known.
	Device string `json:"device,omitempty"`
	// Software is true for a GPU interface without a GPU behind it.
	Software bool `json:"software,omitempty"`
	// PreviewMS is the median time in milliseconds from a style code to the first
	// preview, FinalMS from there to the full picture; 0 where it was not measured.
	PreviewMS float64 `json:"preview_ms,omitempty"`
	FinalMS   float64 `json:"final_ms,omitempty"`
	// Refused says why the provider is not used, "" when it could be.
	Refused string `json:"refused,omitempty"`
	// Broken is true for one that works on a device of its own and yet was refused
	// for what it did with the generator.
	Broken bool `json:"broken,omitempty"`
}

// TotalMS is the time from a style code to the full picture in milliseconds, by
// which providers are compared; 0 where it was not measured.
func (c Candidate) TotalMS() float64 { return c.PreviewMS + c.FinalMS }

// Decision says which provider is used, and why.
type Decision struct {
	Provider string `json:"provider"`
	// Candidates are those that were looked at, the CPU last; nil when they are not
	// known any more.
	Candidates []Candidate `json:"candidates"`
	// Measured is when, zero when nothing was measured since there was no choice.
	Measured time.Time `json:"measured,omitzero"`
	// Kept is true when the decision was found in File.
	Kept bool `json:"kept"`
	// File is where decisions are kept, "" where they are not.
	File string `json:"file"`
	// Notice says what a person should know: that there is no GPU that can be used,
	// that one was refused, that the decision could not be kept; "" is nothing.
	Notice string `json:"notice,omitempty"`
}

// Of returns what is known of a provider.
func (d *Decision) Of(provider string) (Candidate, bool) {
	if d != nil {
		for _, c := range d.Candidates {
			if c.Provider == provider {
				return c, true
			}
		}
	}
	return Candidate{}, false
}

// Summary is such as "webgpu 12 ms, cpu 171 ms": the measured times from a style
// code to the full picture; "" where nothing was measured.
func (d *Decision) Summary() string {
	var parts []string
	for _, c := range d.Candidates {
		if c.TotalMS() > 0 {
			parts = append(parts, fmt.Sprintf("%s %s ms", c.Provider, Milliseconds(c.TotalMS())))
		}
	}
	return strings.Join(parts, ", ")
}

// Milliseconds writes a time with one decimal below ten and none above.
func Milliseconds(ms float64) string {
	if ms < 9.95 {
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// refusals says which devices were refused for what they did, and what is used
// instead; "" when none was.
func refusals(candidates []Candidate, used string) string {
	var out []string
	for _, c := range candidates {
		if c.Broken {
			out = append(out, fmt.Sprintf("%s is not used: %s", c.Provider, c.Refused))
		}
	}
	if len(out) == 0 {
		return ""
	}
	if used == CPU {
		used = "the CPU"
	}
	return strings.Join(append(out, "using "+used), "; ")
}
