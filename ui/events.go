package ui

import (
	"cmp"
	"fmt"
	"path/filepath"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

var _ engine.Listener = (*editor)(nil)

func beforeBadge() string { return lang.L("Before") }

// Status displays what the engine runs on.
func (e *editor) Status(s engine.Status) {
	measured := justMeasured(s.Decision, e.status.Decision)
	same := s.Notice == e.status.Notice && !measured
	if s.PackDir != "" && s.PackDir != e.status.PackDir {
		defer e.learnConcepts(s.PackDir)
	}
	e.status = s
	e.statusbar.ShowEngine(s)
	e.showSettings()
	switch {
	case same:
	case s.Notice == "" && measured:
		e.showMeasured(s.Decision)
	case s.Notice == "":
		e.notices.Clear(noticeProvider)
	default:
		// This is not a warning: a provider requested by name is never replaced. The
		// status line continues to name the one in use.
		e.notices.ShowDetails(noticeProvider, noticeInfo, providerNotice(s, e.provider), s.Notice)
		e.providerTimer.Trigger(func() { e.notices.Clear(noticeProvider) })
	}
}

// Opened displays a new photo and requests its image. The prompts stay, because trying
// one edit on several photos is common.
func (e *editor) Opened(sub engine.Subject) {
	e.sliderTimer.Stop()
	e.endMarking()
	e.notices.Clear(noticeMark)
	e.subject = sub
	e.storeStream(sub)
	e.settings = e.carried(sub)
	if s, ok := e.recipeSettings(sub); ok {
		e.settings = s
	}
	e.rememberPhoto(sub.Path)
	e.dropAnimation()
	e.masking.regions = nil
	e.refining = refining{}
	e.compare.Forget()
	e.variants.forget()
	e.endContactSheet()
	e.hideBatch()
	e.statusbar.ForgetFrame()
	e.reports = nil
	e.notices.Clear(noticeFailure)
	e.notices.Clear(noticePrompt)
	e.notices.Clear(noticeSpelling)
	e.notices.Clear(noticeMask)

	e.empty.content.Hide()
	e.viewport.SetFaces(e.facesShown())
	e.viewport.zoom.Fit()
	e.showCompare()
	e.notices.Clear(noticeRefine)
	e.panel.Enable(true)
	e.viewbar.Enable(true)
	e.showSettings()
	e.win.SetTitle(windowTitle(sub))
	if len(sub.Faces) > 1 {
		e.notices.Show(noticeOpen, noticeInfo, lang.L("There are {{.Count}} faces: click the one to edit, or press its number.",
			map[string]any{"Count": len(sub.Faces)}))
		e.openTimer.Trigger(func() { e.notices.Clear(noticeOpen) })
	} else {
		e.notices.Clear(noticeOpen)
	}

	e.showPhotoNotices(sub.Notices)
	e.showDoubt()

	e.beginHistory()
	e.keepDone(true)
	e.savePhoto()
	e.last = e.request(engine.QualityRest)
	e.gate.Reset(sub.Photo, e.backend.Post(e.last))
}

// showPhotoNotices says which properties of the photo could not be used as they are.
func (e *editor) showPhotoNotices(notices []photo.Notice) {
	var texts []string
	for _, n := range notices {
		texts = append(texts, photoNotice(n))
	}
	e.notices.Tell(noticePhoto, noticeInfo, texts)
}

// photoNotice returns a notice about the photo in the user's language.
func photoNotice(n photo.Notice) string {
	switch n {
	case photo.NoticeProfileDamaged:
		return lang.L("The photo's colour profile is damaged and was ignored: colours are taken as sRGB.")
	case photo.NoticeProfileTables:
		return lang.L("The photo's colour profile is made of look-up tables, which are not applied: the edit may be off in colour.")
	case photo.NoticeProfileMisfit:
		return lang.L("The photo's colour profile is for another kind of picture and was ignored: colours are taken as sRGB.")
	case photo.NoticeCMYK:
		return lang.L("The photo is in printing colours (CMYK), which were turned into RGB without their profile: colours may differ from print.")
	case photo.NoticeColourUnknown:
		return lang.L("The photo's description of its colours (cICP) is of a kind that is not known and was ignored: colours are taken as sRGB.")
	case photo.NoticeEndMissing:
		return lang.L("The end of the photo's file is missing, but all of its pixels are there.")
	case photo.NoticeEndLost:
		return lang.L("The end of the photo's file is missing: the last pixels at its lower right may be wrong.")
	case photo.NoticeChunksDamaged:
		return lang.L("A part of the photo's file that holds no pixels is damaged and was left out.")
	case photo.NoticeGainMap:
		return lang.L("The photo has a gain map for HDR screens, which does not fit an edit: the export is the photo's standard picture.")
	case photo.NoticeDepth:
		return lang.L("The photo's file holds a depth map as well (of a portrait mode), which does not fit an edit: it is left out of the export.")
	case photo.NoticeVideo:
		return lang.L("The photo's file holds a short video as well (a motion photo): only the picture is edited and exported.")
	case photo.NoticeMorePictures:
		return lang.L("The photo's file holds more pictures (views, pages or frames): only the first is edited and exported.")
	case photo.NoticeMetadataDamaged:
		return lang.L("The photo's camera data (EXIF or XMP) is damaged and was left out.")
	}
	return sentence(string(n)) + "."
}

// Frame paints an image unless a newer one is already displayed.
func (e *editor) Frame(f engine.Frame) {
	if !e.gate.Admit(f) || e.animated(f) {
		return
	}
	e.compare.Keep(f, e.viewport.Want())
	e.showCompare()
	e.learnRegions(f)
	e.statusbar.ShowFrame(e.status, f)
	if !e.compare.asksFor(f) && !sameReports(e.reports, f.Prompts) {
		e.reports = f.Prompts
		e.showPrompts(f.Prompts)
		e.showOwnThresholds(f.Prompts)
	}
	e.compareAfter(f)
	e.pictured(f)
	if e.painted != nil {
		e.painted(f)
	}
}

// sameReports reports whether both frames carry the identical reports, as the frames of
// a moving slider do.
func sameReports(a, b []engine.PromptReport) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// Progress displays work that takes long.
func (e *editor) Progress(p engine.Progress) {
	e.activity.Show(p)
	if p.Done && p.Task.Kind == engine.TaskRefine {
		e.refineOver() // cancelled, or done
	}
}

// Exported says where the image was saved.
func (e *editor) Exported(path string) {
	if e.copied(path) || e.kept(path) {
		return
	}
	e.notices.Clear(noticeFailure)
	e.notices.Show(noticeExport, noticeSuccess, lang.L("Saved {{.Name}} in {{.Folder}}", map[string]any{
		"Name": filepath.Base(path), "Folder": filepath.Dir(path),
	}))
	e.exportTimer.Trigger(func() { e.notices.Clear(noticeExport) })
}

// Failed displays an error as a sentence and logs it in full.
func (e *editor) Failed(task engine.Task, err error) {
	e.log.Error(task.String(), "error", err)
	if task.Kind == engine.TaskExport || task.Kind == engine.TaskOpen || task.Kind == engine.TaskGenerate {
		e.past.going = nil
		e.keepDone(false)
	}
	e.refineOver()
	e.copyFailed()
	e.endAnimation()
	if task.Kind == engine.TaskOpen && e.markFailed(err) {
		return
	}
	e.fail(task, err)
}

// fail displays an error without logging it.
func (e *editor) fail(task engine.Task, err error) {
	e.notices.ShowError(noticeFailure, lang.L("{{.Task}} did not work: {{.Reason}}", map[string]any{
		"Task": taskText(task), "Reason": reason(err),
	}), e.details(task, err))
}

// details returns what a report of an error needs: the whole of it, in the program's own
// words, and what it ran on.
func (e *editor) details(task engine.Task, err error) string {
	return fmt.Sprintf("%s: %v\n%s, pack %s, %s", task, err, engine.Program, cmp.Or(e.status.Pack, "?"), cmp.Or(e.status.Provider, e.provider, "?"))
}

// sentence capitalises the first letter.
func sentence(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[n:]
}

// appName is the program's name in titles.
const appName = "DeltaEdit Studio"

func windowTitle(sub engine.Subject) string {
	name := sub.Name
	if sub.Random {
		name = lang.L("Random face {{.Seed}}", map[string]any{"Seed": sub.Seed})
	}
	if name == "" {
		return appName
	}
	return name + " – " + appName
}
