package measure

import (
	"fmt"
	"strings"
	"time"
)

// CPU is the name of the provider that can always be used.
const CPU = "cpu"

// Candidate is a provider and the result of measuring it.
type Candidate struct {
	Provider string `json:"provider"`
	// Device is the device that runs the work, or "" if unknown.
	Device string `json:"device,omitempty"`
	// Software is true for a GPU interface that runs on the CPU.
	Software bool `json:"software,omitempty"`
	// PreviewMS is the median time in milliseconds from a style code to the first
	// preview, and FinalMS from there to the full image; 0 if not measured.
	PreviewMS float64 `json:"preview_ms,omitempty"`
	FinalMS   float64 `json:"final_ms,omitempty"`
	// Refused says why the provider is not used; "" if it could be.
	Refused string `json:"refused,omitempty"`
	// Broken is true for a provider with a device of its own that was refused because
	// of its results with the generator.
	Broken bool `json:"broken,omitempty"`

	why      cause // cause of the refusal
	unsteady bool  // its times vary too much to be relied on for long
}

// TotalMS returns the time from a style code to the full image in milliseconds, by
// which providers are compared; 0 if not measured.
func (c Candidate) TotalMS() float64 { return c.PreviewMS + c.FinalMS }

// Decision says which provider is used, and why.
type Decision struct {
	Provider string `json:"provider"`
	// Candidates are the providers that were considered, the CPU last; nil if they are
	// no longer known.
	Candidates []Candidate `json:"candidates"`
	// Measured is the time of the measurement; zero if nothing was measured because
	// there was no choice.
	Measured time.Time `json:"measured,omitzero"`
	// Kept is true if the decision was read from File.
	Kept bool `json:"kept"`
	// File is the path of the file of decisions, or "" if they are not stored.
	File string `json:"file"`
	// Notice is a message for the user: that there is no usable GPU, that one was
	// refused, or that the decision could not be stored; "" for none.
	Notice string `json:"notice,omitempty"`

	// Of the measurement, as in entry: they shorten how long it is valid.
	late     int
	unsteady bool
}

// Of returns the candidate for a provider, and whether there is one.
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

// Summary returns a text such as "webgpu 12 ms, cpu 171 ms": the measured times from a
// style code to the full image, or "" if nothing was measured.
func (d *Decision) Summary() string {
	var parts []string
	for _, c := range d.Candidates {
		if c.TotalMS() > 0 {
			parts = append(parts, fmt.Sprintf("%s %s ms", c.Provider, Milliseconds(c.TotalMS())))
		}
	}
	return strings.Join(parts, ", ")
}

// Milliseconds formats a time with one decimal below ten and none above.
func Milliseconds(ms float64) string {
	if ms < 9.95 {
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// refusals says which devices were refused because of their results, and what is used
// instead; "" if none was.
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
