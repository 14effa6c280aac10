package studio

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"deltaedit/engine"
)

// labelled is a generator on a provider.
type labelled struct {
	stubGenerator
	provider string
}

func (n labelled) Provider() string           { return n.provider }
func (n labelled) Wait(context.Context) error { return nil }

// meanwhile returns a studio whose models run on the CPU until release is called, and the
// errors of the provider that takes over. It is warm and has a photo.
func meanwhile(t *testing.T, fail string) (s *Studio, m *models, release func(), failures *[]string) {
	t.Helper()
	s, m = newStudio(t)
	wait := make(chan struct{})
	failures = &[]string{}
	s.choice = providerChoice{provider: "openvino", failed: func(why string) { *failures = append(*failures, why) }}
	s.inverter.open = func() (inverter, error) { return stubInverter{stub{m, "new inverter"}}, m.fail["open new inverter"] }
	s.generator.open = func() (generator, error) {
		<-wait
		return labelled{stubGenerator{stub{m, "new generator"}}, "openvino"}, nil
	}
	s.openOnCPU.inverter = func() (inverter, error) { return stubInverter{stub{m, "inverter"}}, nil }
	s.openOnCPU.generator = func() (generator, error) { return labelled{stubGenerator{stub{m, "generator"}}, "cpu"}, nil }
	if fail != "" {
		m.fail[fail] = errors.New("injected")
	}
	if !s.drawMeanwhile() {
		t.Fatal("it waits for the provider")
	}
	if err := s.Warm(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: writePhoto(t)}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	return s, m, func() { close(wait) }, failures
}

// whenOpened waits until the provider has opened its models, or failed.
func whenOpened(s *Studio) {
	for len(s.later.ahead) == 0 {
		runtime.Gosched()
	}
}

// resting is smile for a slider that rests.
func resting(strength float64) engine.Request {
	r := smile(strength)
	r.Quality = engine.QualityRest
	return r
}

func TestTheProviderTakesOver(t *testing.T) {
	s, m, release, failures := meanwhile(t, "")
	draw(t, s, resting(1), engine.StagePreview)
	if st := s.Status(); st.Provider != "cpu" {
		t.Errorf("before: %s", st.Provider)
	}
	first := m.calls["preview"]
	release()
	whenOpened(s)
	moved := smile(0.5)
	moved.Quality = engine.QualityDrag
	draw(t, s, moved, engine.StagePreview)
	if st := s.Status(); st.Provider != "cpu" || m.calls["preview"] != first+1 {
		t.Errorf("while the slider moves: %s, %d syntheses, want %d", st.Provider, m.calls["preview"], first+1)
	}
	inversions := m.calls["invert"]
	draw(t, s, resting(0.5), engine.StagePreview)
	if st := s.Status(); st.Provider != "openvino" || st.Notice != "" || len(*failures) > 0 {
		t.Errorf("when it rests: %s, %q, %v", st.Provider, st.Notice, *failures)
	}
	// The reconstruction and the edit are drawn again, and nothing is inverted again.
	if got := m.calls["preview"]; got != first+3 || m.calls["invert"] != inversions {
		t.Errorf("%d syntheses, want %d; %d inversions, want %d", got, first+3, m.calls["invert"], inversions)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkClosed(t, m, "inverter", "generator", "new inverter", "new generator")
}

// A provider that cannot open the models leaves the work to the CPU, with a notice.
func TestTheProviderCannotTakeOver(t *testing.T) {
	s, m, release, failures := meanwhile(t, "open new inverter")
	release()
	whenOpened(s)
	draw(t, s, resting(1), engine.StageFinal)
	const want = "openvino cannot open the models (injected); using the CPU"
	if st := s.Status(); st.Provider != "cpu" || st.Notice != want || len(*failures) != 1 || (*failures)[0] != want {
		t.Errorf("%s, %q, %q", st.Provider, st.Notice, *failures)
	}
	draw(t, s, resting(0.5), engine.StageFinal)
	if len(*failures) != 1 {
		t.Errorf("failed again: %q", *failures)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkClosed(t, m, "inverter", "generator", "new inverter", "new generator")
}

// A studio that is closed before the provider is ready closes what is open, and opens nothing
// more.
func TestClosedBeforeTheProviderTakesOver(t *testing.T) {
	s, m, release, failures := meanwhile(t, "")
	s.cancel()
	release()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkClosed(t, m, "inverter", "generator", "new generator")
	if slices.Contains(m.closed, "new inverter") || len(*failures) > 0 {
		t.Errorf("closed %v, failures %v", m.closed, *failures)
	}
}

// A provider asked for by name is not replaced, and the CPU is not waited for.
func TestNothingIsDrawnMeanwhile(t *testing.T) {
	for name, c := range map[string]providerChoice{
		"by name": {provider: "openvino"},
		"the CPU": {provider: "cpu", failed: func(string) {}},
		"a GPU":   {provider: "cuda", failed: func(string) {}},
	} {
		s, _ := newStudio(t)
		s.choice = c
		if s.drawMeanwhile() || s.later.open != nil {
			t.Errorf("%s: drawn meanwhile", name)
		}
	}
}

// checkClosed checks that each of the models was closed once.
func checkClosed(t *testing.T, m *models, names ...string) {
	t.Helper()
	for _, name := range names {
		n := 0
		for _, c := range m.closed {
			if c == name {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s was closed %d times, want once: %v", name, n, m.closed)
		}
	}
}
