package studio

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/invert/store"
)

// keeping returns a studio that keeps inversions in a folder and runs on a provider.
func keeping(t *testing.T, dir, provider string) (*Studio, *models) {
	t.Helper()
	s, m := newStudio(t)
	s.kept = store.New(dir, 1<<20, func(err error) { t.Errorf("keep: %v", err) })
	s.choice.provider = provider
	return s, m
}

// inverted opens a photo in a studio, inverts its face and closes the studio. It returns the
// style code.
func inverted(t *testing.T, s *Studio, path string) []float32 {
	t.Helper()
	timings := engine.Timings{}
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, timings, quiet); err != nil {
		t.Fatal(err)
	}
	if err := s.Invert(t.Context(), smile(1), timings); err != nil {
		t.Fatal(err)
	}
	style := slices.Clone(s.current.portraits[0].code.Style)
	if _, ok := timings[engine.TimingInvert]; !ok {
		t.Error("the time of the inversion is not told")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return style
}

func TestAnInversionIsKept(t *testing.T) {
	dir, path := filepath.Join(t.TempDir(), "inversions"), writePhoto(t)
	steps := []struct {
		name     string
		provider string
		change   func()
		runs     int // of the inverter
	}{
		// The inverter runs on "inverter's", whatever was chosen.
		{"the first time", "inverter's", func() {}, 1},
		{"again", "inverter's", func() {}, 0},
		{"another provider", "cpu", func() {}, 1},
		{"another photo", "inverter's", func() { path = writeOther(t, path) }, 1},
		{"that one again", "inverter's", func() {}, 0},
		{"damaged", "inverter's", func() { damageAll(t, dir) }, 1},
	}
	for _, step := range steps {
		step.change()
		s, m := keeping(t, dir, step.provider)
		style := inverted(t, s, path)
		if m.calls["invert"] != step.runs || len(style) != fakeStyle {
			t.Errorf("%s: the inverter ran %d times, want %d; style %v", step.name, m.calls["invert"], step.runs, style)
		}
		if opened := slices.Contains(m.closed, "inverter"); opened != (step.runs > 0) {
			t.Errorf("%s: the inverter was opened: %t", step.name, opened)
		}
	}
}

// Without a store nothing is kept, and nothing fails.
func TestNothingIsKept(t *testing.T) {
	path := writePhoto(t)
	for range 2 {
		s, m := newStudio(t)
		inverted(t, s, path)
		if m.calls["invert"] != 1 {
			t.Errorf("the inverter ran %d times, want once", m.calls["invert"])
		}
	}
}

// writeOther writes a copy of a photo with some bytes more at its end.
func writeOther(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.png")
	if err := os.WriteFile(other, append(data, "more"...), 0o600); err != nil {
		t.Fatal(err)
	}
	return other
}

func damageAll(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("kept %v, %v", files, err)
	}
	for _, file := range files {
		if err := os.WriteFile(file, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// closingSegmenter is a segmenter that is only opened and closed.
type closingSegmenter struct {
	segmenter
	stub
}

func (c closingSegmenter) Close() error { return c.stub.Close() }

// What a request needs is opened before it is asked for, and nothing else.
func TestExpectedModelsAreOpened(t *testing.T) {
	aligned, untouched, diffused := smile(1), smile(0), smile(1)
	diffused.Renderer = engine.Diffusion
	aligned.Aligned = true
	for name, c := range map[string]struct {
		r    engine.Request
		want []string
	}{
		"an edit":     {smile(1), []string{"detector", "generator", "imageEncoder", "inverter", "mapper", "segmenter", "textEncoder"}},
		"the square":  {aligned, []string{"detector", "generator", "imageEncoder", "inverter", "mapper", "textEncoder"}},
		"diffusion":   {diffused, []string{"denoiser", "detector", "generator", "imageEncoder", "inverter", "mapper", "segmenter", "textEncoder"}},
		"no edit":     {untouched, []string{"detector", "generator", "inverter"}},
		"not told of": {engine.Request{}, []string{"detector", "generator", "inverter"}},
	} {
		s, m := newStudio(t)
		s.segmenter.open = func() (segmenter, error) { return closingSegmenter{stub: stub{m, "segmenter"}}, nil }
		if name != "not told of" {
			s.Expect(c.r)
		}
		if _, err := s.Open(t.Context(), 1, engine.Source{Path: writePhoto(t)}, nil, quiet); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(slices.Values(m.closed)); !slices.Equal(got, c.want) {
			t.Errorf("%s: opened %v, want %v", name, got, c.want)
		}
	}
}

// For one picture the inverter is closed after its use, which frees its memory for the
// generator, and opened again where it is needed again.
func TestABriefJobClosesTheInverter(t *testing.T) {
	s, m := newStudio(t)
	s.brief = true
	for n := 1; n <= 2; n++ {
		if _, err := s.Open(t.Context(), 1, engine.Source{Path: writePhoto(t)}, nil, quiet); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to invert
			if err := s.Invert(t.Context(), smile(1), nil); err != nil {
				t.Fatal(err)
			}
		}
		if m.calls["invert"] != n || !slices.Equal(m.closed, slices.Repeat([]string{"inverter"}, n)) {
			t.Errorf("photo %d: %d inversions, closed %v", n, m.calls["invert"], m.closed)
		}
	}
	draw(t, s, smile(1), engine.StageFinal)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
