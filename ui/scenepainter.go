package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"deltaedit/ui/comparison"
	"deltaedit/ui/maskview"
	"deltaedit/ui/shaded"
)

// scenePainter draws the viewport's scene. It belongs to the UI thread.
type scenePainter interface {
	// objects returns the canvas objects that draw it, what lies below first.
	objects() []fyne.CanvasObject
	// paint draws a scene of the given size in device pixels again; scale is the number of
	// them in a logical pixel.
	paint(scene comparison.Scene, size image.Point, scale float32)
	// hide draws nothing of the scene until the next paint.
	hide()
	// overlay draws a mask over the photo, at a place of the viewport.
	overlay(o *maskview.Overlay, at overlayPlace, scale float32)
	hideOverlay()
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

func (p shadedPainter) hide() { p.scene.Hide() }

func (p shadedPainter) overlay(o *maskview.Overlay, at overlayPlace, scale float32) {
	p.scene.ShowMask(o, at.view, at.pos, at.size, scale)
}

func (p shadedPainter) hideOverlay() { p.scene.HideMask() }

// plainPainter draws images of the viewport, where there are no shaders.
type plainPainter struct {
	raster *canvas.Raster
	scene  comparison.Scene
	// buffer is what is drawn into, and spare what that needs.
	buffer, spare *image.RGBA

	mask  *canvas.Image
	masks [2]*image.RGBA // one is on the canvas, the other is drawn next
}

func newPlainPainter() *plainPainter {
	p := &plainPainter{
		raster: &canvas.Raster{ScaleMode: canvas.ImageScalePixels},
		mask:   &canvas.Image{ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillStretch},
	}
	p.raster.Generator = p.draw
	p.raster.Hide()
	p.mask.Hide()
	return p
}

func (p *plainPainter) objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.raster, p.mask} }

func (p *plainPainter) paint(scene comparison.Scene, size image.Point, scale float32) {
	p.scene = scene
	p.raster.Resize(fyne.NewSize(float32(size.X)/scale, float32(size.Y)/scale))
	p.raster.Show()
	canvas.Refresh(p.raster)
}

func (p *plainPainter) hide() { p.raster.Hide() }

func (p *plainPainter) overlay(o *maskview.Overlay, at overlayPlace, scale float32) {
	p.masks[0], p.masks[1] = p.masks[1], p.masks[0]
	if b := p.masks[0]; b == nil || b.Rect.Size() != at.size {
		p.masks[0] = image.NewRGBA(image.Rectangle{Max: at.size})
	}
	o.Draw(p.masks[0], at.view)
	p.mask.Image = p.masks[0]
	p.mask.Move(at.pos)
	p.mask.Resize(fyne.NewSize(float32(at.size.X)/scale, float32(at.size.Y)/scale))
	p.mask.Show()
	canvas.Refresh(p.mask)
}

func (p *plainPainter) hideOverlay() {
	if p.mask.Visible() {
		p.mask.Hide()
	}
}

// draw draws the scene when the canvas is painted.
func (p *plainPainter) draw(w, h int) image.Image {
	size := image.Rect(0, 0, w, h)
	if p.buffer == nil || p.buffer.Rect != size {
		p.buffer = image.NewRGBA(size)
	}
	p.spare = p.scene.Draw(p.buffer, p.spare)
	return p.buffer
}
