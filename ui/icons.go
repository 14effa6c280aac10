package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// iconCompare is a picture of which one half is filled.
func iconCompare() fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource("compare.svg", []byte(
		`<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`+
			`<path d="M11 5H4v14h7v2H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h7z"/>`+
			`<path d="M11 1h2v22h-2z"/><path d="M13 3h7a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-7z"/></svg>`)))
}
