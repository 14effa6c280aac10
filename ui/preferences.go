package ui

import (
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

// choice is an answer of a question in the preferences.
type choice struct {
	// value is stored; title is displayed.
	value, title string
}

// newChoice returns a drop-down list. changed is called with the new value when the user
// selects another one than the current.
func newChoice(choices []choice, current string, changed func(string)) *widget.Select {
	s := widget.NewSelect(nil, nil)
	for _, c := range choices {
		s.Options = append(s.Options, c.title)
		if c.value == current {
			s.Selected = c.title
		}
	}
	s.OnChanged = func(string) {
		if i := s.SelectedIndex(); i >= 0 && choices[i].value != current {
			current = choices[i].value
			changed(current)
		}
	}
	return s
}

// showPreferences opens the dialog of everything that is kept from one start to the next.
// What is chosen applies at once.
func (e *editor) showPreferences() {
	if e.dialogOpen() {
		return
	}
	tabs := container.NewAppTabs(
		container.NewTabItemWithIcon(lang.L("Appearance"), theme.ColorPaletteIcon(), scrolled(e.appearanceForm())),
		container.NewTabItemWithIcon(lang.L("Models"), theme.ComputerIcon(), scrolled(e.modelForm())),
		container.NewTabItemWithIcon(lang.L("Export"), theme.DocumentSaveIcon(), scrolled(e.exportForm())),
		container.NewTabItemWithIcon(lang.L("Files"), theme.FolderIcon(), scrolled(e.stateForm())),
	)
	d := dialog.NewCustom(lang.L("Preferences"), lang.L("Close"), tabs, e.win)
	d.Resize(e.sheetSize(680, 480))
	e.showSheet(d)
}

func scrolled(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(spaceM, spaceM, spaceS, spaceL), o))
}

// prefTextSize is the preference that holds the size of text, in per cent.
const prefTextSize = "text.percent"

// textSizes are the sizes of text that can be chosen, in per cent.
var textSizes = []int{100, 125, 150, 200}

// textPercent returns the size of the window's text, in per cent.
func textPercent(p fyne.Preferences) int {
	n := p.Int(prefTextSize)
	if n < textSizes[0] || n > textSizes[len(textSizes)-1] {
		return textSizes[0]
	}
	return n
}

// appearanceForm returns the preferences of how the window looks.
func (e *editor) appearanceForm() fyne.CanvasObject {
	p := e.app.Preferences()
	looks := newChoice([]choice{
		{"", lang.L("As the system")}, {"dark", lang.L("Dark")}, {"light", lang.L("Light")},
	}, p.String(prefAppearance), e.setAppearance)
	var sizes []choice
	for _, percent := range textSizes {
		sizes = append(sizes, choice{strconv.Itoa(percent), strconv.Itoa(percent) + " %"})
	}
	size := newChoice(sizes, strconv.Itoa(textPercent(p)), e.setTextSize)
	language := newChoice(append([]choice{{"", lang.L("As the system")}}, languages...),
		p.String(prefLanguage), func(name string) { p.SetString(prefLanguage, name) })
	return newForm(
		widget.NewFormItem(lang.L("Appearance"), looks),
		widget.NewFormItem(lang.L("Text size"), size),
		&widget.FormItem{Text: lang.L("Language"), Widget: language, HintText: lang.L("From the next start on")},
	)
}

// setTextSize changes the size of the window's text, in per cent.
func (e *editor) setTextSize(percent string) {
	n, err := strconv.Atoi(percent)
	if err != nil {
		return
	}
	e.app.Preferences().SetInt(prefTextSize, n)
	e.applyTheme()
}

// modelForm returns the preferences of what draws, and on what.
func (e *editor) modelForm() fyne.CanvasObject {
	var packs []choice
	current := ""
	listings := e.packs()
	for _, l := range listings {
		if l.Err != nil {
			continue
		}
		packs = append(packs, choice{l.Dir, packTitle(l)})
		if e.inUse(l) {
			current = l.Dir
		}
	}
	pack := newChoice(packs, current, func(dir string) {
		for _, l := range listings {
			if l.Dir == dir {
				e.usePack(l)
			}
		}
	})
	d := e.status.Decision
	providers := []choice{{engine.Auto, automaticTitle(d)}}
	for _, name := range e.providers {
		c, known := d.Of(name)
		if known && c.Refused != "" && name != e.provider {
			continue
		}
		providers = append(providers, choice{name, measuredTitle(name, c)})
	}
	if !slices.ContainsFunc(providers, func(c choice) bool { return c.value == e.provider }) {
		providers = append(providers, choice{e.provider, providerTitle(e.provider)})
	}
	provider := newChoice(providers, e.provider, e.useProvider)
	again := newButton(lang.L("Measure again"), nil, e.measureAgain)
	if len(providers) < 3 {
		again.Disable()
	}
	return newForm(
		widget.NewFormItem(lang.L("Model pack"), pack),
		&widget.FormItem{Text: lang.L("Runs on"), Widget: provider, HintText: lang.L("Automatic takes what was measured to be the fastest")},
		widget.NewFormItem("", container.NewHBox(again)),
	)
}

// errNoNumber says that a field does not hold a number.
var errNoNumber = errors.New("no number")

// exportForm returns the preferences of exports.
func (e *editor) exportForm() fyne.CanvasObject {
	p := e.app.Preferences()
	now := e.fileOptions()
	if now.Quality == 0 {
		now.Quality = photo.DefaultQuality
	}
	quality := widget.NewLabel(strconv.Itoa(now.Quality))
	slider := widget.NewSlider(photo.MinQuality, photo.MaxQuality)
	slider.SetValue(float64(now.Quality))
	slider.OnChanged = func(v float64) {
		quality.SetText(strconv.Itoa(int(v)))
		p.SetInt(prefExportQuality, int(v))
	}
	format := newChoice([]choice{
		{formatPNG, lang.L("PNG: lossless, with its recipe")},
		{formatJPEG, lang.L("JPEG: small, without a recipe")},
		{formatWebP, lang.L("WebP: small, with its recipe")},
		{formatLossless, lang.L("WebP: lossless, with its recipe")},
	}, strings.Replace(p.String(prefExportFormat), "png", "", 1), func(name string) { p.SetString(prefExportFormat, name) })

	longest := widget.NewEntry()
	longest.SetPlaceHolder(lang.L("the photo's own size"))
	if now.Longest != 0 {
		longest.SetText(strconv.Itoa(now.Longest))
	}
	longest.Validator = func(text string) error {
		_, err := longestOf(text)
		if err != nil {
			return errors.New(lang.L("want {{.Least}} to {{.Most}} pixels, or nothing", map[string]any{"Least": photo.MinLongest, "Most": photo.MaxLongest}))
		}
		return nil
	}
	longest.OnChanged = func(text string) {
		if n, err := longestOf(text); err == nil {
			p.SetInt(prefExportLongest, n)
		}
	}
	private := widget.NewCheck(lang.L("Leave out place, names and serial numbers"), e.setStripPrivate)
	private.Checked = p.Bool(prefStripPrivate)
	return newForm(
		widget.NewFormItem(lang.L("Format"), format),
		widget.NewFormItem(lang.L("Quality of JPEG and WebP"), container.NewBorder(nil, nil, nil, quality, slider)),
		&widget.FormItem{Text: lang.L("Longer side"), Widget: longest, HintText: lang.L("In pixels; pictures are never enlarged")},
		widget.NewFormItem("", private),
	)
}

// longestOf returns the length that a text asks for; 0 for none.
func longestOf(text string) (int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n == 0 {
		return 0, errNoNumber
	}
	return n, photo.Encoding{Longest: n}.Check()
}

// stateForm returns where the program keeps what it remembers, and how to clear it.
func (e *editor) stateForm() fyne.CanvasObject {
	form := newForm()
	if dir := e.state; dir != "" {
		path := widget.NewLabel(dir)
		path.Wrapping = fyne.TextWrapBreak
		path.Selectable = true
		open := newButton(lang.L("Show the folder"), theme.FolderOpenIcon(), func() {
			if err := e.app.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}); err != nil {
				e.log.Warn("Showing a folder", "folder", dir, "error", err)
			}
		})
		form.AppendItem(&widget.FormItem{Text: lang.L("Session and reports"), Widget: path, HintText: lang.L("Nothing of it leaves this computer")})
		form.Append("", container.NewHBox(open))
	}
	count := len(e.app.Preferences().StringList(prefRecent))
	forget := newButton(lang.L("Forget photos and folders"), theme.DeleteIcon(), nil)
	forget.OnTapped = func() {
		e.forgetRecent()
		e.app.Preferences().RemoveValue(prefOpenFolder)
		e.app.Preferences().RemoveValue(prefExportFolder)
		forget.Disable()
	}
	form.Append(lang.L("Recent photos"), container.NewHBox(widget.NewLabel(strconv.Itoa(count)), forget))
	return form
}
