package ui

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/measure"
)

// preferredProvider returns the execution provider named in the preferences.
func (e *editor) preferredProvider() string {
	return cmp.Or(e.app.Preferences().String(prefProvider), engine.Auto)
}

// options returns the pack in use and the requested provider.
func (e *editor) options() engine.Options {
	return engine.Options{
		Pack:     cmp.Or(e.status.PackDir, e.status.Pack),
		Provider: e.provider, Preferred: e.preferred && e.provider != engine.Auto,
		KeepInversions: e.keepInversions,
	}
}

// providerMenu offers the automatic choice with its current result, the providers that
// it chooses from with their measured times, and a command to measure again. Providers
// that are known not to work are disabled.
func (e *editor) providerMenu() *fyne.Menu {
	d := e.status.Decision
	auto := fyne.NewMenuItem(automaticTitle(d), func() { e.useProvider(engine.Auto) })
	auto.Checked = e.provider == engine.Auto
	menu := fyne.NewMenu("", auto, fyne.NewMenuItemSeparator())
	names := slices.Clone(e.providers)
	if !auto.Checked && !slices.Contains(names, e.provider) {
		names = append(names, e.provider) // from the command line
	}
	usable := 0
	for _, name := range names {
		c, known := d.Of(name)
		item := fyne.NewMenuItem(measuredTitle(name, c), func() { e.useProvider(name) })
		item.Checked = e.provider == name
		item.Disabled = known && c.Refused != "" && !item.Checked
		if !item.Disabled {
			usable++
		}
		menu.Items = append(menu.Items, item)
	}
	again := fyne.NewMenuItem(lang.L("Measure again"), e.measureAgain)
	again.Disabled = usable < 2
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), again)
	return menu
}

// automaticTitle returns a title such as "Automatic (WebGPU)".
func automaticTitle(d *engine.Decision) string {
	if d == nil || d.Provider == "" {
		return lang.L("Automatic")
	}
	return lang.L("Automatic ({{.Provider}})", map[string]any{"Provider": providerTitle(d.Provider)})
}

// measuredTitle returns a title such as "WebGPU – 13 ms a picture".
func measuredTitle(name string, c measure.Candidate) string {
	if c.TotalMS() == 0 {
		return providerTitle(name)
	}
	return lang.L("{{.Provider}} – {{.Time}} ms a picture", map[string]any{
		"Provider": providerTitle(name), "Time": measure.Milliseconds(c.TotalMS()),
	})
}

// useProvider stores a provider as the preference, and runs the models on it.
func (e *editor) useProvider(name string) {
	if name == e.provider && e.preferred {
		return
	}
	e.preferProvider(name)
	e.backend.Use(e.options())
}

// measureAgain measures the providers and uses the fastest.
func (e *editor) measureAgain() {
	e.preferProvider(engine.Auto)
	o := e.options()
	o.Measure = true
	e.backend.Use(o)
}

func (e *editor) preferProvider(name string) {
	e.provider, e.preferred = name, true
	e.app.Preferences().SetString(prefProvider, name)
}

// showMeasured displays the result of a measurement, once.
func (e *editor) showMeasured(d *engine.Decision) {
	figures := func(c measure.Candidate) map[string]any {
		return map[string]any{"Provider": providerTitle(c.Provider), "Time": measure.Milliseconds(c.TotalMS())}
	}
	best, _ := d.Of(d.Provider)
	text := lang.L("{{.Provider}} is the fastest here: {{.Time}} ms a picture.", figures(best))
	for _, c := range d.Candidates {
		if c.Provider != d.Provider && c.TotalMS() > 0 {
			text += " " + lang.L("{{.Provider}}: {{.Time}} ms.", figures(c))
		}
	}
	e.notices.Show(noticeProvider, noticeSuccess, text)
	e.providerTimer.Trigger(func() { e.notices.Clear(noticeProvider) })
}

// justMeasured reports whether a decision is new.
func justMeasured(d, before *engine.Decision) bool {
	return d != nil && d != before && !d.Kept && !d.Measured.IsZero()
}

// providerNotice says in the user's language why the models do not run on what was asked for. The
// engine's own words have what was found out exactly, in English.
func providerNotice(s engine.Status, asked string) string {
	broken := func(c measure.Candidate) bool { return c.Broken }
	about := map[string]any{"Asked": providerTitle(asked), "Provider": providerTitle(s.Provider)}
	switch d := s.Decision; {
	case asked != engine.Auto && !slices.Contains(strings.Split(s.Provider, "+"), asked):
		return lang.L("{{.Asked}} cannot be used here: the models run on {{.Provider}}.", about)
	case d != nil && slices.ContainsFunc(d.Candidates, broken):
		about["Asked"] = providerTitle(d.Candidates[slices.IndexFunc(d.Candidates, broken)].Provider)
		return lang.L("{{.Asked}} is not used, because it failed or drew wrong pictures here: the models run on {{.Provider}}.", about)
	case d != nil && d.Provider == measure.CPU && d.Measured.IsZero() && len(d.Candidates) > 1:
		return lang.L("No graphics processor can be used here: the models run on the CPU.")
	}
	return lang.L("The models run on {{.Provider}}; the details say what was found out about that.", about)
}
