package ui

import (
	"fyne.io/fyne/v2/lang"

	"deltaedit/engine/face"
)

// showDoubt displays, in the status line and above the photo, why an edit of the
// selected face may go wrong.
func (e *editor) showDoubt() {
	e.statusbar.ShowPhoto(e.subject, e.settings.Face)
	var texts []string
	if i := e.settings.Face; i < len(e.subject.Faces) {
		if text := doubtText(e.subject.Faces[i].Doubt); text != "" {
			texts = append(texts, text)
		}
	}
	e.notices.Tell(noticeFace, noticeWarning, texts)
}

// doubtText returns a sentence in the user's language, or "" when there is no doubt.
func doubtText(d face.Doubt) string {
	text, _ := doubtWords(d)
	return text
}

// doubtLabel returns a short label for the status line, or "" when there is no doubt.
func doubtLabel(d face.Doubt) string {
	_, label := doubtWords(d)
	return label
}

func doubtWords(d face.Doubt) (text, label string) {
	switch d {
	case "":
		return "", ""
	case face.DoubtTurned:
		return lang.L("This face is turned too far away from the camera: edits may look wrong."), lang.L("face turned away")
	case face.DoubtHidden:
		return lang.L("This face is partly hidden or hard to make out: edits may look wrong."), lang.L("face partly hidden")
	case face.DoubtMouth:
		return lang.L("Something covers the mouth of this face: edits may look wrong."), lang.L("mouth covered")
	case face.DoubtEyes:
		return lang.L("Something covers the eyes of this face: edits may look wrong."), lang.L("eyes covered")
	case face.DoubtCut:
		return lang.L("This face is cut off by the photo's edge: edits may look wrong."), lang.L("face cut off")
	case face.DoubtSmall:
		return lang.L("This face is very small in the photo: edits may look wrong."), lang.L("face very small")
	}
	return sentence("this face " + string(d) + "."), lang.L("unreliable face")
}
