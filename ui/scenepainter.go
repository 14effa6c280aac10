package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"deltaedit/ui/comparison"
	"deltaedit/ui/shaded"
)

// scenePainter draws the viewport's scene. It belongs to the UI thread.
type scenePainter interface {
	// objects returns the canvas objects that draw it, what lies below first.
	objects() []fyne.CanvasObject
	// paint draws a scene of the given size in device pixels again; scale is the number of
	// them in a logical pixel.
	paint(scene comparison.Scene, size image.Point, scale float32)
	// hide draws nothing until the next paint.
	hide()
}

// newScenePainter returns the painter that the driver of the app allows: only that of desktops
// draws with OpenGL.
func newScenePainter() scenePainter {
	if _, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return shadedPainter{shaded.New()}
	}
	return newPlainPainter()
}

// shadedPainter leaves the drawing to a shader.
type shadedPainter struct{ scene *shaded.Scene }

func (p shadedPainter) objects() []fyne.CanvasObject { return p.scene.Objects() }

func (p shadedPainter) paint(scene comparison.Scene, size image.Point, scale float32) {
	p.scene.Show(scene, size, scale)
}

func (p shadedPainter) hide() {
	for _, o := range p.scene.Objects() {
		o.Hide()
	}
}

// plainPainter draws an image of the viewport, where there are no shaders.
type plainPainter struct {
	raster *canvas.Raster
	scene  comparison.Scene
	// buffer is what is drawn into, and spare what that needs.
	buffer, spare *image.RGBA
}

func newPlainPainter() *plainPainter {
	p := &plainPainter{raster: &canvas.Raster{ScaleMode: canvas.ImageScalePixels}}
	p.raster.Generator = p.draw
	p.raster.Hide()
	return p
}

func (p *plainPainter) objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.raster} }

func (p *plainPainter) paint(scene comparison.Scene, size image.Point, scale float32) {
	p.scene = scene
	p.raster.Resize(fyne.NewSize(float32(size.X)/scale, float32(size.Y)/scale))
	p.raster.Show()
	canvas.Refresh(p.raster)
}

func (p *plainPainter) hide() { p.raster.Hide() }

// draw draws the scene when the canvas is painted.
func (p *plainPainter) draw(w, h int) image.Image {
	size := image.Rect(0, 0, w, h)
	if p.buffer == nil || p.buffer.Rect != size {
		p.buffer = image.NewRGBA(size)
	}
	p.spare = p.scene.Draw(p.buffer, p.spare)
	return p.buffer
}
