package ui

import (
	"strings"

	"fyne.io/fyne/v2/lang"
)

// conceptTitle returns what a concept of a pack is called in the user's language. It can be used as
// a prompt, too. A concept of another pack keeps its own name.
func conceptTitle(name string) string {
	if strings.Contains(name, "{{") { // no template
		return name
	}
	return lang.L(name)
}

func conceptTitles(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, conceptTitle(name))
	}
	return out
}
