package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Fyne's own controls, but for the keys of the window: these swallow them, as all of Fyne's do.

// checkBox is a check box.
type checkBox struct{ widget.Check }

func newCheckBox(title string) *checkBox {
	c := &checkBox{widget.Check{Text: title}}
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey passes the window's own keys on.
func (c *checkBox) TypedKey(k *fyne.KeyEvent) {
	if !passOwnKey(c, k) {
		c.Check.TypedKey(k)
	}
}

// dropDown is a choice of one among several texts.
type dropDown struct{ widget.Select }

func newDropDown(options []string) *dropDown {
	d := &dropDown{widget.Select{Options: options}}
	d.ExtendBaseWidget(d)
	return d
}

// TypedKey passes the window's own keys on.
func (d *dropDown) TypedKey(k *fyne.KeyEvent) {
	if !passOwnKey(d, k) {
		d.Select.TypedKey(k)
	}
}

// keyedList is a list.
type keyedList struct{ widget.List }

func newKeyedList(length func() int, create func() fyne.CanvasObject, update func(widget.ListItemID, fyne.CanvasObject)) *keyedList {
	l := &keyedList{widget.List{Length: length, CreateItem: create, UpdateItem: update}}
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey passes the window's own keys on.
func (l *keyedList) TypedKey(k *fyne.KeyEvent) {
	if !passOwnKey(l, k) {
		l.List.TypedKey(k)
	}
}
