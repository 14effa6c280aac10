package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// variantStrip is a row of small pictures below the photo: other strengths, or the presets
// on this face. It has no logic of its own: the editor sets the callbacks. It belongs to
// the UI thread.
type variantStrip struct {
	content *fyne.Container
	ground  *canvas.Rectangle
	flow    *flowLayout // of the head
	modes   map[variantMode]*chip
	export  *pushButton
	row     *fyne.Container
	scroll  *container.Scroll
	tiles   []*variantTile
	hint    *widget.Label
	// OnMode is called with the kind of variants that was chosen, OnPick with the index of
	// a variant.
	OnMode func(variantMode)
	OnPick func(int)
}

// variantMode is a kind of variants.
type variantMode int

const (
	variantStrengths variantMode = iota
	variantPresets
)

func newVariantStrip() *variantStrip {
	s := &variantStrip{
		ground: canvas.NewRectangle(nil),
		flow:   &flowLayout{gap: spaceS},
		row:    container.New(layout.NewCustomPaddedHBoxLayout(spaceS)),
		hint:   widget.NewLabel(""),
		export: newButton("", theme.GridIcon(), nil),
	}
	s.modes = map[variantMode]*chip{
		variantStrengths: newChip(lang.L("Strengths"), func() { s.OnMode(variantStrengths) }),
		variantPresets:   newChip(lang.L("Presets"), func() { s.OnMode(variantPresets) }),
	}
	s.export.Importance = widget.LowImportance
	s.hint.Truncation = fyne.TextTruncateEllipsis
	head := container.New(layout.NewCustomPaddedLayout(0, -spaceS, spaceL, spaceM),
		container.New(s.flow, container.NewBorder(nil, nil,
			container.NewHBox(container.NewCenter(s.modes[variantStrengths]), container.NewCenter(s.modes[variantPresets])),
			nil, s.hint), s.export))
	s.scroll = container.NewHScroll(container.New(layout.NewCustomPaddedLayout(spaceS, spaceM, spaceL, spaceL), s.row))
	s.content = container.NewStack(s.ground, container.NewVBox(head, s.scroll))
	s.content.Hide()
	s.restyle()
	return s
}

// restyle applies a changed theme.
func (s *variantStrip) restyle() {
	s.ground.FillColor = themeColor(s.scroll, colorPanel)
	title := lang.L("Contact sheet…")
	if largeText() { // its icon and the menu are left
		title = ""
	}
	s.export.SetText(title)
	s.content.Refresh()
}

// variantFace is what a tile displays.
type variantFace struct {
	picture image.Image // nil while it is not drawn
	title   string
	picked  bool
}

// Show displays variants; hint says why there are none.
func (s *variantStrip) Show(mode variantMode, faces []variantFace, hint string) {
	for m, c := range s.modes {
		c.Select(m == mode)
	}
	s.hint.SetText(hint)
	for len(s.tiles) < len(faces) {
		i := len(s.tiles)
		s.tiles = append(s.tiles, newVariantTile(func() { s.OnPick(i) }))
	}
	for i, f := range faces {
		s.tiles[i].SetFace(f)
	}
	if len(s.row.Objects) != len(faces) {
		s.row.Objects = s.row.Objects[:0]
		for _, t := range s.tiles[:len(faces)] {
			s.row.Objects = append(s.row.Objects, t)
		}
		s.scroll.ScrollToOffset(fyne.Position{})
		s.content.Refresh()
	}
}
