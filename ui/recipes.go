package ui

import (
	"errors"
	"path/filepath"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
	"deltaedit/ui/restore"
	"deltaedit/ui/stack"
)

// recipes is the recipe that is being restored. It belongs to the UI thread.
type recipes struct {
	// settings are what it asks for, of all faces, until the photo is open; nil for no
	// recipe.
	settings *settings
	// photo is the path that is being opened for the recipe; "" is any.
	photo string
}

// openFile opens a file. A PNG or WebP that this program has made may be opened as a picture, or
// restored to the work that it was made from: the person is asked.
func (e *editor) openFile(path string) {
	if !restore.Holds(path) {
		e.openPath(path)
		return
	}
	go func() {
		rec, err := restore.Recipe(path)
		e.post(func() {
			if err != nil {
				if !errors.Is(err, restore.ErrNoRecipe) {
					e.log.Warn("Reading a recipe", "file", path, "error", err)
				}
				e.openPath(path)
				return
			}
			e.askRecipe(path, rec)
		})
	}()
}

// askRecipe asks what to do with a picture that has a recipe.
func (e *editor) askRecipe(path string, rec recipe.Recipe) {
	e.ask(lang.L("Made with this program"),
		lang.L("{{.Name}} is an export of this program and holds its recipe: photo, prompts and strengths.", map[string]any{"Name": filepath.Base(path)}),
		lang.L("Restore the work"), lang.L("Open as a picture"), func(yes bool) {
			if yes {
				e.restoreRecipe(path, rec)
			} else {
				e.openPath(path)
			}
		})
}

// restoreRecipe sets the controls as a recipe says, and opens its photo.
func (e *editor) restoreRecipe(path string, rec recipe.Recipe) {
	e.sliderTimer.Stop()
	e.promptTimer.Stop()
	asked := settingsOfRecipe(rec)
	e.settings = asked.onlyFace(0) // Opened restores the faces
	e.showSettings()
	e.recipes = recipes{settings: &asked}
	e.notices.Clear(noticeRecipe)
	if len(rec.Edits) > stack.MaxRows {
		e.notices.Show(noticeRecipe, noticeInfo, lang.L("The recipe has {{.Count}} edits; the first {{.Shown}} are set.",
			map[string]any{"Count": len(rec.Edits), "Shown": stack.MaxRows}))
	}
	if rec.Random != nil {
		e.backend.Random(rec.Random.Seed)
		return
	}
	if rec.Source == nil {
		return
	}
	source, files := *rec.Source, e.app.Preferences().StringList(prefRecent)
	folders := []string{filepath.Dir(path), e.app.Preferences().String(prefOpenFolder)}
	go func() {
		photo := restore.Photo(source, files, folders)
		e.post(func() {
			if photo == "" {
				e.askPhoto(source.Name)
				return
			}
			e.recipes.photo = photo
			e.openBoxed(photo, recipe.Rects(rec.Boxes...))
		})
	}()
}

// askPhoto asks for the photo of a recipe that was not found.
func (e *editor) askPhoto(name string) {
	text := lang.L("The photo of this recipe was not found. Open it to go on: the prompts are set.")
	if name != "" {
		text = lang.L("The photo “{{.Name}}” was not found. Open it to go on: the prompts are set.", map[string]any{"Name": name})
	}
	e.notices.Ask(noticeRecipe, noticeInfo, text,
		noticeAction{Title: lang.L("Open…"), Main: true, Do: func() {
			e.notices.Clear(noticeRecipe)
			e.showOpen()
		}},
		noticeAction{Title: lang.L("Dismiss"), Do: func() { e.notices.Clear(noticeRecipe) }})
}

// settingsOfRecipe returns the settings that a recipe describes.
func settingsOfRecipe(rec recipe.Recipe) settings {
	s := defaultSettings()
	s.Aligned, s.Steps = rec.Aligned, rec.Steps
	s.Renderer, _ = engine.ParseRenderer(rec.Renderer) // an unknown one is the GAN
	for _, other := range rec.Others {
		s.Face = max(other.Face-1, 0)
		s = s.withStack(recipeStack(other.Edits, rec.Threshold))
	}
	s.Face = max(rec.Face-1, 0)
	return s.withStack(recipeStack(rec.Edits, rec.Threshold))
}

// recipeStack returns a stack of a recipe's edits, the first in hand: of as many as a stack
// holds. An edit without a threshold of its own has the given one.
func recipeStack(edits []recipe.Edit, threshold float64) stack.Stack {
	var rows []stack.Row
	for _, e := range edits[:min(len(edits), stack.MaxRows)] {
		r := stack.NewRow()
		r.Source, r.Target, r.Strength, r.Mask = e.Source, e.Target, e.Strength, e.Mask
		switch {
		case e.Threshold != nil:
			r.Threshold = *e.Threshold
		case threshold >= 0:
			r.Threshold = threshold
		}
		rows = append(rows, r)
	}
	out, err := stack.Of(rows, 0)
	if err != nil { // no row, or one that this program did not write
		return stack.New()
	}
	return out
}

// recipeSettings returns the settings of the recipe that a photo was opened for, and
// false when there is none.
func (e *editor) recipeSettings(sub engine.Subject) (settings, bool) {
	r := e.recipes
	if r.settings == nil || r.photo != "" && r.photo != sub.Path {
		return settings{}, false
	}
	e.recipes = recipes{}
	s := *r.settings
	s.stacks = s.stacks[:min(len(s.stacks), len(sub.Faces))]
	if s.Face >= len(sub.Faces) {
		s.Face = 0
	}
	return s, true
}
