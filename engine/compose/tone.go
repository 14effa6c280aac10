package compose

import (
	"image"
	"slices"

	"deltaedit/engine/face"
)

// Tone says how the tones of a photo differ from those of ordinary photographs: it is
// dark or faded, or its colours are those of a toned print, such as sepia or cyanotype.
// The models know only ordinary photographs. They see such a photo normalised, and what
// an edit changes in the normalised picture is turned back into the photo's tones. The
// zero value is the tone of an ordinary photograph, which stays as it is. A Tone does not
// change; several goroutines may use it.
type Tone struct {
	contrast   float32    // of the normalised picture to the photo's; 0 for an ordinary photo
	saturation float32    // the same of the colours, beyond the contrast
	from, to   float32    // the level of the photo that becomes the level of the normalised picture
	curve      *toneCurve // the colours of a toned print; nil for other photos
}

// Constants of tones. Levels are of luma (Rec. 601), of a face between its brows and its
// chin. Portraits in all sorts of light are within the ordinary ranges.
const (
	leastRange = 100.0 // smallest range of levels, from the 2nd to the 98th percentile, of an ordinary face
	wideRange  = 160.0 // largest range that a face of less is stretched to
	midLevel   = 120.0 // the middle of the range of a face that is stretched without limit
	mostGain   = 16.0  // limit of the contrast

	leastColour = 22.0 // smallest median colour, as colourOf gives it, of an ordinary face
	wideColour  = 40.0 // largest median colour that a face of less is given
	mostColour  = 3.0  // limit of the saturation

	steepness = 4 // how fast a range below the smallest ordinary one rises to the largest
)

// ToneOf returns the tone of a photo, given an aligned square of it and the outline of the
// face there, with the same side.
func ToneOf(aligned *image.RGBA, outline face.Matte) Tone {
	var levels, colours []float32
	for i, in := range outline.Alpha {
		if in > 0 {
			p := aligned.Pix[4*i:][:3:3]
			levels = append(levels, lumaOf(p))
			colours = append(colours, colourOf(p))
		}
	}
	t := Tone{contrast: 1, saturation: 1}
	if len(levels) < 64 {
		return Tone{}
	}
	slices.Sort(levels)
	low, high := levels[len(levels)/50], levels[len(levels)-1-len(levels)/50]
	t.contrast = min(raised(max(high-low, 1), leastRange, wideRange), mostGain)
	t.from = (low + high) / 2
	t.to = t.from + (1-1/t.contrast)*(midLevel-t.from)
	if t.contrast == 1 && monochrome(aligned) {
		return Tone{} // the Composer keeps it grey
	}
	if t.curve = newToneCurve(aligned, t.contrast); t.curve == nil {
		slices.Sort(colours)
		t.saturation = min(raised(max(t.contrast*colours[len(colours)/2], 1), leastColour, wideColour), mostColour)
	}
	if t.contrast == 1 && t.saturation == 1 && t.curve == nil {
		return Tone{}
	}
	return t
}

// raised returns by what a value is multiplied so that it becomes ordinary: 1 for one
// that is at least the smallest ordinary one, and smoothly more for less.
func raised(value, least, wide float32) float32 {
	if value >= least {
		return 1
	}
	return min(least+steepness*(least-value), wide) / value
}

// Ordinary reports whether the photo is an ordinary one, which stays as it is.
func (t Tone) Ordinary() bool { return t.contrast == 0 }

// Normalise returns the picture as the models see it: for an ordinary photo the picture
// itself, otherwise a new one of the same size.
func (t Tone) Normalise(img *image.RGBA) *image.RGBA {
	if t.Ordinary() {
		return img
	}
	size := img.Rect.Size()
	out := image.NewRGBA(image.Rectangle{Max: size})
	saturation := t.saturation
	if t.curve != nil {
		saturation = 0
	}
	for y := range size.Y {
		from, to := img.Pix[y*img.Stride:][:4*size.X], out.Pix[y*out.Stride:][:4*size.X]
		for ; len(from) >= 4; from, to = from[4:], to[4:] {
			l := lumaOf(from)
			grey := (l-t.from)*t.contrast + t.to
			for k := range 3 {
				v := grey + t.contrast*saturation*(float32(from[k])-l)
				to[k] = byte(min(max(v, 0), 255) + 0.5)
			}
			to[3] = 255
		}
	}
	return out
}

// restore turns changes of the normalised picture, interleaved, into those of the photo,
// whose pixels are given as RGBA.
func (t Tone) restore(change []float32, photo []byte) {
	for ; len(change) >= 3; change, photo = change[3:], photo[4:] {
		r, g, b := change[0], change[1], change[2]
		if r == 0 && g == 0 && b == 0 {
			continue
		}
		l := luma(r, g, b)
		if t.curve == nil {
			s := 1 / t.saturation
			change[0], change[1], change[2] = (l+s*(r-l))/t.contrast, (l+s*(g-l))/t.contrast, (l+s*(b-l))/t.contrast
			continue
		}
		l /= t.contrast
		was := lumaOf(photo)
		before, after := t.curve.at(was), t.curve.at(was+l)
		for k := range 3 {
			change[k] = l + after[k] - before[k]
		}
	}
}

// lumaOf returns the luma (Rec. 601) of a pixel.
func lumaOf(p []byte) float32 {
	return luma(float32(p[0]), float32(p[1]), float32(p[2]))
}

// colourOf returns how far a pixel is from grey: the differences of its red and its blue
// to its luma.
func colourOf(p []byte) float32 {
	l := lumaOf(p)
	return abs32(float32(p[0])-l) + abs32(float32(p[2])-l)
}

// The weights of red, green and blue in the luma (ITU-R BT.601).
const lumaRed, lumaGreen, lumaBlue = 0.299, 0.587, 0.114

// luma returns the luma of a colour, in its own unit.
func luma(r, g, b float32) float32 { return lumaRed*r + lumaGreen*g + lumaBlue*b }

const (
	// colourless is the largest difference between the three colours of a pixel, in
	// levels, that counts as grey. Scans and compressed grey photos are not exactly
	// grey.
	colourless = 12
	// strays is the share of coloured pixels that a grey photo may have.
	strays = 0.005
)

// monochrome reports whether a picture has no colours.
func monochrome(img *image.RGBA) bool {
	size := img.Rect.Size()
	left := int(strays * float64(size.X*size.Y))
	for y := range size.Y {
		row := img.Pix[y*img.Stride : y*img.Stride+4*size.X]
		for len(row) >= 4 {
			r, g, b := row[0], row[1], row[2]
			if max(r, g, b)-min(r, g, b) > colourless {
				if left--; left < 0 {
					return false
				}
			}
			row = row[4:]
		}
	}
	return size.X > 0
}

// desaturate gives the three values of every pixel their luma (Rec. 601).
func desaturate(pix []float32) {
	for ; len(pix) >= 3; pix = pix[3:] {
		v := luma(pix[0], pix[1], pix[2])
		pix[0], pix[1], pix[2] = v, v, v
	}
}
