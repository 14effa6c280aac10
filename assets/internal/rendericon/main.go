// Command rendericon renders assets/icon.svg to assets/icon.png, and to the icon of the
// program on Windows. Run it with `go generate ./assets`.
package main

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"log"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
)

// Sides of the square icons in pixels; Windows knows none larger.
const (
	side        = 512
	windowsSide = 256
)

func main() {
	test.NewApp()
	icon, err := render("icon.svg", side)
	if err == nil {
		err = os.WriteFile("icon.png", icon, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
	if icon, err = render("icon.svg", windowsSide); err == nil {
		err = os.WriteFile("package/windows/icon.ico", ico(icon), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// render returns a PNG of an SVG.
func render(from string, side float32) ([]byte, error) {
	svg, err := os.ReadFile(from)
	if err != nil {
		return nil, err
	}
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(canvas.NewImageFromResource(fyne.NewStaticResource(from, svg)))
	c.Resize(fyne.NewSquareSize(side))
	var out bytes.Buffer
	err = png.Encode(&out, c.Capture())
	return out.Bytes(), err
}

// ico returns an icon file of one PNG, of 256 by 256 pixels.
func ico(png []byte) []byte {
	var out bytes.Buffer
	_ = binary.Write(&out, binary.LittleEndian, struct {
		Reserved, Kind, Images            uint16
		Width, Height, Colours, Reserved2 uint8 // a side of 256 is written as 0
		Planes, Bits                      uint16
		Bytes, Offset                     uint32
	}{Kind: 1, Images: 1, Planes: 1, Bits: 32, Bytes: uint32(len(png)), Offset: 22})
	out.Write(png)
	return out.Bytes()
}
