// Package shaded draws a scene of the pictures before and after an edit by shaders: a picture
// is given to the graphics driver once, and where it is seen is a matter of numbers. What it
// draws is what comparison.Scene.Draw does.
package shaded

import (
	_ "embed"
	"image"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"deltaedit/ui/comparison"
	"deltaedit/ui/maskview"
)

// Name is what the names of the shaders begin with. Fyne names a shader in its log when the
// driver refuses it.
const Name = "deltaedit scene"

var (
	//go:embed place.frag
	place string
	//go:embed picture.frag
	picture string
	//go:embed difference.frag
	difference string
	//go:embed overlay.frag
	overlay string
)

// Scene draws a comparison.Scene. It belongs to the UI thread. A window may have one of them,
// since Fyne keeps textures by the names of shaders.
type Scene struct {
	// Of each layer of a scene, one shader draws the picture before the edit, one that after
	// it, and one what they differ by. Shaders of their own keep the textures apart, and
	// cost less on a processor than one that looks at every texture.
	whole, part layer

	// mask draws a mask over them, by one texture for its coverage. masked is what that is of.
	mask   *shader
	masked maskview.Overlay
}

// layer draws what shows the whole photo, or a part of it.
type layer struct{ before, after, difference *shader }

// shader is a shader with the versions of its pictures by their names.
type shader struct {
	*canvas.Shader
	versions map[string]uint64
}

func newLayer(name string) layer {
	return layer{
		newShader(name+" before", picture), newShader(name+" after", picture), newShader(name+" difference", difference),
	}
}

func (l layer) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{l.before.Shader, l.after.Shader, l.difference.Shader}
}

// newShader returns a hidden shader of its own name.
func newShader(name, source string) *shader {
	const es = "#version 100\nprecision highp float;\n" // places are beyond medium precision
	s := canvas.NewShader(name, []byte("#version 110\n"+place+source), []byte(es+place+source))
	s.Textures, s.Uniforms = map[string]image.Image{}, map[string]float32{}
	s.Hide()
	return &shader{s, map[string]uint64{}}
}

// New returns a scene that shows nothing.
func New() *Scene {
	return &Scene{whole: newLayer(Name + " whole"), part: newLayer(Name + " part"), mask: newShader(Name+" mask", overlay)}
}

// Objects returns the canvas objects that draw the scene and the mask, what lies below first.
func (s *Scene) Objects() []fyne.CanvasObject {
	return append(s.pictures(), s.mask.Shader)
}

func (s *Scene) pictures() []fyne.CanvasObject {
	return slices.Concat(s.whole.objects(), s.part.objects())
}

// Hide draws no pictures until the next Show.
func (s *Scene) Hide() {
	for _, o := range s.pictures() {
		o.Hide()
	}
}

// Show draws a scene of the given size in device pixels; scale is the number of them in a
// logical pixel. A picture is uploaded once, when its version is seen first.
func (s *Scene) Show(scene comparison.Scene, size image.Point, scale float32) {
	before, after := scene.Pieces(size)
	photo := image.Rectangle{Max: scene.View.Picture()}
	for _, l := range []layer{s.whole, s.part} {
		of := func(p comparison.Piece) bool { return (p.Part == photo) == (l == s.whole) }
		a, b := find(before, of), find(after, of)
		if scene.Mode != comparison.Difference {
			l.difference.Hide()
			show(l.before, a, scale)
			show(l.after, b, scale)
			continue
		}
		l.before.Hide()
		l.after.Hide()
		if a == nil || b == nil {
			l.difference.Hide()
			continue
		}
		on := a.On.Intersect(b.On)
		look(l.difference, "before", *a, on.Min)
		look(l.difference, "after", *b, on.Min)
		l.difference.Uniforms["gain"] = comparison.Gain
		lay(l.difference, on, scale)
	}
}

func find(pieces []comparison.Piece, of func(comparison.Piece) bool) *comparison.Piece {
	if i := slices.IndexFunc(pieces, of); i >= 0 {
		return &pieces[i]
	}
	return nil
}

// show draws a piece by a shader; nil hides it.
func show(s *shader, p *comparison.Piece, scale float32) {
	if p == nil {
		s.Hide()
		return
	}
	look(s, "picture", *p, p.On.Min)
	lay(s, p.On, scale)
}

// look tells a shader whose corner is at a device pixel which picture it shows.
func look(s *shader, name string, p comparison.Piece, corner image.Point) {
	if _, ok := s.Textures[name]; !ok || s.versions[name] != p.Version {
		picture := *p.Image // Fyne tells pictures apart by their addresses
		s.Textures[name], s.versions[name] = &picture, p.Version
	}
	size := p.Image.Rect.Size()
	for _, axis := range []struct {
		name         string
		corner, size int
		comparison.Ruler
	}{{"X", corner.X, size.X, p.X}, {"Y", corner.Y, size.Y, p.Y}} {
		sharp := float32(0)
		if axis.Sharp {
			sharp = 1
		}
		s.Uniforms[name+"First"+axis.name] = float32(axis.First + float64(axis.corner)*axis.Step)
		s.Uniforms[name+"Step"+axis.name] = float32(axis.Step)
		s.Uniforms[name+"Sharp"+axis.name] = sharp
		s.Uniforms[name+"Pixel"+axis.name] = 1 / float32(axis.size)
	}
}

// lay places a shader on device pixels, and has it drawn.
func lay(s *shader, on image.Rectangle, scale float32) {
	s.Move(fyne.NewPos(float32(on.Min.X)/scale, float32(on.Min.Y)/scale))
	s.Resize(fyne.NewSize(float32(on.Dx())/scale, float32(on.Dy())/scale))
	s.Show()
	s.Refresh()
}
