package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/ui/queue"
)

// batchThumb is the side of a photo's picture in the list, in logical pixels.
const batchThumb float32 = 44

// batchRow is a photo in the list of the batch: its picture, its name, what has become of
// it, and a button for what can be done about it.
type batchRow struct {
	content      *fyne.Container
	picture      *canvas.Image
	icon         *widget.Icon
	name, detail *widget.Label
	action       *pushButton
}

func newBatchRow() *batchRow {
	r := &batchRow{
		picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth},
		icon:    widget.NewIcon(theme.FileImageIcon()),
		name:    widget.NewLabel(""),
		detail:  widget.NewLabel(""),
		action:  newButton("", theme.CancelIcon(), nil),
	}
	r.action.Importance = widget.LowImportance
	for _, l := range []*widget.Label{r.name, r.detail} {
		l.Truncation = fyne.TextTruncateEllipsis
	}
	r.name.TextStyle.Bold = true
	space := canvas.NewRectangle(nil)
	space.SetMinSize(fyne.NewSquareSize(batchThumb))
	text := container.New(layout.NewCustomPaddedVBoxLayout(-spaceL), r.name, r.detail)
	r.content = container.New(layout.NewCustomPaddedLayout(spaceS/2, spaceS/2, spaceS, spaceS),
		container.NewBorder(nil, nil, container.NewCenter(container.NewStack(space, r.icon, r.picture)), container.NewCenter(r.action), container.New(&middleRow{}, text)))
	return r
}

// middleRow gives one object the full width, and centres it from top to bottom.
type middleRow struct{}

func (*middleRow) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (*middleRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	height := o[0].MinSize().Height
	o[0].Move(fyne.NewPos(0, (size.Height-height)/2))
	o[0].Resize(fyne.NewSize(size.Width, height))
}

// Show displays a photo; picture is nil while there is none. action is what the button
// does, nil for no button.
func (r *batchRow) Show(item queue.Item, picture image.Image, action func()) {
	r.picture.Image, r.picture.Hidden = picture, picture == nil
	r.picture.Refresh()
	r.icon.Hidden = picture != nil
	r.name.SetText(item.Name())
	text, importance := stateText(item)
	r.detail.Importance = importance
	r.detail.SetText(text)
	r.action.OnTapped = action
	r.action.SetIcon(theme.CancelIcon())
	if item.State == queue.Failed {
		r.action.SetIcon(theme.ViewRefreshIcon())
	}
	r.action.Hidden = action == nil
	r.content.Refresh()
}

// stateText says what has become of a photo, and how important that is.
func stateText(item queue.Item) (string, widget.Importance) {
	switch item.State {
	case queue.Working:
		return lang.L("Being edited…"), widget.HighImportance
	case queue.Done:
		return lang.L("Done: {{.Name}}, faces: {{.Count}}", map[string]any{"Count": item.Faces, "Name": item.Out}), widget.SuccessImportance
	case queue.Failed:
		return sentence(reasonOf(item.Fault, item.Reason)), widget.DangerImportance
	}
	return lang.L("Waiting"), widget.MediumImportance
}
