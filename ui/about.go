package ui

import (
	"net/url"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
)

// prefLicenceTold is true once the licence of the generator was confirmed.
const prefLicenceTold = "licence.told"

const noticeLicence noticeKey = "licence"

// licenceText says what the generator's licence forbids.
func licenceText() string {
	return lang.L("The network that draws the faces was distilled from NVIDIA's StyleGAN2 FFHQ, whose weights are for non-commercial use only. The program itself is under Apache-2.0.")
}

// tellLicence shows the licence of the generator at the first start, until it is
// confirmed.
func (e *editor) tellLicence() {
	if e.app.Preferences().Bool(prefLicenceTold) {
		return
	}
	e.notices.Ask(noticeLicence, noticeInfo, licenceText(),
		noticeAction{lang.L("About…"), false, e.showAbout},
		noticeAction{lang.L("Understood"), true, func() {
			e.app.Preferences().SetBool(prefLicenceTold, true)
			e.notices.Clear(noticeLicence)
		}})
}

// showAbout opens the dialog about the program: its version, its licences, and what it
// promises.
func (e *editor) showAbout() {
	if e.dialogOpen() {
		return
	}
	title := widget.NewLabelWithStyle(appName+" "+engine.Version, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	title.Selectable = true
	page := container.NewVBox(title)
	for _, text := range []string{
		lang.L("Edits face photographs with words, on this computer alone: nothing is sent anywhere."),
		licenceText(),
		lang.L("Edited images of people must not deceive: every export is marked as edited with a trained model."),
	} {
		label := widget.NewLabel(text)
		label.Wrapping = fyne.TextWrapWord
		page.Add(label)
	}
	if dir := licenceFolder(); dir != "" {
		page.Add(container.NewHBox(newButton(lang.L("Licences of all parts"), theme.FolderOpenIcon(), func() {
			if err := e.app.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}); err != nil {
				e.log.Warn("Showing a folder", "folder", dir, "error", err)
			}
		})))
	}
	d := dialog.NewCustom(lang.L("About"), lang.L("Close"), container.NewVScroll(page), e.win)
	d.Resize(e.sheetSize(560, 420))
	e.showSheet(d)
}

// licenceFolder returns the folder of licences that a package has beside the program, or
// "" if there is none, as in a source tree.
func licenceFolder() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(program); err == nil {
		program = real
	}
	dir := filepath.Join(filepath.Dir(program), "licences")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}
