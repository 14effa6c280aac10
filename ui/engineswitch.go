package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"deltaedit/engine"
)

// engineSwitch chooses what makes the final picture. It belongs to the UI thread.
type engineSwitch struct {
	content *fyne.Container
	// choices are in the order of the kinds.
	choices [2]*chip
	// why says what keeps the choice from being one; hidden when nothing does.
	why *canvas.Text
	// stepsRow is for the advanced settings.
	stepsRow   *fyne.Container
	steps      *trackSlider
	stepsValue *canvas.Text
	// OnEngine is called with a choice that a person made.
	OnEngine func(engine.Kind)
}

func newEngineSwitch(caption func(string) *canvas.Text) *engineSwitch {
	s := &engineSwitch{
		why:        caption(""),
		steps:      newTrackSlider(engine.MinSteps, engine.MaxSteps, 1, engine.MinSteps),
		stepsValue: canvas.NewText("", nil),
	}
	row := container.New(&wrapLayout{width: panelWidth - 2*spaceL, gap: spaceS + spaceS/2})
	for kind, title := range []string{engine.GAN: lang.L("Fast: GAN"), engine.Diffusion: lang.L("Faithful: diffusion")} {
		s.choices[kind] = newChip(title, func() {
			if s.OnEngine != nil {
				s.OnEngine(engine.Kind(kind))
			}
		})
		row.Add(s.choices[kind])
	}
	s.content = container.New(layout.NewCustomPaddedVBoxLayout(spaceS), caption(lang.L("Engine")), row, s.why)
	s.stepsRow = container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.NewHBox(caption(lang.L("Steps of the diffusion")), layout.NewSpacer(), s.stepsValue), s.steps)
	return s
}

// Show puts settings on the switch without calling anyone. Where the pack has the
// GAN alone, that is what is chosen, whatever the settings say.
func (s *engineSwitch) Show(set settings, st engine.Status) {
	able := st.DiffusionSteps > 0
	kind := set.Engine
	if !able {
		kind = engine.GAN
	}
	for k, c := range s.choices {
		c.Select(engine.Kind(k) == kind)
		c.disable(!able)
	}
	s.stepsRow.Hidden = !able
	// Before the models are loaded nobody knows what they can do.
	s.why.Hidden = able || !st.Ready
	setText(s.why, lang.L("This model pack has no diffusion part."))
	steps := set.Steps
	if steps == packSteps {
		steps = st.DiffusionSteps
	}
	s.steps.SetSilently(float64(steps))
	s.ShowValues()
}

// ShowValues writes the number of steps beside its slider.
func (s *engineSwitch) ShowValues() { setText(s.stepsValue, strconv.Itoa(int(s.steps.Value()))) }
