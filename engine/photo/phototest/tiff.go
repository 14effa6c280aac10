package phototest

import (
	"bytes"
	"compress/zlib"
	"math/bits"
	"slices"
)

// TIFF describes a TIFF file to be made.
type TIFF struct {
	Order         Order
	Width, Height int
	Bits          int // of a sample: 1, 2, 4, 8 or 16
	Samples       int // of a pixel
	Photometric   uint16
	Planar        bool
	TileW, TileH  int // 0 for strips
	RowsPerStrip  int // 0 for one strip
	// Compression is 1 for none, 8 for deflate, 32773 for PackBits.
	Compression uint16
	Predictor   bool
	Reversed    bool     // the bits of each byte
	Extra       []uint16 // ExtraSamples
	Tags        []Tag    // further ones, or in place of the usual
	// Value is the sample s of a pixel.
	Value func(x, y, s int) uint16
}

// Encode makes the file.
func (t TIFF) Encode() []byte {
	o := t.Order
	out := []byte("MM\x00*\x00\x00\x00\x00")
	if o.String() == "LittleEndian" {
		out = []byte("II*\x00\x00\x00\x00\x00")
	}
	w, h := t.Width, t.Height
	if t.RowsPerStrip > 0 {
		h = t.RowsPerStrip
	}
	if t.TileW > 0 {
		w, h = t.TileW, t.TileH
	}
	planes, inPixel := 1, t.Samples
	if t.Planar {
		planes, inPixel = t.Samples, 1
	}
	var offsets, counts []byte
	parts := uint32(0)
	for plane := range planes {
		for y := 0; y < t.Height; y += h {
			for x := 0; x < t.Width; x += w {
				rows := h
				if t.TileW == 0 {
					rows = min(h, t.Height-y)
				}
				block := t.compressed(t.block(x, y, w, rows, plane, inPixel))
				offsets = o.AppendUint32(offsets, uint32(len(out)))
				counts = o.AppendUint32(counts, uint32(len(block)))
				out = append(out, block...)
				parts++
			}
		}
	}
	if len(out)%2 == 1 {
		out = append(out, 0)
	}
	short := func(id uint16, v int) Tag { return Short(o, id, uint16(v)) }
	depths := Tag{ID: 0x0102, Kind: 3, Count: uint32(t.Samples)}
	for range t.Samples {
		depths.Data = o.AppendUint16(depths.Data, uint16(t.Bits))
	}
	planar, predictor := 1, 1
	if t.Planar {
		planar = 2
	}
	if t.Predictor {
		predictor = 2
	}
	tags := []Tag{
		short(0x0100, t.Width), short(0x0101, t.Height), depths, short(0x0103, int(t.Compression)), short(0x0106, int(t.Photometric)),
		short(0x0115, t.Samples), short(0x011c, planar), short(0x013d, predictor),
	}
	if t.TileW > 0 {
		tags = append(tags, short(0x0142, w), short(0x0143, h), Tag{0x0144, 4, parts, offsets}, Tag{0x0145, 4, parts, counts})
	} else {
		tags = append(tags, Tag{0x0111, 4, parts, offsets}, short(0x0116, h), Tag{0x0117, 4, parts, counts})
	}
	if len(t.Extra) > 0 {
		e := Tag{ID: 0x0152, Kind: 3, Count: uint32(len(t.Extra))}
		for _, v := range t.Extra {
			e.Data = o.AppendUint16(e.Data, v)
		}
		tags = append(tags, e)
	}
	if t.Reversed {
		tags = append(tags, short(0x010a, 2))
	}
	for _, own := range t.Tags {
		tags = slices.DeleteFunc(tags, func(u Tag) bool { return u.ID == own.ID })
		tags = append(tags, own)
	}
	slices.SortFunc(tags, func(a, b Tag) int { return int(a.ID) - int(b.ID) })
	o.PutUint32(out[4:], uint32(len(out)))
	out = o.AppendUint16(out, uint16(len(tags)))
	at := len(out) + 12*len(tags) + 4
	var values []byte
	for _, g := range tags {
		out = o.AppendUint32(o.AppendUint16(o.AppendUint16(out, g.ID), g.Kind), g.Count)
		if len(g.Data) <= 4 {
			out = append(out, append(bytes.Clone(g.Data), 0, 0, 0, 0)[:4]...)
			continue
		}
		out = o.AppendUint32(out, uint32(at+len(values)))
		values = append(values, g.Data...)
	}
	return append(append(out, 0, 0, 0, 0), values...)
}

// block returns the bytes of a block; pixels beyond the image are 0.
func (t TIFF) block(x0, y0, w, h, plane, inPixel int) []byte {
	var out []byte
	mask := uint16(1)<<t.Bits - 1
	if t.Bits == 16 {
		mask = 0xffff
	}
	for y := y0; y < y0+h; y++ {
		row := make([]uint16, 0, w*inPixel)
		for x := x0; x < x0+w; x++ {
			for s := range inPixel {
				v := uint16(0)
				if x < t.Width && y < t.Height {
					v = t.Value(x, y, plane+s) & mask
				}
				row = append(row, v)
			}
		}
		if t.Predictor {
			for i := len(row) - 1; i >= inPixel; i-- {
				row[i] = (row[i] - row[i-inPixel]) & mask
			}
		}
		acc, n := uint32(0), 0
		for _, v := range row {
			if t.Bits == 16 {
				out = t.Order.AppendUint16(out, v)
				continue
			}
			acc, n = acc<<t.Bits|uint32(v), n+t.Bits
			if n == 8 {
				out, acc, n = append(out, byte(acc)), 0, 0
			}
		}
		if n > 0 {
			out = append(out, byte(acc<<(8-n)))
		}
	}
	return out
}

func (t TIFF) compressed(block []byte) []byte {
	if t.Reversed {
		t.Reversed = false
		block = bytes.Clone(t.compressed(block))
		for i, b := range block {
			block[i] = bits.Reverse8(b)
		}
		return block
	}
	switch t.Compression {
	case 8:
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(block) // a bytes.Buffer does not fail
		_ = w.Close()
		return b.Bytes()
	case 32773:
		return packed(block)
	}
	return block
}

// packed compresses by PackBits: runs of three and more, and what is between.
func packed(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		run := 1
		for run < min(len(data), 128) && data[run] == data[0] {
			run++
		}
		if run >= 3 {
			out = append(out, byte(1-run), data[0])
			data = data[run:]
			continue
		}
		n := 1
		for n < min(len(data), 128) && (n+2 >= len(data) || data[n] != data[n+1] || data[n] != data[n+2]) {
			n++
		}
		out = append(append(out, byte(n-1)), data[:n]...)
		data = data[n:]
	}
	return out
}
