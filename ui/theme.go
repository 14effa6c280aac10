package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours that the default theme does not define.
const (
	// colorViewport is the background around the photo.
	colorViewport fyne.ThemeColorName = "deltaedit.viewport"
	// colorPanel is the background of the controls.
	colorPanel fyne.ThemeColorName = "deltaedit.panel"
	// colorMuted is for secondary text that must still be readable.
	colorMuted fyne.ThemeColorName = "deltaedit.muted"
)

// Spacing in logical pixels. Everything is a multiple of spaceS.
const (
	spaceS float32 = 4
	spaceM float32 = 8
	spaceL float32 = 16
)

// studioTheme is the default theme with neutral surfaces, so that the surroundings of
// the photo do not affect how skin colours are perceived, and one accent colour.
type studioTheme struct {
	fyne.Theme
	// forced, if not nil, overrides the system's choice of dark or light.
	forced *fyne.ThemeVariant
	// text is the factor of the sizes of text; 0 is 1.
	text float32
	// han, if not nil, is the font of Chinese characters. Fyne takes its own for
	// whatever is not in it, and then one of the system's.
	han fyne.Resource
}

var _ fyne.Theme = (*studioTheme)(nil)

func newTheme(forced *fyne.ThemeVariant) *studioTheme {
	return &studioTheme{Theme: theme.DefaultTheme(), forced: forced}
}

// grey returns an opaque neutral colour.
func grey(v uint8) color.NRGBA { return color.NRGBA{v, v, v, 0xff} }

// veil returns black or white with an opacity, for states drawn over any surface.
func veil(v, alpha uint8) color.NRGBA { return color.NRGBA{v, v, v, alpha} }

var darkColors = map[fyne.ThemeColorName]color.Color{
	colorViewport:                      grey(0x1a),
	colorPanel:                         grey(0x26),
	colorMuted:                         grey(0xa6),
	theme.ColorNameBackground:          grey(0x26),
	theme.ColorNameButton:              grey(0x38),
	theme.ColorNameDisabledButton:      grey(0x2e),
	theme.ColorNameDisabled:            grey(0x6e),
	theme.ColorNameForeground:          grey(0xec),
	theme.ColorNamePlaceHolder:         grey(0x94),
	theme.ColorNameInputBackground:     grey(0x1c),
	theme.ColorNameInputBorder:         grey(0x44),
	theme.ColorNameMenuBackground:      grey(0x30),
	theme.ColorNameOverlayBackground:   grey(0x2a),
	theme.ColorNameHeaderBackground:    grey(0x2e),
	theme.ColorNameSeparator:           grey(0x38),
	theme.ColorNameScrollBar:           veil(0xff, 0x50),
	theme.ColorNameScrollBarBackground: grey(0x26),
	theme.ColorNameHover:               veil(0xff, 0x12),
	theme.ColorNamePressed:             veil(0xff, 0x24),
	theme.ColorNameShadow:              veil(0x00, 0x80),
	theme.ColorNamePrimary:             color.NRGBA{0x34, 0xb8, 0xad, 0xff},
	theme.ColorNameForegroundOnPrimary: color.NRGBA{0x04, 0x20, 0x1e, 0xff},
	theme.ColorNameHyperlink:           color.NRGBA{0x34, 0xb8, 0xad, 0xff},
	theme.ColorNameFocus:               color.NRGBA{0x34, 0xb8, 0xad, 0x60},
	theme.ColorNameSelection:           color.NRGBA{0x34, 0xb8, 0xad, 0x50},
	theme.ColorNameError:               color.NRGBA{0xff, 0x8a, 0x80, 0xff},
	theme.ColorNameForegroundOnError:   color.NRGBA{0x30, 0x05, 0x02, 0xff},
	theme.ColorNameWarning:             color.NRGBA{0xf0, 0xb4, 0x4c, 0xff},
	theme.ColorNameForegroundOnWarning: color.NRGBA{0x2a, 0x1a, 0x00, 0xff},
	theme.ColorNameSuccess:             color.NRGBA{0x6c, 0xcb, 0x7f, 0xff},
	theme.ColorNameForegroundOnSuccess: color.NRGBA{0x04, 0x22, 0x0a, 0xff},
}

var lightColors = map[fyne.ThemeColorName]color.Color{
	colorViewport:                      grey(0xc8),
	colorPanel:                         grey(0xf4),
	colorMuted:                         grey(0x5c),
	theme.ColorNameBackground:          grey(0xf4),
	theme.ColorNameButton:              grey(0xe2),
	theme.ColorNameDisabledButton:      grey(0xec),
	theme.ColorNameDisabled:            grey(0x9a),
	theme.ColorNameForeground:          grey(0x1c),
	theme.ColorNamePlaceHolder:         grey(0x72),
	theme.ColorNameInputBackground:     grey(0xff),
	theme.ColorNameInputBorder:         grey(0xc4),
	theme.ColorNameMenuBackground:      grey(0xfc),
	theme.ColorNameOverlayBackground:   grey(0xf0),
	theme.ColorNameHeaderBackground:    grey(0xea),
	theme.ColorNameSeparator:           grey(0xd8),
	theme.ColorNameScrollBar:           veil(0x00, 0x50),
	theme.ColorNameScrollBarBackground: grey(0xf4),
	theme.ColorNameHover:               veil(0x00, 0x0e),
	theme.ColorNamePressed:             veil(0x00, 0x20),
	theme.ColorNameShadow:              veil(0x00, 0x40),
	theme.ColorNamePrimary:             color.NRGBA{0x0b, 0x76, 0x6e, 0xff},
	theme.ColorNameForegroundOnPrimary: grey(0xff),
	theme.ColorNameHyperlink:           color.NRGBA{0x0b, 0x76, 0x6e, 0xff},
	theme.ColorNameFocus:               color.NRGBA{0x0b, 0x76, 0x6e, 0x68},
	theme.ColorNameSelection:           color.NRGBA{0x0b, 0x76, 0x6e, 0x38},
	theme.ColorNameError:               color.NRGBA{0xb3, 0x1b, 0x1b, 0xff},
	theme.ColorNameForegroundOnError:   grey(0xff),
	theme.ColorNameWarning:             color.NRGBA{0x8a, 0x5a, 0x00, 0xff},
	theme.ColorNameForegroundOnWarning: grey(0xff),
	theme.ColorNameSuccess:             color.NRGBA{0x1c, 0x6e, 0x34, 0xff},
	theme.ColorNameForegroundOnSuccess: grey(0xff),
}

// Color returns this theme's colour, or otherwise the default theme's.
func (t *studioTheme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if t.forced != nil {
		variant = *t.forced
	}
	palette := darkColors
	if variant == theme.VariantLight {
		palette = lightColors
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return t.Theme.Color(name, variant)
}

// Size returns this theme's size, or otherwise the default theme's, in logical pixels.
func (t *studioTheme) Size(name fyne.ThemeSizeName) float32 {
	factor := max(t.text, 1)
	switch name {
	case theme.SizeNameText:
		return 13 * factor
	case theme.SizeNameCaptionText:
		return 11.5 * factor
	case theme.SizeNameSubHeadingText:
		return 17 * factor
	case theme.SizeNameHeadingText:
		return t.Theme.Size(name) * factor
	case theme.SizeNameInputRadius:
		return 6
	case theme.SizeNameInlineIcon:
		return 18 * factor
	case theme.SizeNameModalBlurRadius:
		// What is behind a dialog is darkened alone: blurring the window takes a second a frame where
		// OpenGL is drawn in software.
		return 0
	default:
		return t.Theme.Size(name)
	}
}

// Font returns the font of text in a style. Chinese characters have one weight only.
func (t *studioTheme) Font(style fyne.TextStyle) fyne.Resource {
	if t.han == nil || style.Symbol {
		return t.Theme.Font(style)
	}
	return t.han
}

// themeColor returns a colour for an object from the theme that applies to it.
func themeColor(w fyne.Widget, name fyne.ThemeColorName) color.Color {
	th := fyne.CurrentApp().Settings().Theme()
	if t, ok := w.(interface{ Theme() fyne.Theme }); ok {
		th = t.Theme()
	}
	return th.Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}
