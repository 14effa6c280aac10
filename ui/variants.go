package ui

import (
	"context"
	"errors"
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/ui/stack"
	"deltaedit/ui/variant"
)

// prefVariants is the preference that shows the strip of variants, prefVariantMode the
// kind that it displays.
const (
	prefVariants    = "variants.strip"
	prefVariantMode = "variants.mode"
)

// maxVariants is the number of pictures that are remembered, some 0.1 MB each.
const maxVariants = 200

// variantWork is what the strip displays, and the pictures that were drawn. It belongs to the
// UI thread.
type variantWork struct {
	strip    *variantStrip
	mode     variantMode
	items    []variantItem
	pictures map[variantKey]image.Image
	// asked are the pictures that are being drawn, and stop ends that; nil for none.
	asked []variantKey
	stop  context.CancelFunc
}

// variantKey is everything that a picture depends on.
type variantKey struct {
	photo   uint64
	face    int
	aligned bool
	refined bool
	side    int
	edits   string
}

// variantItem is one variant: what it is called, what draws it, and what picks it.
type variantItem struct {
	title  string
	picked bool
	key    variantKey
	edits  []engine.Edit
	pick   func()
}

// connectVariants sets the callbacks of the strip.
func (e *editor) connectVariants() {
	v := &e.variants
	v.pictures = map[variantKey]image.Image{}
	v.mode = variantMode(e.app.Preferences().Int(prefVariantMode))
	if v.mode != variantPresets {
		v.mode = variantStrengths
	}
	v.strip.content.Hidden = !e.app.Preferences().Bool(prefVariants)
	v.strip.OnMode = func(m variantMode) {
		v.mode = m
		e.app.Preferences().SetInt(prefVariantMode, int(m))
		e.showVariants()
	}
	v.strip.OnPick = func(i int) {
		if i < len(v.items) {
			v.items[i].pick()
		}
	}
	v.strip.export.OnTapped = e.showContactSheet
	e.panel.variants.OnTapped = e.toggleVariants
}

// toggleVariants shows or hides the strip.
func (e *editor) toggleVariants() {
	show := e.variants.strip.content.Hidden
	e.app.Preferences().SetBool(prefVariants, show)
	e.variants.strip.content.Hidden = !show
	e.showVariants()
	e.win.Content().Refresh()
}

// variantsItem returns the menu item that shows the strip.
func (e *editor) variantsItem() *fyne.MenuItem {
	item := fyne.NewMenuItem(lang.L("Variants"), e.toggleVariants)
	item.Checked, item.Shortcut = !e.variants.strip.content.Hidden, shortcut(fyne.KeyT, 0)
	return item
}

// showVariants displays the variants of the face in hand, and lets those that are missing
// be drawn while the engine has nothing else to do.
func (e *editor) showVariants() {
	v := &e.variants
	if v.strip.content.Hidden {
		v.cancel()
		return
	}
	hint := ""
	v.items = nil
	switch {
	case !e.open():
		hint = lang.L("Open a photo first.")
	case v.mode == variantPresets:
		v.items = e.presetVariants()
	case e.settings.row().Blank():
		hint = lang.L("Type a prompt or press a preset: then its strengths are shown here.")
	default:
		v.items = e.strengthVariants()
	}
	v.show(hint)
	enable(v.strip.export, e.open())
	e.drawVariants()
}

// show displays the items.
func (v *variantWork) show(hint string) {
	faces := make([]variantFace, len(v.items))
	for i, item := range v.items {
		faces[i] = variantFace{picture: v.pictures[item.key], title: item.title, picked: item.picked}
	}
	v.strip.Show(v.mode, faces, hint)
}

// strengthVariants returns the row in hand at several strengths, beside the other rows.
func (e *editor) strengthVariants() []variantItem {
	var out []variantItem
	row := e.settings.row()
	for _, strength := range variant.StrengthsLike(row.Strength) {
		r := row
		r.Strength, r.Off = strength, false
		st := e.settings.stack().Set(r)
		out = append(out, e.variantOf(variant.Number(strength), !row.Off && row.Strength == strength, st.Edits(), func() {
			r := e.settings.row()
			r.Strength, r.Off = strength, false
			e.apply(e.settings.withRow(r))
		}))
	}
	return out
}

// presetVariants returns every preset alone on this face.
func (e *editor) presetVariants() []variantItem {
	var out []variantItem
	st := e.settings.stack()
	for _, g := range e.presets {
		for _, p := range g.Presets {
			at := st.Find(p.Source, p.Target)
			out = append(out, e.variantOf(lang.L(p.Title), at >= 0 && !st.At(at).Off, presetEdits(p), func() { e.usePreset(p) }))
		}
	}
	return out
}

// presetEdits returns the edit of a preset at its plain strength.
func presetEdits(p assets.Preset) []engine.Edit {
	return []engine.Edit{{Source: p.Source, Target: p.Target, Strength: stack.DefaultStrength}}
}

func (e *editor) variantOf(title string, picked bool, edits []engine.Edit, pick func()) variantItem {
	return variantItem{
		title: title, picked: picked, edits: edits, pick: pick,
		key: variantKey{
			photo: e.subject.Photo, face: e.settings.Face, aligned: e.settings.Aligned, refined: e.refining.done[e.settings.Face],
			side: int(variantSide*e.viewport.pixelsPerUnit() + 0.5), edits: fmt.Sprint(edits),
		},
	}
}

// closeup returns the request for the face in hand and its surroundings, without edits.
func (e *editor) closeup() engine.Request {
	r := e.request(engine.QualityRest).WithoutEdits()
	r.Region, r.Renderer, r.Steps = image.Rectangle{}, engine.GAN, 0
	if !r.Aligned && !e.subject.Random && r.Face < len(e.subject.Faces) {
		r.Region = variant.Closeup(e.subject.Faces[r.Face].Box, e.subject.Size)
	}
	return r
}

// drawVariants lets the pictures that are missing be drawn, if that is not under way.
func (e *editor) drawVariants() {
	v := &e.variants
	var missing []variantItem
	same := true
	for _, item := range v.items {
		if v.pictures[item.key] == nil {
			same = same && len(missing) < len(v.asked) && v.asked[len(missing)] == item.key
			missing = append(missing, item)
		}
	}
	if v.stop != nil && same && len(missing) == len(v.asked) {
		return
	}
	v.cancel()
	if len(missing) == 0 {
		return
	}
	for _, item := range missing {
		v.asked = append(v.asked, item.key)
	}
	ctx, stop := context.WithCancel(context.Background())
	v.stop = stop
	base := e.closeup()
	go func() {
		defer stop()
		err := e.backend.Spare(ctx, func(ctx context.Context, p engine.Pipeline) error {
			for ; len(missing) > 0; missing = missing[1:] { // goes on where it was cut short
				item, r := missing[0], base
				r.View, r.Edits = image.Pt(item.key.side, item.key.side), item.edits
				var picture *image.RGBA
				err := p.Variant(ctx, r, engine.StagePreview, func(size image.Point) *image.RGBA {
					picture = image.NewRGBA(image.Rectangle{Max: size})
					return picture
				})
				if err != nil {
					return err
				}
				e.post(func() { e.variantDrawn(item.key, picture) })
			}
			return nil
		})
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, engine.ErrClosed) && !errors.Is(err, engine.ErrNoPhoto) {
			e.log.Warn("Drawing variants", "error", err)
		}
	}()
}

// variantDrawn displays a picture.
func (e *editor) variantDrawn(key variantKey, picture image.Image) {
	v := &e.variants
	if key.photo != e.subject.Photo {
		return
	}
	if len(v.pictures) >= maxVariants {
		clear(v.pictures)
	}
	v.pictures[key] = picture
	if len(v.asked) > 0 && v.asked[0] == key {
		v.asked = v.asked[1:]
	}
	if !v.strip.content.Hidden {
		v.show(v.strip.hint.Text)
	}
}

// cancel ends the drawing.
func (v *variantWork) cancel() {
	if v.stop != nil {
		v.stop()
		v.stop, v.asked = nil, nil
	}
}

// forget forgets the pictures: another photo was opened.
func (v *variantWork) forget() {
	v.cancel()
	clear(v.pictures)
}
