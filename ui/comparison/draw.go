// Package comparison draws the pictures before and after an edit on the screen: one of
// them, both beside each other, divided by a line, or their difference. It knows no
// widgets.
package comparison

import (
	"encoding/binary"
	"image"
	"math"
	"runtime"
	"sync"
)

// draw draws pieces into dst, one over the other. Where none is, dst stays as it was.
func draw(dst *image.RGBA, pieces []Piece) {
	for _, p := range pieces {
		p.draw(dst)
	}
}

func (p Piece) draw(dst *image.RGBA) {
	src, on := p.Image, p.On
	xs := newAxis(on.Min.X, on.Max.X, p.X, src.Rect.Dx())
	ys := newAxis(on.Min.Y, on.Max.Y, p.Y, src.Rect.Dy())
	bands(on.Dy(), func(from, to int) {
		var column []uint64
		if !xs.sharp || !ys.sharp {
			column = make([]uint64, src.Rect.Dx())
		}
		for i := from; i < to; i++ {
			out := dst.Pix[dst.PixOffset(on.Min.X, on.Min.Y+i):][:4*on.Dx()]
			row := src.Pix[ys.at[i]*src.Stride:]
			switch {
			case xs.copied && ys.sharp:
				copy(out, row[4*xs.at[0]:])
			case xs.sharp && ys.sharp:
				nearest(out, row, xs.at)
			default:
				next := src.Pix[min(ys.at[i]+1, src.Rect.Dy()-1)*src.Stride:]
				var share uint32
				if ys.share != nil {
					share = ys.share[i]
				}
				linear(out, row, next, column, xs, share)
			}
		}
	})
}

// axis says for each device pixel of a row or a column which pixel of an image it shows.
type axis struct {
	// at is the pixel, or the first of two neighbours, of which the second has share/256.
	at    []int
	share []uint32
	// sharp is true when the shares do not matter: pixels are drawn as squares, or are as
	// large as the screen's. copied is true when they follow each other one by one.
	sharp, copied bool
	last          int // the image's last pixel
}

// newAxis returns the axis of device pixels from ≤ d < to, for an image of n pixels.
func newAxis(from, to int, r Ruler, n int) axis {
	a := axis{at: make([]int, to-from), sharp: r.Sharp, copied: math.Abs(r.Step-1) < 0.01, last: n - 1}
	if !a.sharp {
		a.share = make([]uint32, to-from)
	}
	for i := range a.at {
		at := r.at(from + i)
		if a.sharp {
			a.at[i] = min(max(int(math.Floor(at)), 0), n-1)
			a.copied = a.copied && a.at[i] == a.at[0]+i
			continue
		}
		at = min(max(at-0.5, 0), float64(n-1))
		a.at[i] = int(at)
		a.share[i] = uint32(256 * (at - float64(a.at[i])))
	}
	return a
}

func nearest(out, row []byte, at []int) {
	for _, x := range at {
		copy(out[:4:4], row[4*x:4*x+4:4*x+4])
		out = out[4:]
	}
}

// linear interpolates between two rows of an image, which are as long as the image is
// wide. share is the part of the second, of 256. column has a place for each of the
// image's pixels.
func linear(out, a, b []byte, column []uint64, xs axis, share uint32) {
	first, last := xs.at[0], min(xs.at[len(xs.at)-1]+1, xs.last)
	column = column[:last-first+1]
	a, b = a[4*first:4*last+4], b[4*first:4*last+4]
	top, bottom := uint64(256-share), uint64(share)
	for i := range column {
		column[i] = (lanes(a[4*i:4*i+4])*top + lanes(b[4*i:4*i+4])*bottom + half) >> 8 & evens
	}
	for i, x := range xs.at {
		v := column[x-first]
		if xs.share != nil {
			f := uint64(xs.share[i])
			v = (v*(256-f) + column[min(x+1, last)-first]*f + half) >> 8
		}
		store(out[4*i:4*i+4], v)
	}
}

// half rounds, and evens selects, the lanes of a pixel.
const (
	half  = 0x0080_0080_0080_0080
	evens = 0x00ff_00ff_00ff_00ff
)

// lanes returns the four bytes of a pixel, 16 bits apart, so that one multiplication does
// for all of them.
func lanes(p []byte) uint64 {
	v := uint64(binary.LittleEndian.Uint32(p))
	v = (v | v<<16) & 0x0000_ffff_0000_ffff
	return (v | v<<8) & evens
}

// store undoes lanes. What lies between the lanes is dropped.
func store(p []byte, v uint64) {
	v &= evens
	v = (v | v>>8) & 0x0000_ffff_0000_ffff
	binary.LittleEndian.PutUint32(p, uint32(v|v>>16))
}

// bands calls f for parts of the rows 0 ≤ y < n, on all cores, and waits.
func bands(n int, f func(from, to int)) {
	const fewest = 64 // rows of a band
	parts := min(runtime.GOMAXPROCS(0), (n+fewest-1)/fewest)
	if parts <= 1 {
		f(0, n)
		return
	}
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() { f(i*n/parts, (i+1)*n/parts) })
	}
	wait.Wait()
}
