// Command rendericon renders assets/icon.svg to assets/icon.png. Run it with
// `go generate ./assets`.
package main

import (
	"image/png"
	"log"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
)

// side of the square icon in pixels.
const side = 512

func main() {
	if err := render("icon.svg", "icon.png"); err != nil {
		log.Fatal(err)
	}
}

func render(from, to string) error {
	svg, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	test.NewApp()
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(canvas.NewImageFromResource(fyne.NewStaticResource(from, svg)))
	c.Resize(fyne.NewSquareSize(side))
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if err := png.Encode(out, c.Capture()); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
