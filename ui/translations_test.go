package ui

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	"golang.org/x/image/font/sfnt"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// phrases are the texts that the window asks translations for.
func phrases(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "L" && sel.Sel.Name != "N" {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				return true // titles of presets, below
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[text] = true
			return true
		})
	}
	groups, err := assets.Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		found[g.Title] = true
		for _, p := range g.Presets {
			found[p.Title] = true
		}
	}
	data, err := os.ReadFile(filepath.Join("..", "models", "faces", "concepts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var concepts []struct{ Name string }
	if err := json.Unmarshal(data, &concepts); err != nil {
		t.Fatal(err)
	}
	for _, c := range concepts {
		found[c.Name] = true
	}
	return found
}

var placeholder = regexp.MustCompile(`{{[^}]*}}`)

// forms are the translations of a phrase: one, or one for each plural form.
type forms map[string]string

func (f *forms) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*f = forms{"": text}
		return nil
	}
	var plural map[string]string
	err := json.Unmarshal(data, &plural)
	*f = plural
	return err
}

// translation returns the phrases of a file in assets/translations.
func translation(t *testing.T, name string) map[string]forms {
	t.Helper()
	data, err := fs.ReadFile(assets.Translations, path.Join("translations", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]forms
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

// alike are phrases that are the same in another language as in English.
var alike = map[string][]string{
	"de": {"Format", "Details", "Make-up", "Name", "Person", "Blond"},
	"es": {"final", "original"},
	"fr": {"Blond", "Expression", "Format", "Long", "Photo", "moustache", "final", "original", "pack {{.Name}}"},
}

func TestTranslationsAreComplete(t *testing.T) {
	want := phrases(t)
	if len(want) < 40 {
		t.Fatalf("found only %d phrases: has the search broken?", len(want))
	}
	english := translation(t, "en")
	for _, l := range languages {
		got := translation(t, l.value)
		for phrase := range want {
			if len(got[phrase]) == 0 {
				t.Errorf("%s: no translation of %q", l.value, phrase)
				continue
			}
			wantForms := slices.Sorted(maps.Keys(english[phrase]))
			if f := slices.Sorted(maps.Keys(got[phrase])); !slices.Equal(f, wantForms) {
				t.Errorf("%s: %q has the forms %q, want %q", l.value, phrase, f, wantForms)
			}
			for form, text := range got[phrase] {
				a, b := placeholder.FindAllString(phrase, -1), placeholder.FindAllString(text, -1)
				slices.Sort(a)
				slices.Sort(b)
				letters := placeholder.ReplaceAllString(phrase, "")
				switch {
				case text == "":
					t.Errorf("%s: %q has an empty translation", l.value, phrase)
				case !slices.Equal(a, b):
					t.Errorf("%s: %q has the placeholders %v, its translation %v", l.value, phrase, a, b)
				case l.value == "en" && form != "one" && text != phrase:
					t.Errorf("en: %q must stay itself, got %q", phrase, text)
				case l.value != "en" && text == phrase && strings.ContainsFunc(strings.ReplaceAll(letters, "ms", ""), unicode.IsLetter) &&
					!slices.Contains(alike[l.value], phrase):
					t.Errorf("%s: %q is not translated", l.value, phrase)
				}
			}
		}
		for phrase := range got {
			if !want[phrase] {
				t.Errorf("%s: %q is used nowhere", l.value, phrase)
			}
		}
	}
}

// TestEveryFileOfTranslationsIsALanguage: a file is offered in the preferences, or has the texts of
// Fyne in a language in which Fyne has none.
func TestEveryFileOfTranslationsIsALanguage(t *testing.T) {
	files, err := fs.ReadDir(assets.Translations, "translations")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".json")
		name = strings.TrimPrefix(name, "base.")
		if !slices.ContainsFunc(languages, func(c choice) bool { return c.value == name }) {
			t.Errorf("%s is in no list of languages", f.Name())
		}
	}
}

// TestFontsHaveTheTranslations: on a system without fonts of its own, every character is drawn.
func TestFontsHaveTheTranslations(t *testing.T) {
	names := ""
	for _, l := range languages {
		names += l.title
	}
	for name, files := range map[string][]string{"zh_Hans": {"zh_Hans"}, "ja": {"ja", "base.ja"}, "en": nil} {
		f, err := sfnt.Parse(fontFor(name).Content())
		if err != nil {
			t.Fatal(err)
		}
		text := names
		for _, file := range files {
			for _, all := range translation(t, file) {
				for _, one := range all {
					text += one
				}
			}
		}
		for _, r := range text {
			if r < 0x2E80 { // Fyne's own font has these
				continue
			}
			if i, err := f.GlyphIndex(nil, r); err != nil || i == 0 {
				t.Errorf("the font for %q lacks %q: run deltarelease.fonts", name, r)
			}
		}
		if i, _ := f.GlyphIndex(nil, 'a'); i != 0 {
			t.Errorf("the font for %q has Latin letters, which would be drawn in the place of Fyne's", name)
		}
	}
}

func TestTaskNamesAreNoTemplates(t *testing.T) {
	for _, tc := range []struct {
		in   engine.Task
		want string
	}{
		{engine.Task{Kind: engine.TaskOpen, Name: "a.jpg"}, "Opening a.jpg"},
		{engine.Task{Kind: engine.TaskOpen, Name: "{{.Name}}.jpg"}, "Opening {{.Name}}.jpg"},
		{engine.Task{Kind: engine.TaskFindFaces, Name: "{{"}, "Finding faces in {{"},
		{engine.Task{Kind: engine.TaskLoadModels}, "Loading the models"},
		{engine.Task{Kind: engine.TaskLoadModel, Name: "{{new}}"}, "Loading the {{new}}"},
		{engine.Task{}, ""},
	} {
		if got := taskText(tc.in); got != tc.want {
			t.Errorf("%+v: want %q, got %q", tc.in, tc.want, got)
		}
	}
}

// TestChosenLanguageIsEverywhere: no task, no reason and no dialog is in English for people who
// chose another language, whatever the system's is.
func TestChosenLanguageIsEverywhere(t *testing.T) {
	defer func() {
		if err := loadTranslations(assets.Translations, "en"); err != nil {
			t.Fatal(err)
		}
	}()
	batch := map[string]any{"Left": 1, "Count": 5}
	for _, tc := range []struct{ language, open, left string }{
		{"de", "Öffnen", "Ein Stapel ist nicht fertig: 1 von 5 Fotos fehlt noch."},
		{"es", "Abrir", "Un lote no está terminado: queda 1 de 5 fotos."},
		{"fr", "Ouvrir", "Un lot n’est pas terminé : il reste 1 photo sur 5."},
		{"ja", "開く", "終わっていないバッチがあります。5 枚のうち 1 枚が残っています。"},
		{"zh_Hans", "打开", "有一个批处理未完成：5 张照片中还剩 1 张。"},
	} {
		for _, system := range []string{"en_US.UTF-8", "ja_JP.UTF-8", ""} {
			t.Setenv("LANG", system)
			t.Setenv("LANGUAGE", "")
			if err := loadTranslations(assets.Translations, tc.language); err != nil {
				t.Fatal(err)
			}
			for kind := engine.TaskLoadModels; (engine.Task{Kind: kind}).String() != ""; kind++ {
				task := engine.Task{Kind: kind, Name: "a.jpg"}
				if got := taskText(task); got == task.String() || got == "" {
					t.Errorf("%s: task %d is %q, too", tc.language, kind, got)
				}
			}
			task := engine.Task{Kind: engine.TaskLoadModel, Name: "text encoder"}
			if got := taskText(task); strings.Contains(got, "text encoder") {
				t.Errorf("%s: the name of a model: %q", tc.language, got)
			}
			if got := takenText([]string{"blond hair", "not smiling"}); strings.Contains(got, "blond hair") || strings.Contains(got, "smiling") {
				t.Errorf("%s: names of concepts: %s", tc.language, got)
			}
			if got := reason(fmt.Errorf("a.jpg: %w", photo.ErrNotImage)); strings.Contains(got, "picture") || !strings.Contains(got, "WebP") {
				t.Errorf("%s: a reason is %q", tc.language, got)
			}
			if got := lang.L("Open"); got != tc.open { // a text of Fyne
				t.Errorf("%s: the button of a dialog: %q", tc.language, got)
			}
			if got := lang.N("A batch is not finished: {{.Left}} of {{.Count}} photos are left.", 1, batch); got != tc.left {
				t.Errorf("%s on %q: one photo: %q", tc.language, system, got)
			}
		}
	}
}

// TestLanguageOfTheSystem: without a choice, the system's language counts, in whatever region.
func TestLanguageOfTheSystem(t *testing.T) {
	defer func() {
		if err := loadTranslations(assets.Translations, "en"); err != nil {
			t.Fatal(err)
		}
	}()
	p := test.NewTempApp(t).Preferences()
	for system, want := range map[string]struct{ language, open, save string }{
		"de_AT.UTF-8": {"de", "Foto öffnen", "Speichern"},
		"es_MX.UTF-8": {"es", "Abrir una foto", "Guardar"},
		"fr_CA.UTF-8": {"fr", "Ouvrir une photo", "Enregistrer"},
		"ja_JP.UTF-8": {"ja", "写真を開く", "保存"},
		"zh_CN.UTF-8": {"zh_Hans", "打开照片", "保存"},
		"it_IT.UTF-8": {"en", "Open a photo", "Save"},
	} {
		t.Setenv("LANG", system)
		t.Setenv("LANGUAGE", "")
		if err := loadTranslations(assets.Translations, ""); err != nil {
			t.Fatal(err)
		}
		if got := lang.L("Open a photo"); got != want.open {
			t.Errorf("%s: %q", system, got)
		}
		if got := lang.L("Save"); got != want.save { // a text of Fyne
			t.Errorf("%s: a button of a dialog is %q", system, got)
		}
		if got := windowLanguage(p); got != want.language {
			t.Errorf("%s is the language %q", system, got)
		}
	}
	p.SetString(prefLanguage, "ja")
	if got := windowLanguage(p); got != "ja" || fontFor(got) != japaneseFont {
		t.Errorf("the chosen language is %q", got)
	}
}
