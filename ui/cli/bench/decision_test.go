package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/measure"
)

// measured is a decision as a machine with a GPU has it.
func measured() *engine.Decision {
	return &engine.Decision{
		Provider: "webgpu", Measured: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), Kept: true, File: "/cache/providers.json",
		Candidates: []measure.Candidate{
			{Provider: "cuda", Refused: "not enabled in this build"},
			{Provider: "webgpu", Device: "a card", PreviewMS: 2.5, FinalMS: 10.4},
			{Provider: "cpu", Device: "a processor", PreviewMS: 40, FinalMS: 130},
		},
	}
}

func TestDecisionInWords(t *testing.T) {
	for _, c := range []struct {
		decision *engine.Decision
		want     string
	}{
		{measured(), "chosen by measuring on 2026-03-04: webgpu 13 ms, cpu 170 ms"},
		{&engine.Decision{Provider: "cpu", Candidates: []measure.Candidate{{Provider: "cpu"}}}, "chosen, nothing else can be used"},
		{nil, "asked for"},
	} {
		if got := decisionLine(engine.Status{Decision: c.decision}); got != c.want {
			t.Errorf("want %q, got %q", c.want, got)
		}
	}
	var b bytes.Buffer
	if err := (Result{Provider: "webgpu", chosen: "as told"}).Print(&b); err != nil || !strings.Contains(b.String(), " on webgpu (as told)\n") {
		t.Errorf("%v: %s", err, &b)
	}
}
