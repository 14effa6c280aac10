package ui

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
	"deltaedit/engine/photo"
)

var _ engine.Listener = (*editor)(nil)

func beforeBadge() string { return lang.L("Before") }

// Status shows what the engine runs on.
func (e *editor) Status(s engine.Status) {
	measured := justMeasured(s.Decision, e.status.Decision)
	told := s.Notice == e.status.Notice && !measured
	e.status = s
	e.statusbar.ShowEngine(s)
	e.showSettings()
	switch {
	case told:
	case s.Notice == "" && measured:
		e.showMeasured(s.Decision)
	case s.Notice == "":
		e.notices.Clear(noticeProvider)
	default:
		// Not a warning: a provider asked for by name is never replaced. The
		// status line goes on to name the one in use.
		e.notices.Show(noticeProvider, noticeInfo, sentence(s.Notice))
		e.providerTimer.Trigger(func() { e.notices.Clear(noticeProvider) })
	}
}

// Opened puts a photo on the table and asks for its picture. The prompts
// stay: trying one edit on several photos is common.
func (e *editor) Opened(sub engine.Subject) {
	e.sliderTimer.Stop()
	e.subject = sub
	e.settings.Face = e.restoredFace(sub)
	e.refining = refining{}
	e.history.Forget(e.settings)
	e.compare.Forget()
	e.statusbar.ForgetFrame()
	e.told = nil
	e.notices.Clear(noticeFailure)
	e.notices.Clear(noticePrompt)

	e.empty.content.Hide()
	e.stage.SetImage(nil)
	e.stage.SetBadge("")
	e.stage.SetFaces(e.facesShown())
	e.notices.Clear(noticeRefine)
	e.panel.Enable(true)
	e.showRefine()
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

	e.keepPhoto()
	e.last = e.request(engine.QualityRest)
	e.gate.Reset(sub.Photo, e.backend.Post(e.last))
}

// showPhotoNotices says what of the photo could not be taken as it is.
func (e *editor) showPhotoNotices(notices []photo.Notice) {
	var told []string
	for _, n := range notices {
		told = append(told, photoNotice(n))
	}
	e.notices.Tell(noticePhoto, noticeInfo, told)
}

// photoNotice puts a notice of the photo into the person's language.
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
	case photo.NoticeMetadataDamaged:
		return lang.L("The photo's camera data (EXIF or XMP) is damaged and was left out.")
	}
	return sentence(string(n)) + "."
}

// Frame paints a picture unless a newer one is there already.
func (e *editor) Frame(f engine.Frame) {
	if !e.gate.Admit(f) {
		return
	}
	e.compare.Keep(f, e.stage.View())
	e.showCompare()
	e.statusbar.ShowFrame(e.status, f)
	if !sameReports(e.told, f.Prompts) {
		e.told = f.Prompts
		e.showPrompts(f.Prompts)
	}
	if e.painted != nil {
		e.painted(f)
	}
}

// sameReports reports whether frames have the very same reports, as those of a
// moving slider have.
func sameReports(a, b []engine.PromptReport) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// showPrompts says which wishes the pack does not know or cannot draw.
func (e *editor) showPrompts(reports []engine.PromptReport) {
	var told []string
	for _, r := range reports {
		for _, l := range r.OutOfRange {
			told = append(told, lang.L("This pack knows “{{.Concept}}” but its generator cannot draw it: {{.Evidence}}.", map[string]any{"Concept": l.Name, "Evidence": strings.TrimRight(l.Evidence, ".")}))
		}
		what := strings.Join(r.Unknown, "”, “")
		if len(r.OutOfRange) > 0 {
			continue
		}
		if r.Known {
			if what != "" {
				told = append(told, lang.L("This pack does not know “{{.Prompt}}” and leaves it out.", map[string]any{"Prompt": what}))
			}
			if len(r.Behind) > 0 {
				told = append(told, lang.L("The photo’s background stays as it is, so “{{.Concept}}” hardly shows.", map[string]any{"Concept": strings.Join(r.Behind, "”, “")}))
			}
			continue
		}
		if what == "" {
			what = r.Target
		}
		text := lang.L("This pack does not know “{{.Prompt}}” well, so the edit is weak.", map[string]any{"Prompt": what})
		if names := conceptNames(r.Nearest, 3); names != "" {
			text += " " + lang.L("Nearest: {{.Names}}.", map[string]any{"Names": names})
		}
		told = append(told, text)
	}
	if len(reports) > 0 {
		e.notices.Tell(noticePrompt, noticeInfo, told)
	}
}

func conceptNames(concepts []engine.Concept, most int) string {
	var names []string
	for _, c := range concepts {
		if len(names) == most || c.Name == "" {
			continue
		}
		if c.Opposite {
			names = append(names, lang.L("less of “{{.Concept}}”", map[string]any{"Concept": c.Name}))
		} else {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

// Progress shows what takes long.
func (e *editor) Progress(p engine.Progress) {
	e.activity.Show(p)
	if p.Done && p.Task == engine.TaskRefine {
		e.refineOver() // cancelled, or done
	}
}

// Exported tells where the picture went.
func (e *editor) Exported(path string) {
	e.notices.Clear(noticeFailure)
	e.notices.Show(noticeExport, noticeSuccess, lang.L("Saved {{.Name}} in {{.Folder}}", map[string]any{
		"Name": filepath.Base(path), "Folder": filepath.Dir(path),
	}))
	e.exportTimer.Trigger(func() { e.notices.Clear(noticeExport) })
}

// Failed tells a person in a sentence and the log everything.
func (e *editor) Failed(task string, err error) {
	e.log.Error(task, "error", err)
	e.refineOver()
	e.fail(task, err)
}

// fail shows an error without logging it.
func (e *editor) fail(task string, err error) {
	e.notices.Show(noticeFailure, noticeError, lang.L("{{.Task}} did not work: {{.Reason}}", map[string]any{
		"Task": localTask(task), "Reason": plain(err),
	}))
}

// maxReason is the longest reason shown, in runes; the log has the rest.
const maxReason = 240

// plain turns an error's text into words for a person: the names of packages
// at its front go, and a very long text is cut.
func plain(err error) string {
	text := strings.TrimSpace(err.Error())
	for {
		head, rest, ok := strings.Cut(text, ": ")
		if !ok || !packageNames[head] {
			break
		}
		text = rest
	}
	if utf8.RuneCountInString(text) > maxReason {
		text = string([]rune(text)[:maxReason-1]) + "…"
	}
	return text
}

// packageNames begin wrapped errors and mean nothing to a person.
var packageNames = map[string]bool{
	"engine": true, "photo": true, "face": true, "pack": true, "onnx": true, "synth": true,
	"invert": true, "diffusion": true, "prompt": true, "delta": true, "recipe": true, "image": true,
}

// sentence begins with a capital letter.
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
