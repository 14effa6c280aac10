package prompt

// thresholds is the sum of the relevance thresholds of a direction's parts.
type thresholds struct {
	named float64 // sum of weight × threshold over the parts that have one
	with  float64 // the weight of those parts; a part's weight is its squared share
	total float64 // the weight of all parts
}

// thresholdsOf adds up the thresholds of the parts' concepts.
func thresholdsOf(parts []part, known []concept) thresholds {
	var out thresholds
	for _, p := range parts {
		weight := p.share * p.share
		out.total += weight
		if t := known[p.at].Threshold; t != nil {
			out.named += weight * *t
			out.with += weight
		}
	}
	return out
}

// RelevanceThreshold returns the relevance threshold in [0, 1] that suits the
// direction: the mean over its parts, weighted by their squared shares. A part whose
// concept has none counts with packDefault, the pack's own threshold, which is returned
// unchanged when no part has one. It may be called from any goroutine.
func (d Direction) RelevanceThreshold(packDefault float64) float64 {
	t := d.thresholds
	if !(t.with > 0) {
		return packDefault
	}
	return (t.named + (t.total-t.with)*packDefault) / t.total
}

// HasThreshold reports whether a concept in the direction has its own relevance
// threshold.
func (d Direction) HasThreshold() bool { return d.thresholds.with > 0 }
