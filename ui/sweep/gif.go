package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"slices"
	"time"
)

// EncodeGIF writes frames of one size as a GIF that is repeated without an end. All frames
// share 256 colours, which are chosen for them, and are dithered.
func EncodeGIF(w io.Writer, frames []Frame) error {
	if len(frames) == 0 || len(frames) > maxFrames {
		return fmt.Errorf("an animation of %d frames: want 1 to %d", len(frames), maxFrames)
	}
	for i, f := range frames {
		if f.Image == nil {
			return errors.New("a frame without a picture")
		}
		if f.Image.Rect.Size() != frames[0].Image.Rect.Size() {
			return fmt.Errorf("frame %d is of another size than the first", i+1)
		}
	}
	colours := palette(frames)
	out := &gif.GIF{}
	drawn := map[*image.RGBA]*image.Paletted{} // pictures come twice, there and back
	for _, f := range frames {
		p := drawn[f.Image]
		if p == nil {
			p = image.NewPaletted(image.Rectangle{Max: f.Image.Rect.Size()}, colours)
			draw.FloydSteinberg.Draw(p, p.Rect, f.Image, f.Image.Rect.Min)
			drawn[f.Image] = p
		}
		out.Image = append(out.Image, p)
		out.Delay = append(out.Delay, int(f.Shown/(10*time.Millisecond)))
	}
	return gif.EncodeAll(w, out)
}

// Bounds of what a palette is made from.
const (
	maxColours = 256
	maxSamples = 100_000
)

// palette returns at most 256 colours for frames, by the median cut: boxes of colours are
// halved at the median of their longest side until there are enough, and each gives its
// mean.
func palette(frames []Frame) color.Palette {
	size := frames[0].Image.Rect.Size()
	step := max(1, len(frames)*size.X*size.Y/maxSamples)
	var all [][3]uint8
	n := 0
	for _, f := range frames {
		pix := f.Image.Pix
		for y := range size.Y {
			row := pix[y*f.Image.Stride:]
			for x := range size.X {
				if n++; n%step == 0 || step == 1 {
					all = append(all, [3]uint8(row[4*x:]))
				}
			}
		}
	}
	if len(all) == 0 {
		all = append(all, [3]uint8(frames[0].Image.Pix))
	}
	boxes := [][][3]uint8{all}
	for len(boxes) < maxColours {
		widest, channel, most := -1, 0, 0
		for i, b := range boxes {
			if c, side := longest(b); side*len(b) > most {
				widest, channel, most = i, c, side*len(b)
			}
		}
		if widest < 0 {
			break // every box holds one colour
		}
		b := boxes[widest]
		slices.SortFunc(b, func(p, q [3]uint8) int { return cmp.Compare(p[channel], q[channel]) })
		mid := len(b) / 2
		// Equal values stay together, so that a half is never empty.
		for mid > 0 && b[mid][channel] == b[mid-1][channel] {
			mid--
		}
		if mid == 0 {
			for mid = 1; b[mid][channel] == b[mid-1][channel]; mid++ {
			}
		}
		boxes[widest] = b[:mid]
		boxes = append(boxes, b[mid:])
	}
	var out color.Palette
	for _, b := range boxes {
		var sum [3]int
		for _, p := range b {
			for c := range sum {
				sum[c] += int(p[c])
			}
		}
		n := len(b)
		out = append(out, color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 0xff})
	}
	return out
}

// longest returns the channel in which colours differ most, and by how much.
func longest(colours [][3]uint8) (channel, side int) {
	lo, hi := colours[0], colours[0]
	for _, p := range colours {
		for c, v := range p {
			lo[c], hi[c] = min(lo[c], v), max(hi[c], v)
		}
	}
	for c := range lo {
		if d := int(hi[c]) - int(lo[c]); d > side {
			channel, side = c, d
		}
	}
	return channel, side
}
