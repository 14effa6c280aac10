package face

import (
	"sort"

	"deltaedit/engine/internal/geometry"
)

// suppress merges detections that overlap: each of the best ones becomes the
// mean, weighted by score, of itself and all that overlap it by more than iou
// (BlazeFace's replacement of non-maximum suppression, which steadies boxes).
// The result is sorted by score; ds is reordered.
func suppress(ds []detection, iou float64) []detection {
	sort.SliceStable(ds, func(i, j int) bool { return ds[i].score > ds[j].score })
	var out []detection
	for len(ds) > 0 {
		best := ds[0]
		var sum detection
		sum.addWeighted(best)
		weight := best.score
		rest := ds[:0]
		for _, d := range ds[1:] {
			if d.box.IoU(best.box) > iou {
				sum.addWeighted(d)
				weight += d.score
			} else {
				rest = append(rest, d)
			}
		}
		sum.scale(1 / weight)
		sum.score = best.score
		out = append(out, sum)
		ds = rest
	}
	return out
}

func (d *detection) addWeighted(o detection) {
	w := o.score
	d.box.X0 += w * o.box.X0
	d.box.Y0 += w * o.box.Y0
	d.box.X1 += w * o.box.X1
	d.box.Y1 += w * o.box.Y1
	for k := range d.keys {
		d.keys[k] = d.keys[k].Add(o.keys[k].Mul(w))
	}
}

func (d *detection) scale(s float64) {
	d.box = geometry.R(s*d.box.X0, s*d.box.Y0, s*d.box.X1, s*d.box.Y1)
	for k := range d.keys {
		d.keys[k] = d.keys[k].Mul(s)
	}
}
