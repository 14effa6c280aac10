package ui

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/mask"
	"deltaedit/ui/comparison"
	"deltaedit/ui/complete"
	"deltaedit/ui/stack"
)

// TestWidgetMarkup holds the layout of each widget to what was looked at before. Texts are few:
// a golden must not change with every word.
func TestWidgetMarkup(t *testing.T) {
	newRig(t)
	picture := image.NewRGBA(image.Rect(0, 0, 40, 30))
	row := func(w *stackRow, row stack.Row, title string, inHand bool) *stackRow {
		w.SetRow(row, title, inHand)
		return w
	}
	masked := stack.Row{Target: "face with blond hair", Strength: -0.5, Off: true}
	masked.Mask = mask.Mask{}.With(mask.Hair, false)
	chosen, plain := newChip("Smiling", nil), newChip("Old", nil)
	chosen.Select(true)
	tiles := [2]*historyTile{newHistoryTile(), newHistoryTile()}
	tiles[0].SetFace(tileFace{picture: picture, title: "Old", starred: true, present: true})
	tiles[1].SetFace(tileFace{title: "Photo", against: true})
	variant := newVariantTile(nil)
	variant.SetFace(variantFace{picture: picture, title: "+1.00"})
	activity := newActivity(nil)
	activity.Show(engine.Progress{Task: engine.Task{Kind: engine.TaskExport}, Fraction: 0.4})
	status := newStatusLine(nil)
	status.batch.Show()
	status.batch.SetText("2 of 5")
	split := newViewport()
	split.SetFaces(image.Pt(40, 30), nil, 0)
	whole := []comparison.Layer{{Image: picture, Part: picture.Rect}}
	split.SetMode(comparison.Split)
	split.SetScene(comparison.Split, whole, whole)
	for name, c := range map[string]struct {
		size    fyne.Size
		objects []fyne.CanvasObject
	}{
		"chip": {fyne.NewSize(200, 80), []fyne.CanvasObject{container.NewHBox(chosen, plain)}},
		"stackrow": {fyne.NewSize(324, 100), []fyne.CanvasObject{
			row(newStackRow(), stack.Row{Target: "smiling face", Strength: 1}, "Smiling", true),
			row(newStackRow(), masked, "Blond", false),
		}},
		"historytile":   {fyne.NewSize(240, 120), []fyne.CanvasObject{container.NewHBox(tiles[0], tiles[1])}},
		"varianttile":   {fyne.NewSize(160, 160), []fyne.CanvasObject{container.NewHBox(variant)}},
		"notice":        {fyne.NewSize(400, 60), []fyne.CanvasObject{newNoticeBar(noticeWarning, "A face is hidden.", func() {})}},
		"completionrow": {fyne.NewSize(300, 60), []fyne.CanvasObject{newCompletionRow(complete.Suggestion{Text: "old face"}, nil)}},
		"activity":      {fyne.NewSize(400, 90), []fyne.CanvasObject{activity.card}},
		"viewbar":       {fyne.NewSize(500, 60), []fyne.CanvasObject{newViewbar().content}},
		"statusline":    {fyne.NewSize(500, 60), []fyne.CanvasObject{status.content}},
		"batchrow":      {fyne.NewSize(400, 80), []fyne.CanvasObject{newBatchRow().content}},
		"viewport":      {fyne.NewSize(400, 300), []fyne.CanvasObject{split}},
	} {
		t.Run(name, func(t *testing.T) {
			w := test.NewTempWindow(t, container.NewVBox(c.objects...))
			w.Resize(c.size)
			test.AssertRendersToMarkup(t, name+".xml", w.Canvas())
		})
	}
}
