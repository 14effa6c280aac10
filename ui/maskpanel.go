package ui

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/engine/mask"
)

// maskPanel holds the controls for the mask of the row in hand. It has no logic of its own:
// the editor sets the callbacks. It belongs to the UI thread.
type maskPanel struct {
	content *fyne.Container
	// toggle opens and closes the controls.
	toggle *pushButton
	box    *fyne.Container
	// regions are in the order of the mask package.
	regions [mask.RegionCount]*chip
	// why says why no region can be chosen.
	why                          *canvas.Text
	brush, eraser, invert, clear *chip
	size, softness               *trackSlider
	sizeValue, softnessValue     *canvas.Text
	// colours are in the order of overlayColours; hidden shows none.
	colours []*chip
	hidden  *chip

	// OnRegion is called with a region that is tapped.
	OnRegion func(mask.Region)
	// OnColour is called with a colour's index, or with −1 for none.
	OnColour func(int)
	// OnLayout is called when the controls need more or less room.
	OnLayout func()
}

// Bounds on the brush's radius in the window, as shares of the face's square, and its steps
// by key.
const (
	minBrush, maxBrush         = 0.01, 0.3
	usualBrush, usualSoftness  = 0.06, 0.5
	brushFactor, softnessSteps = 1.25, 0.1
)

// overlayColours are the colours that show a mask.
var overlayColours = []color.NRGBA{{0xff, 0x3b, 0x30, 0xff}, {0x30, 0xd1, 0x58, 0xff}, {0x32, 0x8c, 0xff, 0xff}}

// regionTitles returns the names of the regions in the window.
func regionTitles() [mask.RegionCount]string {
	return [mask.RegionCount]string{
		mask.Hair: lang.L("Hair"), mask.Face: lang.L("Face"), mask.Skin: lang.L("Skin"), mask.Brows: lang.L("Brows"),
		mask.Eyes: lang.L("Eyes"), mask.Mouth: lang.L("Mouth"), mask.Glasses: lang.L("Glasses"), mask.Hat: lang.L("Hat"),
		mask.Clothes: lang.L("Clothes"), mask.Front: lang.L("In front"), mask.Person: lang.L("Person"), mask.Background: lang.L("Background"),
	}
}

func newMaskPanel(caption func(string) *canvas.Text, wrapped *wrapLayout, flow *flowLayout) *maskPanel {
	p := &maskPanel{
		why:           caption(""),
		size:          newTrackSlider(minBrush, maxBrush, 0.01, minBrush),
		softness:      newTrackSlider(0, 1, 0.01, 0),
		sizeValue:     canvas.NewText("", nil),
		softnessValue: canvas.NewText("", nil),
	}
	p.toggle = newButton("", theme.MenuExpandIcon(), nil)
	p.toggle.Importance, p.toggle.Alignment = widget.LowImportance, widget.ButtonAlignLeading
	wrap := func(objects ...fyne.CanvasObject) *fyne.Container {
		return container.New(wrapped, objects...)
	}
	regions := wrap()
	for i, title := range regionTitles() {
		p.regions[i] = newChip(title, func() { p.OnRegion(mask.Region(i)) })
		regions.Add(p.regions[i])
	}
	p.brush, p.eraser = newChip(lang.L("Brush +"), nil), newChip(lang.L("Eraser −"), nil)
	p.invert, p.clear = newChip(lang.L("Invert"), nil), newChip(lang.L("Clear"), nil)
	colours := wrap()
	for i, title := range []string{lang.L("Red"), lang.L("Green"), lang.L("Blue")} {
		c := newChip(title, func() { p.OnColour(i) })
		p.colours = append(p.colours, c)
		colours.Add(c)
	}
	p.hidden = newChip(lang.L("None"), func() { p.OnColour(-1) })
	colours.Add(p.hidden)
	row := func(title string, value *canvas.Text, s *trackSlider) fyne.CanvasObject {
		return container.New(layout.NewCustomPaddedVBoxLayout(0), container.New(flow, caption(title), value), s)
	}
	p.box = container.New(layout.NewCustomPaddedVBoxLayout(spaceM),
		regions, p.why, gap(0), wrap(p.brush, p.eraser, p.invert, p.clear),
		row(lang.L("Size of the brush"), p.sizeValue, p.size),
		row(lang.L("Softness of the brush"), p.softnessValue, p.softness),
		container.New(layout.NewCustomPaddedVBoxLayout(spaceS), caption(lang.L("Colour of the mask")), colours))
	p.box.Hide()
	p.content = container.New(layout.NewCustomPaddedVBoxLayout(spaceS),
		container.New(layout.NewCustomPaddedLayout(0, 0, -spaceM, 0), p.toggle), p.box)
	return p
}

// Show displays the mask of the row in hand. on is the regions of its face, nil while they are
// not known.
func (p *maskPanel) Show(m mask.Mask, s masking, on *engine.Regions) {
	if text := lang.L("Mask: {{.Where}}", map[string]any{"Where": maskText(m)}); p.toggle.Text != text {
		p.toggle.SetText(text)
	}
	room := p.box.MinSize()
	if p.box.Visible() != s.on {
		if p.box.Hidden = !s.on; s.on {
			p.toggle.SetIcon(theme.MenuDropDownIcon())
		} else {
			p.toggle.SetIcon(theme.MenuExpandIcon())
		}
		room = fyne.Size{}
	}
	known := on != nil && on.Maps.Known()
	for i, c := range p.regions {
		r := mask.Region(i)
		added, subtracted := m.Shows(r)
		c.Select(added || subtracted)
		text := regionTitles()[i]
		if subtracted {
			text = "− " + text
		}
		c.SetText(text)
		// A region that is not in the picture cannot be chosen, only be given up.
		c.disable(!known || !added && !subtracted && on.Maps.Share(r) < leastShare)
	}
	why := ""
	if on != nil && !known {
		why = lang.L("This model pack tells no regions apart: paint.")
	}
	setText(p.why, why)
	p.why.Hidden = why == ""
	p.brush.Select(!s.erase)
	p.eraser.Select(s.erase)
	p.invert.Select(m.Inverted())
	p.clear.disable(m.IsZero())
	p.size.SetSilently(s.brush.Radius)
	p.softness.SetSilently(s.brush.Softness)
	setText(p.sizeValue, strconv.Itoa(int(100*p.size.Value()+0.5))+" %")
	setText(p.softnessValue, strconv.Itoa(int(100*p.softness.Value()+0.5))+" %")
	for i, c := range p.colours {
		c.Select(i == s.colour)
	}
	p.hidden.Select(s.colour < 0)
	if p.box.MinSize() != room {
		p.OnLayout()
	}
}

// leastShare is the share of the face's square from which a region is there.
const leastShare = 0.0005

// maskText says in a few words where a mask reaches.
func maskText(m mask.Mask) string {
	if m.IsZero() {
		return lang.L("everywhere")
	}
	var only []string
	for i, title := range regionTitles() {
		switch added, subtracted := m.Shows(mask.Region(i)); {
		case added:
			only = append(only, title)
		case subtracted:
			only = append(only, "− "+title)
		}
	}
	switch strokes := m.Strokes(); {
	case len(only) == 1 && strokes == 0:
		return only[0]
	case len(only) == 0 && strokes > 0:
		return lang.L("painted")
	case len(only) == 0:
		return lang.L("nowhere")
	default:
		return lang.L("{{.Count}} parts", map[string]any{"Count": len(only) + min(strokes, 1)})
	}
}

// sliders returns the sliders of the controls.
func (p *maskPanel) sliders() []*trackSlider { return []*trackSlider{p.size, p.softness} }
