package pngstrips

import "slices"

// The filters of a row, with the numbers that the file holds.
const (
	none = iota
	sub
	up
	average
	paeth
	filters
)

// filter writes the rows in [from, to) to s.filtered, each with the filter that probably
// compresses it best: the one with the smallest sum of values, taken as signed.
func (s *strip) filter(p pixels, from, to int) {
	n, bpp := p.rowBytes(), p.pixelBytes()
	for i := range s.rows {
		s.rows[i] = slices.Grow(s.rows[i][:0], n)[:n]
	}
	for i := range s.candidates {
		s.candidates[i] = slices.Grow(s.candidates[i][:0], n)[:n]
	}
	s.filtered = slices.Grow(s.filtered[:0], (to-from)*(n+1))
	before, row := s.rows[0], s.rows[1]
	if from > 0 {
		p.row(before, from-1)
	} else {
		clear(before)
	}
	for y := from; y < to; y++ {
		p.row(row, y)
		best, least := none, magnitude(row, int(^uint(0)>>1))
		for f := sub; f < filters; f++ {
			out := s.candidates[f]
			apply(f, out, row, before, bpp)
			if m := magnitude(out, least); m < least {
				best, least = f, m
			}
		}
		s.filtered = append(s.filtered, byte(best))
		if best == none {
			s.filtered = append(s.filtered, row...)
		} else {
			s.filtered = append(s.filtered, s.candidates[best]...)
		}
		before, row = row, before
	}
}

// magnitude returns the sum of the values of a row, taken as signed, without their signs. It
// may stop as soon as the sum is at least limit.
func magnitude(row []byte, limit int) int {
	sum := 0
	for len(row) > 0 && sum < limit {
		part := row[:min(len(row), 256)]
		for _, v := range part {
			d := int(int8(v))
			m := d >> 63
			sum += (d ^ m) - m
		}
		row = row[len(part):]
	}
	return sum
}

// apply writes the filtered row to out. Bytes bpp apart belong to the same sample of
// neighbouring pixels; before is the row above.
func apply(filter int, out, row, before []byte, bpp int) {
	n := len(row)
	out, before = out[:n], before[:n]
	switch filter {
	case sub:
		copy(out, row[:bpp])
		for i := bpp; i < n; i++ {
			out[i] = row[i] - row[i-bpp]
		}
	case up:
		for i, v := range row {
			out[i] = v - before[i]
		}
	case average:
		for i := range bpp {
			out[i] = row[i] - before[i]/2
		}
		for i := bpp; i < n; i++ {
			out[i] = row[i] - byte((int(row[i-bpp])+int(before[i]))/2)
		}
	case paeth:
		for i := range bpp {
			out[i] = row[i] - before[i]
		}
		for i := bpp; i < n; i++ {
			out[i] = row[i] - nearest(row[i-bpp], before[i], before[i-bpp])
		}
	}
}

// nearest returns which of left, above and corner is nearest to left + above - corner: the
// first in this order of those that are.
func nearest(left, above, corner byte) byte {
	byLeft := int(above) - int(corner)
	byAbove := int(left) - int(corner)
	byCorner := byLeft + byAbove
	byLeft, byAbove, byCorner = max(byLeft, -byLeft), max(byAbove, -byAbove), max(byCorner, -byCorner)
	switch {
	case byLeft <= byAbove && byLeft <= byCorner:
		return left
	case byAbove <= byCorner:
		return above
	}
	return corner
}
