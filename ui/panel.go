package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/ui/stack"
)

// panelWidth is the width of the controls at a text of 100 %, in logical pixels.
const panelWidth float32 = 324

// strengthSnap is the distance from 0 within which the strength slider snaps to 0.
const strengthSnap = 0.04

// maxThreshold is the slider's maximum: above it hardly any channel is left.
const maxThreshold = 0.5

// panel holds the controls. It has no logic of its own: the editor sets the callbacks
// of its parts. It belongs to the UI thread.
type panel struct {
	content *fyne.Container
	ground  ground
	space   *canvas.Rectangle // keeps the width
	wrap    *wrapLayout       // of all rows of chips
	flow    *flowLayout       // of captions with a value at the end of the row

	open, random, more *pushButton
	rows               *stackList
	source, target     *promptEntry
	chips              []*chip
	presets            []assets.Preset
	onPreset           func(assets.Preset)

	strength      *trackSlider
	strengthValue *canvas.Text
	reset         *pushButton
	variants      *pushButton // shows other strengths and presets

	mask   *maskPanel
	engine *rendererSwitch
	refine *pushButton

	scroll         *container.Scroll
	advanced       *pushButton
	advancedBox    *fyne.Container
	threshold      *trackSlider
	thresholdValue *canvas.Text
	aligned        *checkBox

	before *holdButton
	export *pushButton

	// captions change with the theme.
	captions []*canvas.Text
}

func newPanel(groups []assets.Group) *panel {
	p := &panel{ground: newGround(), space: canvas.NewRectangle(nil), wrap: &wrapLayout{gap: spaceS + spaceS/2}, flow: &flowLayout{gap: spaceS}}

	p.open = newButton(lang.L("Open…"), theme.FolderOpenIcon(), nil)
	p.random = newButton(lang.L("Random face"), theme.ViewRefreshIcon(), nil)
	p.more = newButton("", theme.MoreVerticalIcon(), nil)
	p.more.Importance = widget.LowImportance
	top := container.NewBorder(nil, nil, nil, container.NewVBox(p.more),
		container.New(pairLayout{func() float32 { return p.inner() - p.more.MinSize().Width - spaceS }}, p.open, p.random))

	p.rows = newStackList(p.caption, p.titleOf)
	p.source = newPromptEntry(stack.DefaultSource)
	p.target = newPromptEntry(lang.L("smiling face with blond hair"))

	p.strength = newTrackSlider(-2, 2, 0.01, 0)
	p.strength.Snap = strengthSnap
	p.strength.Marks = []sliderMark{{-2, "−2"}, {-1, "−1"}, {0, "0"}, {1, "1"}, {2, "2"}}
	p.strengthValue = canvas.NewText("", nil)
	p.strengthValue.TextStyle = fyne.TextStyle{Bold: true, Monospace: false}
	p.reset = newButton("", theme.ContentUndoIcon(), nil)
	p.reset.Importance = widget.LowImportance
	p.variants = newButton("", theme.GridIcon(), nil)
	p.variants.Importance = widget.LowImportance

	p.refine = newButton(lang.L("Refine the likeness"), theme.ZoomFitIcon(), nil)
	p.refine.Importance = widget.LowImportance
	p.refine.Alignment = widget.ButtonAlignLeading
	p.refine.Disable()

	p.mask = newMaskPanel(p.caption, p.wrap, p.flow)
	p.engine = newRendererSwitch(p.caption, p.wrap, p.flow)

	p.threshold = newTrackSlider(0, maxThreshold, 0.01, 0)
	p.thresholdValue = canvas.NewText("", nil)
	p.aligned = newCheckBox(lang.L("Show the face alone"))
	p.advanced = newButton(lang.L("Advanced"), theme.MenuExpandIcon(), p.toggleAdvanced)
	p.advanced.Importance = widget.LowImportance
	p.advanced.Alignment = widget.ButtonAlignLeading
	p.advancedBox = container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(p.flow, p.caption(lang.L("Focus: change only what matters")), p.thresholdValue),
		p.threshold, p.engine.stepsRow, p.aligned)
	p.advancedBox.Hide()

	p.before = newHoldButton(lang.L("Before"), theme.VisibilityIcon(), nil)
	p.export = newButton(lang.L("Export…"), theme.DocumentSaveIcon(), nil)
	p.export.Importance = widget.HighImportance
	bottom := container.New(pairLayout{p.inner}, p.before, p.export)

	prompts := container.New(layout.NewCustomPaddedVBoxLayout(spaceS),
		p.caption(lang.L("What it is")), p.source,
		gap(spaceS),
		p.caption(lang.L("What it should become")), p.target,
	)
	strength := container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.NewHBox(p.caption(lang.L("Strength")), layout.NewSpacer(), p.strengthValue, p.reset, p.variants),
		p.strength,
	)
	middle := container.New(layout.NewCustomPaddedVBoxLayout(spaceM),
		p.rows.content, prompts, strength, p.mask.content, p.makePresets(groups), p.engine.content,
		container.New(layout.NewCustomPaddedLayout(0, -spaceM, -spaceM, 0), p.refine),
		container.New(layout.NewCustomPaddedLayout(0, 0, -spaceM, 0), p.advanced), p.advancedBox)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(spaceS, spaceS, spaceL, spaceL), middle))

	pad := func(o fyne.CanvasObject) fyne.CanvasObject {
		return container.New(layout.NewCustomPaddedLayout(spaceM+spaceS, spaceM+spaceS, spaceL, spaceL), o)
	}
	p.content = container.NewStack(p.ground.Raster, p.space,
		container.NewBorder(pad(top), pad(bottom), nil, nil, p.scroll))
	p.mask.OnLayout = p.content.Refresh
	p.restyle()
	return p
}

func (p *panel) caption(text string) *canvas.Text {
	t := canvas.NewText(text, nil)
	p.captions = append(p.captions, t)
	return t
}

// makePresets arranges the presets as wrapped rows of chips, starting a new row for
// each group.
func (p *panel) makePresets(groups []assets.Group) fyne.CanvasObject {
	box := container.New(layout.NewCustomPaddedVBoxLayout(spaceS))
	for _, g := range groups {
		row := container.New(p.wrap)
		for _, preset := range g.Presets {
			c := newChip(lang.L(preset.Title), func() {
				if p.onPreset != nil {
					p.onPreset(preset)
				}
			})
			p.chips, p.presets = append(p.chips, c), append(p.presets, preset)
			row.Add(c)
		}
		if len(box.Objects) > 0 {
			box.Add(gap(0))
		}
		box.Add(p.caption(lang.L(g.Title)))
		box.Add(row)
	}
	return box
}

func (p *panel) toggleAdvanced() {
	if p.advancedBox.Visible() {
		p.advancedBox.Hide()
		p.advanced.SetIcon(theme.MenuExpandIcon())
	} else {
		p.advancedBox.Show()
		p.advanced.SetIcon(theme.MenuDropDownIcon())
	}
	p.content.Refresh()
	if p.advancedBox.Visible() {
		p.scroll.ScrollToBottom()
	}
}

// reveal scrolls as far as needed to see a part of the scrolled controls.
func (p *panel) reveal(part fyne.CanvasObject) {
	top, seen := part.Position().Y, p.scroll.Size().Height
	bottom := top + part.Size().Height + spaceM
	if bottom > p.scroll.Offset.Y+seen {
		p.scroll.ScrollToOffset(fyne.NewPos(0, fyne.Min(top, bottom-seen)))
	}
}

// Show puts settings into the controls without calling any callback. The status says
// what the pack supports and which number packSteps means; threshold is the value that
// stack.OwnThreshold means for the row in hand.
func (p *panel) Show(s settings, st engine.Status, threshold float64) {
	row := s.row()
	p.source.SetSilently(row.Source)
	p.target.SetSilently(row.Target)
	p.strength.SetSilently(row.Strength)
	p.ShowRows(s)
	p.ShowThreshold(s, threshold)
	if p.aligned.Checked != s.Aligned {
		changed := p.aligned.OnChanged
		p.aligned.OnChanged = nil
		p.aligned.SetChecked(s.Aligned)
		p.aligned.OnChanged = changed
	}
	p.engine.Show(s, st)
	p.ShowValues()
}

// ShowRows displays the rows of the face in hand, and marks the presets among them.
func (p *panel) ShowRows(s settings) {
	st := s.stack()
	p.rows.Show(st)
	for i, preset := range p.presets {
		at := st.Find(preset.Source, preset.Target)
		p.chips[i].Select(at >= 0 && !st.At(at).Off)
	}
}

// titles returns the titles of the presets.
func (p *panel) titles() []string {
	out := make([]string, len(p.presets))
	for i, preset := range p.presets {
		out[i] = lang.L(preset.Title)
	}
	return out
}

// titleOf returns what a row is called in the list: the title of a preset, or the prompts.
func (p *panel) titleOf(r stack.Row) string {
	source, target := r.Texts()
	for _, preset := range p.presets {
		if preset.Source == source && preset.Target == target {
			return lang.L(preset.Title)
		}
	}
	switch {
	case r.Blank():
		return ""
	case source == stack.DefaultSource:
		return target
	}
	return source + " › " + target // an arrow would be followed by a space from a font that has none
}

// ShowThreshold puts the relevance threshold of settings on its slider without calling
// any callback; usual is the value that stack.OwnThreshold means.
func (p *panel) ShowThreshold(s settings, usual float64) {
	if own := s.row().Threshold; own >= 0 {
		usual = own
	}
	p.threshold.SetSilently(usual)
	setText(p.thresholdValue, fixed2(p.threshold.Value()))
}

// ShowValues displays the values of the sliders next to them.
func (p *panel) ShowValues() {
	setText(p.strengthValue, signed(p.strength.Value()))
	setText(p.thresholdValue, fixed2(p.threshold.Value()))
	p.engine.ShowValues()
}

// Enable enables or disables the controls that need a photo.
func (p *panel) Enable(photo bool) {
	for _, b := range []fyne.Disableable{p.before, p.export, p.aligned, p.mask.toggle} {
		if photo {
			b.Enable()
		} else {
			b.Disable()
		}
	}
}

// restyle applies a changed theme.
func (p *panel) restyle() {
	th := p.open.Theme()
	p.space.SetMinSize(fyne.NewSize(panelSpace(), 0))
	p.wrap.width, p.flow.width = p.inner(), p.inner()
	p.ground.SetColor(themeColor(p.open, colorPanel))
	for _, t := range p.captions {
		t.Color = themeColor(p.open, colorMuted)
		t.TextSize = th.Size(theme.SizeNameCaptionText)
	}
	for _, t := range []*canvas.Text{p.strengthValue, p.thresholdValue, p.engine.stepsValue, p.mask.sizeValue, p.mask.softnessValue} {
		t.Color = themeColor(p.open, theme.ColorNameForeground)
		t.TextSize = th.Size(theme.SizeNameText)
	}
	p.rows.restyle()
	p.content.Refresh()
}

// inner returns the width inside the panel's margins.
func (p *panel) inner() float32 { return panelSpace() - 2*spaceL }

func setText(t *canvas.Text, text string) {
	if t.Text != text {
		t.Text = text
		t.Refresh()
	}
}
