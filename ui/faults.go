package ui

import (
	"errors"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine/fault"
)

// errRemote says that something is not a file of this computer.
var errRemote = errors.New("it is no file of this computer: save it in a folder here first")

// maxReason is the maximum length of a displayed reason in runes; the log has the full
// text.
const maxReason = 240

// reason returns why something failed: in the user's language if the window knows the
// kind of error, otherwise the error's own text.
func reason(err error) string {
	if errors.Is(err, errRemote) {
		return lang.L("it is no file of this computer: save it in a folder here first")
	}
	return reasonOf(fault.Of(err), err.Error())
}

// reasonOf is reason for an error of which only kind and text are kept. A very long text
// is cut.
func reasonOf(kind fault.Kind, text string) string {
	if own := faultText(kind); own != "" {
		return own
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxReason {
		text = string([]rune(text)[:maxReason-1]) + "…"
	}
	return text
}

// faultText says in the user's language what is wrong and what to do, without a full
// stop; "" for a kind that has no words.
func faultText(kind fault.Kind) string {
	switch kind {
	case fault.NoFace:
		return lang.L("no face found: use a photo in which a face is clearly visible, from the front or a little from the side")
	case fault.NoFaceInBox:
		return lang.L("no face in the box: draw it closely around the face, from brow to chin")
	case fault.BadBox:
		return lang.L("the box is too small or outside of the photo: draw it closely around the face, from brow to chin")
	case fault.NoSuchFace:
		return lang.L("there is no such face in the photo: choose another")
	case fault.NoPhoto:
		return lang.L("no photo is open: open a photograph or ask for a random face first")
	case fault.NoRegions:
		return lang.L("the model pack tells no regions of a face apart: paint the mask, or use another pack")
	case fault.NoDiffusion:
		return lang.L("the model pack has no diffusion: use the GAN, or another pack")
	case fault.Diverged:
		return lang.L("the diffusion lost the picture: use more steps, or the GAN")
	case fault.TooLarge:
		return lang.L("the photo is too large: make it smaller in another program first")
	case fault.NotImage:
		return lang.L("it is no picture: use a JPEG, PNG, WebP, TIFF, BMP or GIF file")
	case fault.Unsupported:
		return lang.L("pictures of this kind are not read: convert it to JPEG or PNG")
	case fault.Truncated:
		return lang.L("the picture is cut short: copy or download it again")
	case fault.Damaged:
		return lang.L("the picture is damaged: copy or download it again")
	case fault.OverSource:
		return lang.L("this is the photo itself, which is never overwritten: choose another name")
	case fault.TooWide:
		return lang.L("the picture is too large for a WebP, whose sides have at most 16383 pixels: set a longer side in the preferences, or export a PNG")
	case fault.EmptyPrompt:
		return lang.L("the text is empty: describe the face in a few words")
	case fault.SamePrompt:
		return lang.L("both texts say the same: let the second say what should change")
	case fault.Memory:
		return lang.L("there is not enough memory: close other programs, or use a smaller photo")
	case fault.NoLibrary:
		return lang.L("the ONNX Runtime library was not found: install the program again")
	case fault.BadProvider:
		return lang.L("the execution provider cannot be used here: choose another under “Runs on”")
	case fault.NoPack:
		return lang.L("the model pack was not found: choose another, or install it again")
	case fault.BadPack:
		return lang.L("the model pack is damaged or does not fit this program: install it again")
	case fault.Missing:
		return lang.L("the file or folder is not there")
	case fault.Permission:
		return lang.L("access is denied: change the permissions, or choose another place")
	case fault.DiskFull:
		return lang.L("the disk is full: make room, or choose another place")
	case fault.Exists:
		return lang.L("a file of this name exists already: choose another name")
	}
	return ""
}
