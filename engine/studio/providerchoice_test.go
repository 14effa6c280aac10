package studio_test

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/measure"
	"deltaedit/engine/onnx"
	"deltaedit/engine/studio"
)

// unusable is a provider that this system cannot have.
func unusable() string {
	if runtime.GOOS == "windows" {
		return "coreml"
	}
	return "directml"
}

// A provider that was asked for by name must work; one that is a preference gives way
// to the automatic choice, with a notice; an automatic choice says how it was made.
func TestTheProviderIsChosen(t *testing.T) {
	dir := officialPack(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	load := func(o engine.Options) (*studio.Studio, engine.Status, error) {
		t.Helper()
		o.Pack = dir
		s, err := studio.LoadPack(t.Context(), o, func(engine.Task, float64) {})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		_, err = s.Random(t.Context(), 1, 1, engine.Timings{}, func(engine.Task, float64) {})
		return s, s.Status(), err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}

	_, st, err := load(engine.Options{Provider: "cpu"})
	if err != nil || st.Provider != "cpu" || st.Decision != nil || st.Notice != "" || st.PackDir != abs {
		t.Errorf("cpu by name: %+v, %v", st, err)
	}
	if _, _, err = load(engine.Options{Provider: unusable()}); !errors.Is(err, onnx.ErrProvider) {
		t.Errorf("%s by name: %v", unusable(), err)
	}

	_, auto, err := load(engine.Options{})
	if err != nil || auto.Decision == nil || !strings.Contains(auto.Provider, auto.Decision.Provider) || len(auto.Decision.Candidates) != len(measure.Providers()) {
		t.Errorf("auto: %+v, %v", auto, err)
	}
	if auto.Notice != auto.Decision.Notice {
		t.Errorf("auto: notice %q, the decision's %q", auto.Notice, auto.Decision.Notice)
	}

	_, st, err = load(engine.Options{Provider: unusable(), Preferred: true})
	if err != nil || st.Decision == nil || st.Provider != auto.Provider ||
		!strings.HasPrefix(st.Notice, unusable()+" is preferred but cannot be used (") || !strings.Contains(st.Notice, "using") || onnx.NoGPU(st.Notice) {
		t.Errorf("%s preferred: %+v, %v", unusable(), st, err)
	}
	_, st, err = load(engine.Options{Provider: "cpu", Preferred: true})
	if err != nil || st.Provider != "cpu" || st.Decision != nil || st.Notice != "" {
		t.Errorf("cpu preferred: %+v, %v", st, err)
	}
}
