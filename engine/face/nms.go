package face

import "sort"

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
			if d.box.iou(best.box) > iou {
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
	d.box.x0 += w * o.box.x0
	d.box.y0 += w * o.box.y0
	d.box.x1 += w * o.box.x1
	d.box.y1 += w * o.box.y1
	for k := range d.keys {
		d.keys[k] = d.keys[k].add(o.keys[k].mul(w))
	}
}

func (d *detection) scale(s float64) {
	d.box = rectangle{s * d.box.x0, s * d.box.y0, s * d.box.x1, s * d.box.y1}
	for k := range d.keys {
		d.keys[k] = d.keys[k].mul(s)
	}
}
