package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// iconMask is a circle in a frame, of which a part is covered.
func iconMask() *fyne.StaticResource {
	return fyne.NewStaticResource("mask.svg", []byte(
		`<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`+
			`<path d="M3 3h18v18H3zm2 2v14h14V5z" fill-rule="evenodd"/><circle cx="12" cy="12" r="5"/></svg>`))
}

// iconCompare is a picture of which one half is filled.
func iconCompare() fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource("compare.svg", []byte(
		`<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`+
			`<path d="M11 5H4v14h7v2H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h7z"/>`+
			`<path d="M11 1h2v22h-2z"/><path d="M13 3h7a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-7z"/></svg>`)))
}
