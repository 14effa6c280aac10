package ui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/ui/contactsheet"
	"deltaedit/ui/variant"
)

// contact is a contact sheet that is being drawn. It belongs to the UI thread.
type contact struct {
	ctx  context.Context    // nil for none
	stop context.CancelFunc // ends it
}

// contactOrder is what a contact sheet shows.
type contactOrder struct {
	rows      []contactsheet.Row
	strengths []float64
	side      int
}

// contactSides are the sides of a picture that can be chosen, in pixels.
var contactSides = []string{"160", "256", "384", "512"}

// contactRows returns what can be put into the rows: their title, and the rows.
func (e *editor) contactRows() (titles []string, rows map[string][]contactsheet.Row) {
	rows = map[string][]contactsheet.Row{}
	add := func(title string, list []contactsheet.Row) {
		if len(list) > 0 {
			titles = append(titles, title)
			rows[title] = list
		}
	}
	var own []contactsheet.Row
	for _, r := range e.settings.stack().Rows() {
		if edit, ok := r.Edit(); ok {
			own = append(own, contactsheet.Row{Caption: e.panel.titleOf(r), Edits: []engine.Edit{edit}})
		}
	}
	add(lang.L("The changes in the list"), own)
	var all []contactsheet.Row
	groups := map[string][]contactsheet.Row{}
	for _, g := range e.presets {
		for _, p := range g.Presets {
			row := contactsheet.Row{Caption: lang.L(p.Title), Edits: presetEdits(p)}
			all, groups[g.Title] = append(all, row), append(groups[g.Title], row)
		}
	}
	for _, g := range e.presets {
		add(lang.L("Presets: {{.Group}}", map[string]any{"Group": lang.L(g.Title)}), groups[g.Title])
	}
	add(lang.L("All presets"), all)
	return titles, rows
}

// showContactSheet asks what a contact sheet shows, and then where to save it.
func (e *editor) showContactSheet() {
	if !e.open() || e.dialogOpen() || e.contact.ctx != nil {
		return
	}
	titles, rows := e.contactRows()
	what := widget.NewSelect(titles, nil)
	what.SetSelectedIndex(0)
	strengths := widget.NewEntry()
	strengths.SetText(variant.FormatStrengths(append([]float64{0}, variant.Strengths...), ", "))
	strengths.Validator = func(text string) error {
		_, err := variant.ParseStrengths(text)
		return err
	}
	side := widget.NewSelect(contactSides, nil)
	side.SetSelected("256")
	d := dialog.NewForm(lang.L("Contact sheet"), lang.L("Export…"), lang.L("Dismiss"), []*widget.FormItem{
		widget.NewFormItem(lang.L("Rows"), what),
		{Text: lang.L("Strengths"), Widget: strengths, HintText: lang.L("One column each, with commas between them")},
		{Text: lang.L("Picture size"), Widget: side, HintText: lang.L("In pixels")},
	}, func(yes bool) {
		if !yes {
			return
		}
		o := contactOrder{rows: rows[what.Selected]}
		o.strengths, _ = variant.ParseStrengths(strengths.Text) // the form has checked it
		o.side, _ = strconv.Atoi(side.Selected)
		layout := contactsheet.Sheet{Rows: make([]string, len(o.rows)), Columns: make([]string, len(o.strengths)), Side: o.side}
		if err := layout.Check(); err != nil {
			e.fail(engine.Task{Kind: engine.TaskSheet}, err)
			return
		}
		e.saveContactSheet(o)
	}, e.win)
	d.Resize(fyne.NewSize(e.sheetSize(520, 0).Width, 0))
	d.Show()
}

// saveContactSheet asks where to save a contact sheet.
func (e *editor) saveContactSheet(o contactOrder) {
	e.askWhereToSave(saveDialog{
		task:    engine.TaskSheet,
		name:    exportStem(e.subject) + "-sheet" + e.exportExtension(),
		title:   lang.L("Export: the name’s ending, .png, .jpg or .webp, chooses the format"),
		short:   lang.L("Contact sheet"),
		endings: []string{".png", ".jpg", ".jpeg", ".webp"},
	}, func(path string) { e.drawContactSheet(o, path) })
}

// drawContactSheet draws a contact sheet while the engine has nothing else to do, and
// writes it in the format of the path's ending, with the preferred quality. The dialog has
// already asked whether to replace an existing file.
func (e *editor) drawContactSheet(o contactOrder, path string) {
	if target := withExtension(path, e.exportExtension()); target != path {
		path = freePath(target)
	}
	task := engine.Task{Kind: engine.TaskSheet}
	if sameFile(path, e.subject.Path) || e.overOriginal(path) {
		e.fail(task, engine.ErrOverSource)
		return
	}
	note := fmt.Sprintf("%s · %s", engine.Program, e.status.Pack)
	job, err := contactsheet.NewJob(e.subject.Name, note, e.closeup(), o.rows, o.strengths, o.side)
	format, _ := photo.FormatOf(path)
	if err == nil {
		err = format.CheckSize(job.Image().Rect.Size())
	}
	if err != nil {
		e.fail(task, err)
		return
	}
	e.app.Preferences().SetString(prefExportFolder, filepath.Dir(path))
	ctx, stop := context.WithCancel(context.Background())
	e.contact = contact{ctx, stop}
	e.showContactProgress(ctx, 0, len(o.rows)*len(o.strengths))
	source, file := e.subject.Path, e.fileOptions()
	file.Longest = 0 // the side of its pictures was chosen
	go func() {
		defer stop()
		err := e.backend.Spare(ctx, func(part context.Context, p engine.Pipeline) error {
			draw := func(ctx context.Context, r engine.Request, c engine.FrameImage) error {
				return p.Variant(ctx, r, engine.StageFinal, c)
			}
			return job.Run(part, draw, func(done, total int) {
				e.post(func() { e.showContactProgress(ctx, done, total) })
			})
		})
		if err == nil {
			err = photo.Write(path, job.Image(), format, file, photo.Metadata{Source: source, Text: map[string]string{"Software": engine.Program}})
		}
		e.post(func() {
			if e.contact.ctx == ctx {
				e.endContactSheet()
			}
			switch {
			case errors.Is(err, context.Canceled) || errors.Is(err, engine.ErrClosed):
			case err != nil:
				e.Failed(task, err)
			default:
				e.Exported(path)
			}
		})
	}()
}

// showContactProgress says how far a contact sheet is, unless it was ended.
func (e *editor) showContactProgress(of context.Context, done, total int) {
	if e.contact.ctx != of {
		return
	}
	e.notices.Ask(noticeContact, noticeInfo,
		lang.L("Contact sheet: picture {{.Number}} of {{.Count}}", map[string]any{"Number": min(done+1, total), "Count": total}),
		noticeAction{Title: lang.L("Cancel"), Do: e.endContactSheet})
}

// endContactSheet ends the drawing of a contact sheet, if there is one.
func (e *editor) endContactSheet() {
	if e.contact.ctx != nil {
		e.contact.stop()
		e.contact = contact{}
		e.notices.Clear(noticeContact)
	}
}
