package ui

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

var variants = map[string]fyne.ThemeVariant{"dark": theme.VariantDark, "light": theme.VariantLight}

func TestThemeDefinesEveryColor(t *testing.T) {
	test.NewTempApp(t)
	test.AssertAllColorNamesDefined(t, newTheme(nil), "studio")
}

// TestDialogsDoNotBlurTheWindow: in software that would hold the UI thread for 50 ms a frame.
func TestDialogsDoNotBlurTheWindow(t *testing.T) {
	test.NewTempApp(t)
	if r := newTheme(nil).Size(theme.SizeNameModalBlurRadius); r != 0 {
		t.Errorf("a radius of %v", r)
	}
}

// luminance is WCAG 2's relative luminance.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestTextIsReadable(t *testing.T) {
	test.NewTempApp(t)
	th := newTheme(nil)
	for name, v := range variants {
		for _, tc := range []struct {
			text, ground fyne.ThemeColorName
			want         float64
		}{
			{theme.ColorNameForeground, colorPanel, 7},
			{theme.ColorNameForeground, colorViewport, 7},
			{theme.ColorNameForeground, theme.ColorNameButton, 7},
			{theme.ColorNameForeground, theme.ColorNameInputBackground, 7},
			{theme.ColorNameForeground, theme.ColorNameOverlayBackground, 7},
			{colorMuted, colorPanel, 4.5},
			{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, 4.5},
			{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, 4.5},
			{theme.ColorNamePrimary, colorPanel, 3},
			{theme.ColorNameError, theme.ColorNameOverlayBackground, 4.5},
			{theme.ColorNameWarning, theme.ColorNameOverlayBackground, 4.5},
		} {
			if got := contrast(th.Color(tc.text, v), th.Color(tc.ground, v)); !(got >= tc.want) {
				t.Errorf("%s: %s on %s: want %.1f, got %.2f", name, tc.text, tc.ground, tc.want, got)
			}
		}
	}
}

// Coloured surroundings would tint the eye's judgement of skin.
func TestSurfacesAreNeutral(t *testing.T) {
	test.NewTempApp(t)
	th := newTheme(nil)
	for name, v := range variants {
		for _, c := range []fyne.ThemeColorName{
			colorViewport, colorPanel, theme.ColorNameBackground, theme.ColorNameButton,
			theme.ColorNameInputBackground, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground,
		} {
			r, g, b, _ := th.Color(c, v).RGBA()
			if r != g || g != b {
				t.Errorf("%s: %s is not grey", name, c)
			}
		}
	}
}

func TestAppearanceOverridesTheSystem(t *testing.T) {
	test.NewTempApp(t)
	for name, v := range variants {
		th := newTheme(appearances[name])
		for _, system := range variants {
			if got, want := th.Color(colorPanel, system), newTheme(nil).Color(colorPanel, v); got != want {
				t.Errorf("%s forced: want %v, got %v", name, want, got)
			}
		}
	}
}
