package bench

import (
	"fmt"
	"slices"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/measure"
)

// Decision says how auto chose the provider.
type Decision struct {
	Provider   string              `json:"provider"`
	Measured   time.Time           `json:"measured,omitzero"`
	Candidates []measure.Candidate `json:"candidates"`
}

// decisionOf returns nil if a provider was requested by name.
func decisionOf(st engine.Status) *Decision {
	if st.Decision == nil {
		return nil
	}
	d := st.Decision
	return &Decision{Provider: d.Provider, Measured: d.Measured, Candidates: slices.Clone(d.Candidates)}
}

// decisionLine says how the provider was chosen.
func decisionLine(st engine.Status) string {
	switch d := st.Decision; {
	case d == nil:
		return "asked for"
	case d.Summary() == "":
		return "chosen, nothing else can be used"
	default:
		return fmt.Sprintf("chosen by measuring on %s: %s", d.Measured.Local().Format(time.DateOnly), d.Summary())
	}
}
