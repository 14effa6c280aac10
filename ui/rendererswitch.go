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

// rendererSwitch selects the renderer of the final image. It belongs to the UI thread.
type rendererSwitch struct {
	content *fyne.Container
	// choices are in the order of the renderers.
	choices [2]*chip
	// why says why there is no choice; it is hidden when there is one.
	why *canvas.Text
	// stepsRow is displayed among the advanced settings.
	stepsRow   *fyne.Container
	steps      *trackSlider
	stepsValue *canvas.Text
	// OnRenderer is called when the user selects a renderer.
	OnRenderer func(engine.Renderer)
}

func newRendererSwitch(caption func(string) *canvas.Text, wrapped *wrapLayout, flow *flowLayout) *rendererSwitch {
	s := &rendererSwitch{
		why:        caption(""),
		steps:      newTrackSlider(engine.MinSteps, engine.MaxSteps, 1, engine.MinSteps),
		stepsValue: canvas.NewText("", nil),
	}
	row := container.New(wrapped)
	for kind, title := range []string{engine.GAN: lang.L("Fast: GAN"), engine.Diffusion: lang.L("Faithful: diffusion")} {
		s.choices[kind] = newChip(title, func() {
			if s.OnRenderer != nil {
				s.OnRenderer(engine.Renderer(kind))
			}
		})
		row.Add(s.choices[kind])
	}
	s.content = container.New(layout.NewCustomPaddedVBoxLayout(spaceS), caption(lang.L("Engine")), row, s.why)
	s.stepsRow = container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(flow, caption(lang.L("Steps of the diffusion")), s.stepsValue), s.steps)
	return s
}

// Show displays settings without calling OnRenderer. When the pack has no diffusion,
// the GAN is selected.
func (s *rendererSwitch) Show(set settings, st engine.Status) {
	able := st.DiffusionSteps > 0
	kind := set.Renderer
	if !able {
		kind = engine.GAN
	}
	for k, c := range s.choices {
		c.Select(engine.Renderer(k) == kind)
		c.disable(!able)
	}
	s.stepsRow.Hidden = !able
	// What the models support is not known before they are loaded.
	s.why.Hidden = able || !st.Ready
	setText(s.why, lang.L("This model pack has no diffusion part."))
	steps := set.Steps
	if steps == packSteps {
		steps = st.DiffusionSteps
	}
	s.steps.SetSilently(float64(steps))
	s.ShowValues()
}

// ShowValues displays the number of steps next to its slider.
func (s *rendererSwitch) ShowValues() { setText(s.stepsValue, strconv.Itoa(int(s.steps.Value()))) }
