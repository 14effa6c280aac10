package tiff

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"

	"deltaedit/engine/photo/ifd"
)

// decodeBlocks fills the image.
func (l *layout) decodeBlocks(p *pixelBuffer) error {
	inBlock := l.samples // in a block's pixel
	planes := 1
	if l.planar {
		inBlock, planes = 1, l.samples
	}
	perPlane := len(l.offsets) / planes
	rowBytes := (l.blockWidth*inBlock*l.bits + 7) / 8
	buf := make([]byte, rowBytes)
	for i := range l.offsets {
		to := p.to
		if l.planar {
			to = p.to[i/perPlane:][:1]
			if len(to[0]) == 0 {
				continue
			}
		}
		x := i % perPlane % l.across * l.blockWidth
		y := i % perPlane / l.across * l.blockHeight
		rows := l.blockHeight
		if !l.tiled {
			rows = min(rows, l.height-y)
		}
		data, err := l.block(i)
		if err != nil {
			return err
		}
		r, err := l.expanded(data, l.blockWidth, rows)
		if err != nil {
			return err
		}
		width := min(l.blockWidth, l.width-x)
		for dy := range min(rows, l.height-y) {
			row := buf
			if _, err := io.ReadFull(r, row); err != nil {
				return ended(err)
			}
			if l.predictor {
				l.sum(row, inBlock)
			}
			if l.bits < 8 {
				row = l.widened(row, width*inBlock)
			}
			for sample, channels := range to {
				for _, channel := range channels {
					l.store(p, row, x, y+dy, width, inBlock, sample, channel)
				}
			}
		}
	}
	return l.check(p)
}

// sum undoes the predictor in a row: each sample is the difference to that of the
// pixel on its left.
func (l *layout) sum(row []byte, inBlock int) {
	if l.bits == 8 {
		for i := inBlock; i < len(row); i++ {
			row[i] += row[i-inBlock]
		}
		return
	}
	for i := 2 * inBlock; i+1 < len(row); i += 2 {
		l.order.PutUint16(row[i:], l.order.Uint16(row[i:])+l.order.Uint16(row[i-2*inBlock:]))
	}
}

// widened returns the first n samples of a row, of 1, 2 or 4 bits, in a byte each:
// scaled to its range, but for those that number colours of a palette.
func (l *layout) widened(row []byte, n int) []byte {
	out := make([]byte, n)
	top := byte(1)<<l.bits - 1
	scale := 255 / top
	if l.photometric == palette {
		scale = 1
	}
	for i := range out {
		bit := i * l.bits
		out[i] = row[bit/8] >> (8 - l.bits - bit%8) & top * scale
	}
	return out
}

// store puts one sample of each of a row's pixels into a channel of the image.
func (l *layout) store(p *pixelBuffer, row []byte, x, y, width, inBlock, sample, channel int) {
	dst := p.pix[y*p.stride+(x*p.channels+channel)*p.wide:]
	step := p.channels * p.wide
	invert := byte(0)
	if l.photometric == whiteIsZero && channel < 3 {
		invert = 255
	}
	if l.bits <= 8 {
		src := row[sample:]
		for i := range width {
			dst[i*step] = src[i*inBlock] ^ invert
		}
		return
	}
	src := row[2*sample:]
	upper, lower := 1, 0
	if l.order == ifd.Order(binary.BigEndian) {
		upper, lower = 0, 1
	}
	for i := range width {
		v := src[2*i*inBlock:]
		dst[i*step] = v[upper] ^ invert
		if p.wide == 2 {
			dst[i*step+1] = v[lower] ^ invert
		}
	}
}

// check refuses an image with colours that its palette lacks.
func (l *layout) check(p *pixelBuffer) error {
	img, ok := p.Image.(*image.Paletted)
	if !ok {
		return nil
	}
	for _, v := range img.Pix {
		if int(v) >= len(img.Palette) {
			return fmt.Errorf("%w: it uses colour %d of a palette of %d", ErrDamaged, v, len(img.Palette))
		}
	}
	return nil
}
