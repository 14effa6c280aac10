package phototest

import "encoding/binary"

// BMP describes a BMP file to be made.
type BMP struct {
	Header        int // length of the header: 12, 16, 40, 52, 56, 64, 108 or 124
	Width, Height int
	TopDown       bool
	Bits          int
	Compression   uint32
	Masks         []uint32 // red, green, blue, and alpha where there are four
	Palette       [][3]byte
	// Colours is what the header states about the palette's length.
	Colours uint32
	// Gap is a number of bytes between header and pixels.
	Gap int
	// Value is the pixel at a place: a number of the palette, or the bits of a colour.
	Value func(x, y int) uint32
	// Data is in place of the pixels that Value gives, for compressed ones.
	Data []byte
	// Field sets bytes of the header at offsets in it.
	Field map[int][]byte
}

// Encode makes the file.
func (b BMP) Encode() []byte {
	le := binary.LittleEndian
	head := make([]byte, b.Header)
	le.PutUint32(head, uint32(b.Header))
	inColour := 4
	if b.Header == 12 {
		inColour = 3
		le.PutUint16(head[4:], uint16(b.Width))
		le.PutUint16(head[6:], uint16(b.Height))
		le.PutUint16(head[8:], 1)
		le.PutUint16(head[10:], uint16(b.Bits))
	} else {
		le.PutUint32(head[4:], uint32(b.Width))
		le.PutUint32(head[8:], uint32(b.Height))
		if b.TopDown {
			le.PutUint32(head[8:], uint32(-int32(b.Height)))
		}
		le.PutUint16(head[12:], 1)
		le.PutUint16(head[14:], uint16(b.Bits))
	}
	if b.Header >= 40 {
		le.PutUint32(head[16:], b.Compression)
		le.PutUint32(head[32:], b.Colours)
	}
	var behind []byte
	for i, m := range b.Masks {
		if b.Header >= 52 {
			le.PutUint32(head[40+4*i:], m)
		} else {
			behind = le.AppendUint32(behind, m)
		}
	}
	for _, c := range b.Palette {
		behind = append(behind, c[2], c[1], c[0])
		if inColour == 4 {
			behind = append(behind, 0)
		}
	}
	for at, v := range b.Field {
		copy(head[at:], v)
	}
	out := append([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), head...)
	out = append(append(out, behind...), make([]byte, b.Gap)...)
	le.PutUint32(out[10:], uint32(len(out)))
	out = append(out, b.pixels()...)
	le.PutUint32(out[2:], uint32(len(out)))
	return out
}

// pixels returns the rows of uncompressed pixels, or Data.
func (b BMP) pixels() []byte {
	if b.Data != nil {
		return b.Data
	}
	var out []byte
	for i := range b.Height {
		y := b.Height - 1 - i
		if b.TopDown {
			y = i
		}
		var row []byte
		acc, n := uint32(0), 0
		for x := range b.Width {
			v := b.Value(x, y)
			if b.Bits >= 8 {
				row = append(row, binary.LittleEndian.AppendUint32(nil, v)[:b.Bits/8]...)
				continue
			}
			if acc, n = acc<<b.Bits|v, n+b.Bits; n == 8 {
				row, acc, n = append(row, byte(acc)), 0, 0
			}
		}
		if n > 0 {
			row = append(row, byte(acc<<(8-n)))
		}
		for len(row)%4 != 0 {
			row = append(row, 0)
		}
		out = append(out, row...)
	}
	return out
}
