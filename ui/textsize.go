package ui

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// Names of preferences about the window's text.
const (
	prefTextSize = "text.percent"
	prefLanguage = "language" // "en" or "de"; "" is the system's
)

// textPercent returns the size of the window's text, in per cent.
func textPercent(p fyne.Preferences) int {
	n := p.Int(prefTextSize)
	if n < textSizes[0] || n > textSizes[len(textSizes)-1] {
		return textSizes[0]
	}
	return n
}

// loadTranslations loads the texts of the window: those of the chosen language whatever
// the system's is, or all of them. For a chosen language it sets LANGUAGE, by which Fyne
// chooses its own texts, such as those of dialogs about files.
func loadTranslations(texts embed.FS, language string) error {
	data, err := fs.ReadFile(texts, path.Join("translations", language+".json"))
	if language == "" || err != nil {
		err = lang.AddTranslationsFS(texts, "translations")
	} else if err = os.Setenv("LANGUAGE", language); err == nil {
		err = lang.AddTranslationsForLocale(data, lang.SystemLocale())
	}
	if err != nil {
		return fmt.Errorf("load translations: %w", err)
	}
	return nil
}
