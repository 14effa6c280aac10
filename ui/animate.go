package ui

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/atomicfile"
	"deltaedit/ui/sweep"
)

// What an animation of the strength is like.
const (
	animationFrames = 13
	animationSide   = 720 // pixels of the longer side
	animationStep   = 90 * time.Millisecond
	animationHold   = 900 * time.Millisecond
)

// animation collects the pictures of an animation, one strength after the other. It
// belongs to the UI thread.
type animation struct {
	path     string // where it is written; "" while there is none
	shares   []float64
	pictures []*image.RGBA
	// asked is the generation of the request for the next picture.
	asked uint64
}

// showAnimate asks where to save an animation of the strength.
func (e *editor) showAnimate() {
	if !e.open() || e.dialogOpen() || e.animation.path != "" {
		return
	}
	if e.request(engine.QualityRest).Untouched() {
		e.notices.Show(noticeExport, noticeInfo, lang.L("Type a prompt first: an animation goes from the photo to the edit."))
		e.exportTimer.Trigger(func() { e.notices.Clear(noticeExport) })
		return
	}
	e.askWhereToSave(saveDialog{
		task:    engine.TaskExport,
		name:    exportStem(e.subject) + "-animated.png",
		title:   lang.L("Animate the strength: the name’s ending, .png or .gif, chooses the format"),
		short:   lang.L("Animate the strength…"),
		endings: []string{".png", ".gif"},
	}, e.animate)
}

// animate asks the engine for one strength after the other and writes an animated PNG, or
// a GIF where the path ends like one. The dialog has already asked whether to replace an existing file.
func (e *editor) animate(path string) {
	if ext := filepath.Ext(path); !strings.EqualFold(ext, ".png") && !strings.EqualFold(ext, ".gif") {
		path = freePath(path + ".png")
	}
	if sameFile(path, e.subject.Path) {
		e.fail(engine.Task{Kind: engine.TaskExport}, engine.ErrOverSource)
		return
	}
	e.app.Preferences().SetString(prefExportFolder, filepath.Dir(path))
	e.settle()
	e.hold(false)
	if e.request(engine.QualityRest).Untouched() {
		return // the prompt has gone meanwhile
	}
	// The frames of the animation are not displayed: what is displayed has to stay.
	e.compare.after.own()
	e.showCompare()
	e.animation = animation{path: path, shares: sweep.Strengths(1, animationFrames)}
	e.askAnimation()
}

// askAnimation posts the request for the next picture.
func (e *editor) askAnimation() {
	a := &e.animation
	n := len(a.pictures)
	r := e.request(engine.QualityRest)
	r.Edits = append([]engine.Edit(nil), r.Edits...)
	for i := range r.Edits {
		r.Edits[i].Strength *= a.shares[n]
	}
	r.Region, r.View = image.Rectangle{}, image.Pt(animationSide, animationSide)
	r.Renderer, r.Steps = engine.GAN, 0 // a second for a frame and not a minute
	e.notices.Ask(noticeAnimation, noticeInfo,
		lang.L("Drawing frame {{.Number}} of {{.Count}}", map[string]any{"Number": n + 1, "Count": len(a.shares)}),
		noticeAction{Title: lang.L("Cancel"), Do: e.endAnimation})
	e.compare.asked = 0
	a.asked = e.backend.Post(r)
}

// animated takes a frame for the animation and reports whether it is one. Such frames are
// not displayed.
func (e *editor) animated(f engine.Frame) bool {
	a := &e.animation
	if a.path == "" || f.Generation != a.asked {
		return false
	}
	if f.Stage != engine.StageFinal && f.Stage != engine.StageOriginal {
		return true
	}
	a.pictures = append(a.pictures, clone(f.Image))
	if len(a.pictures) < len(a.shares) {
		e.askAnimation()
		return true
	}
	path, pictures := a.path, a.pictures
	e.endAnimation()
	go func() {
		err := atomicfile.Write(path, ".deltaedit-export-", func(f *os.File) error {
			frames := sweep.Back(pictures, animationStep, animationHold)
			if strings.EqualFold(filepath.Ext(path), ".gif") {
				return sweep.EncodeGIF(f, frames)
			}
			return sweep.Encode(f, frames, map[string]string{"Software": engine.Program})
		})
		e.post(func() {
			if err != nil {
				e.Failed(engine.Task{Kind: engine.TaskExport, Name: filepath.Base(path)}, err)
				return
			}
			e.Exported(path)
		})
	}()
	return true
}

// endAnimation ends the drawing of an animation and makes the edit the newest request
// again.
func (e *editor) endAnimation() {
	if e.animation.path == "" {
		return
	}
	e.dropAnimation()
	e.postRequest(engine.QualityRest)
}

// dropAnimation discards the frames of the last animation.
func (e *editor) dropAnimation() {
	if e.animation.path != "" {
		e.animation = animation{}
		e.notices.Clear(noticeAnimation)
	}
}
