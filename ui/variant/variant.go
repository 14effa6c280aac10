// Package variant says what other versions of an edit are worth a look: other strengths,
// other presets, and which part of the photo shows them. It knows no widgets.
package variant

import (
	"image"
	"math"
	"slices"
	"strconv"
	"strings"

	"deltaedit/engine"
)

// Strengths are the strengths that are offered side by side, in rising order. Strength 1
// is a plainly visible edit.
var Strengths = []float64{0.5, 0.75, 1, 1.5, 2}

// StrengthsLike returns Strengths, or the same the other way when an edit goes that way.
func StrengthsLike(strength float64) []float64 {
	out := slices.Clone(Strengths)
	if strength < 0 {
		for i := range out {
			out[i] = -out[i]
		}
	}
	return out
}

// At returns edits, each at the given strength.
func At(edits []engine.Edit, strength float64) []engine.Edit {
	out := slices.Clone(edits)
	for i := range out {
		out[i].Strength = strength
	}
	return out
}

// Number returns a strength as it is written beside a picture, such as "−1.5".
func Number(strength float64) string {
	return strings.Replace(strconv.FormatFloat(strength, 'g', -1, 64), "-", "−", 1)
}

// Title returns what an edit is called that has no name: its prompts, without a source
// that says no more than "face".
func Title(source, target string) string {
	if source == "" || source == "face" {
		return target
	}
	return source + " → " + target
}

// closeup is the side of what Closeup shows, in sides of the face's box.
const closeup = 1.9

// Closeup returns the square of a photo of the given size around a face, with hair and
// chin: about what the aligned square holds. It lies within the photo, and is no square
// where the photo is too small for one.
func Closeup(box image.Rectangle, size image.Point) image.Rectangle {
	side := int(math.Round(closeup * float64(max(box.Dx(), box.Dy()))))
	mid := box.Min.Add(box.Max).Div(2)
	mid.Y -= box.Dy() / 8 // the box ends at the brows
	r := image.Rectangle{Min: mid.Sub(image.Pt(side/2, side/2))}
	r.Max = r.Min.Add(image.Pt(side, side))
	whole := image.Rectangle{Max: size}
	r = r.Add(image.Pt(inside(r.Min.X, r.Max.X, size.X), inside(r.Min.Y, r.Max.Y, size.Y)))
	return r.Intersect(whole)
}

// inside returns by how much a range has to move to lie within 0 to limit, as far as that
// is possible.
func inside(from, to, limit int) int {
	switch {
	case from < 0:
		return -from
	case to > limit:
		return max(limit-to, -from)
	}
	return 0
}
