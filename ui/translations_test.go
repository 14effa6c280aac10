package ui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2/lang"

	"deltaedit/assets"
	"deltaedit/engine"
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
			if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "L" {
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
	return found
}

var placeholder = regexp.MustCompile(`{{[^}]*}}`)

func TestTranslationsAreComplete(t *testing.T) {
	want := phrases(t)
	if len(want) < 40 {
		t.Fatalf("found only %d phrases: has the search broken?", len(want))
	}
	files, err := fs.ReadDir(assets.Translations, "translations")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 2 {
		t.Fatalf("want English and at least one more language, got %d files", len(files))
	}
	for _, f := range files {
		data, err := fs.ReadFile(assets.Translations, path.Join("translations", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		for phrase := range want {
			translation, ok := got[phrase]
			if !ok || translation == "" {
				t.Errorf("%s: no translation of %q", f.Name(), phrase)
				continue
			}
			a, b := placeholder.FindAllString(phrase, -1), placeholder.FindAllString(translation, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %q has the placeholders %v, its translation %v", f.Name(), phrase, a, b)
			}
			if f.Name() == "en.json" && translation != phrase {
				t.Errorf("en.json: %q must stay itself, got %q", phrase, translation)
			}
		}
		for phrase := range got {
			if !want[phrase] {
				t.Errorf("%s: %q is used nowhere", f.Name(), phrase)
			}
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

// TestChosenLanguageIsEverywhere: no task and no dialog is in English for people who chose another
// language.
func TestChosenLanguageIsEverywhere(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	t.Setenv("LANGUAGE", "")
	if err := loadTranslations(assets.Translations, "de"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := loadTranslations(assets.Translations, "en"); err != nil {
			t.Fatal(err)
		}
	}()
	for kind := engine.TaskLoadModels; (engine.Task{Kind: kind}).String() != ""; kind++ {
		task := engine.Task{Kind: kind, Name: "a.jpg"}
		if got := taskText(task); got == task.String() || got == "" {
			t.Errorf("task %d is %q in German, too", kind, got)
		}
	}
	if got := lang.L("Open"); got != "Öffnen" { // a text of Fyne
		t.Errorf("the button of a dialog: %q", got)
	}
}
