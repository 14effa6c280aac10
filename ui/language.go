package ui

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"deltaedit/assets"
)

// prefLanguage is the preference that holds the language of the window, a value of
// languages.
const prefLanguage = "language"

// languages are those of the window, by their own names. A value is the name of a file in
// assets/translations; "" is the system's language.
var languages = []choice{
	{"en", "English"},
	{"de", "Deutsch"},
	{"es", "Español"},
	{"fr", "Français"},
	{"ja", "日本語"},
	{"zh_Hans", "中文"},
}

// loadTranslations loads the texts of the window: those of the chosen language whatever
// the system's is, or all of them. For a chosen language it sets LANGUAGE, by which Fyne
// chooses its own texts, such as those of dialogs about files.
func loadTranslations(texts embed.FS, language string) error {
	data, err := fs.ReadFile(texts, path.Join("translations", language+".json"))
	if language == "" || err != nil {
		err = lang.AddTranslationsFS(texts, "translations")
	} else if err = os.Setenv("LANGUAGE", language); err == nil {
		err = addTranslations(texts, language, data)
	}
	if err != nil {
		return fmt.Errorf("load translations: %w", err)
	}
	return nil
}

// addTranslations loads the texts of one language, and those of Fyne in it where Fyne has
// none. Where the system's language cannot be set for one program, they become the texts of
// that.
func addTranslations(texts embed.FS, language string, data []byte) error {
	all := [][]byte{data}
	if own, err := fs.ReadFile(texts, path.Join("translations", "base."+language+".json")); err == nil {
		all = [][]byte{own, data}
	}
	system := lang.SystemLocale()
	for _, data := range all {
		var err error
		if base(system.LanguageString()) == base(language) {
			err = lang.AddTranslations(fyne.NewStaticResource(language+".json", data))
		} else {
			err = lang.AddTranslationsForLocale(data, system)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// base returns a language without its script and region: "zh" for zh_Hans and zh-CN.
func base(language string) string {
	name, _, _ := strings.Cut(strings.ReplaceAll(language, "-", "_"), "_")
	return name
}

// windowLanguage returns the language of the window's texts, a value of languages.
func windowLanguage(p fyne.Preferences) string {
	chosen := p.String(prefLanguage)
	known := func(c choice) bool { return c.value == chosen }
	if slices.ContainsFunc(languages, known) {
		return chosen
	}
	system := base(lang.SystemLocale().LanguageString())
	for _, c := range languages {
		if base(c.value) == system {
			return c.value
		}
	}
	return languages[0].value
}

// Fonts of what Fyne's own font does not have.
var (
	chineseFont  = fyne.NewStaticResource("chinese.otf", assets.ChineseFont)
	japaneseFont = fyne.NewStaticResource("japanese.otf", assets.JapaneseFont)
)

// fontFor returns the font of Chinese characters for a window in a language: Japanese
// writes some of them in another way.
func fontFor(language string) fyne.Resource {
	if language == "ja" {
		return japaneseFont
	}
	return chineseFont
}
