package synth

import "slices"

// Fading takes a photo's feature offset out of places of the features. The offset shows
// details where the photo has them: of a mouth that an edit closes, it would show the
// teeth. It is not safe for concurrent use.
type Fading struct {
	plane int          // cells of one channel
	cells []fadingCell // those of which some fade
	// Two buffers, since a Generator recognises an offset by its slice.
	buffers [2]fadedOffset
	last    int
}

// fadingCell is a cell of the features, and its share of each place.
type fadingCell struct {
	at     int
	shares []float32
}

// fadedOffset is an offset, and how much of each place was taken out of it.
type fadedOffset struct {
	from    []float32 // the whole offset
	offset  []float32
	amounts []float32
}

// NewFading returns a Fading for places of the features: each is a map of as many values in
// [0, 1] as a channel of the features has, row by row, 1 where all of the offset may go.
func NewFading(places ...[]float32) *Fading {
	f := &Fading{plane: len(places[0])}
	for at := range f.plane {
		shares := make([]float32, len(places))
		for i, m := range places {
			shares[i] = m[at]
		}
		if slices.Max(shares) > 0 {
			f.cells = append(f.cells, fadingCell{at, shares})
		}
	}
	return f
}

// Offset returns an offset without so much of each place, in [0, 1]. The slice belongs to
// the Fading and is valid until the next but one call with other amounts; the offset must
// not be changed afterwards.
func (f *Fading) Offset(offset, amounts []float32) []float32 {
	if last := &f.buffers[f.last]; last.serves(offset) && slices.Equal(last.amounts, amounts) {
		return last.offset
	}
	f.last = 1 - f.last
	b := &f.buffers[f.last]
	if !b.serves(offset) {
		b.from, b.offset = offset, append(b.offset[:0], offset...)
	}
	b.amounts = append(b.amounts[:0], amounts...)
	for _, c := range f.cells {
		keep := float32(1)
		for i, share := range c.shares {
			keep = min(keep, 1-amounts[i]*share)
		}
		for at := c.at; at < len(offset); at += f.plane {
			b.offset[at] = keep * offset[at]
		}
	}
	return b.offset
}

// serves reports whether the buffer was made from an offset.
func (b *fadedOffset) serves(offset []float32) bool {
	return len(b.from) > 0 && &b.from[0] == &offset[0]
}
