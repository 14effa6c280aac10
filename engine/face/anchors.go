package face

import (
	"math"

	"deltaedit/engine/internal/geometry"
)

// anchors returns the centres that a BlazeFace detector's boxes are relative
// to, as shares of the input's side: one layer a stride, and two anchors a cell
// for each layer of that stride (MediaPipe's SSD anchors with
// interpolated_scale_aspect_ratio 1 and fixed size; layers of equal stride
// share their cells).
func anchors(side int, strides []int) []Point {
	var out []Point
	for i := 0; i < len(strides); {
		stride, n := strides[i], 0
		for ; i < len(strides) && strides[i] == stride; i++ {
			n += 2
		}
		cells := (side + stride - 1) / stride
		for y := range cells {
			for x := range cells {
				for range n {
					out = append(out, geometry.Pt((float64(x)+0.5)/float64(cells), (float64(y)+0.5)/float64(cells)))
				}
			}
		}
	}
	return out
}

// keyPoints of a detection: right eye, left eye, nose tip, mouth, right ear,
// left ear, as the person's own sides.
const keyPoints = 6

// boxValues is the length of one raw detection: centre, size, key points.
const boxValues = 4 + 2*keyPoints

// detection is a face as the detector sees it, in photo coordinates or, before
// they are known, as shares of the detector's input.
type detection struct {
	box   geometry.Rect
	keys  [keyPoints]Point
	score float64
}

// decodeBoxes returns the detections in a BlazeFace output whose probability
// reaches threshold, as shares of the input's side.
func decodeBoxes(boxes, scores []float32, at []Point, side int, threshold float64) []detection {
	var out []detection
	s := 1 / float64(side)
	for i, a := range at {
		p := sigmoid(scores[i])
		if !(p >= threshold) {
			continue
		}
		v := boxes[boxValues*i : boxValues*(i+1)]
		if !finite(v) {
			continue
		}
		cx, cy := a.X+float64(v[0])*s, a.Y+float64(v[1])*s
		w, h := float64(v[2])*s, float64(v[3])*s
		if w <= 0 || h <= 0 {
			continue
		}
		d := detection{box: geometry.R(cx-w/2, cy-h/2, cx+w/2, cy+h/2), score: p}
		for k := range d.keys {
			d.keys[k] = geometry.Pt(a.X+float64(v[4+2*k])*s, a.Y+float64(v[5+2*k])*s)
		}
		out = append(out, d)
	}
	return out
}

// finite reports whether no value is NaN or infinite.
func finite(values []float32) bool {
	for _, v := range values {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// sigmoid of a logit, clipped as MediaPipe does (to ±100) so that it never
// overflows. NaN stays NaN and fails every comparison.
func sigmoid(v float32) float64 {
	return 1 / (1 + math.Exp(-min(max(float64(v), -100), 100)))
}
