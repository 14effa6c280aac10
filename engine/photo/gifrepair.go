package photo

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"io"
	"iter"
)

// gifConfig reads the size of a GIF: that of its logical screen, or of the first frame
// where the screen is too small for it, as image viewers do.
func gifConfig(data []byte) (image.Config, error) {
	c, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return c, err
	}
	if f, ok := firstGIFFrame(data); ok {
		c.Width, c.Height = max(c.Width, f.rect.Max.X), max(c.Height, f.rect.Max.Y)
	}
	return c, nil
}

// gifFirstFrame is the first frame of a GIF, as it is stored.
type gifFirstFrame struct {
	rect        image.Rectangle // on the logical screen
	palette     color.Palette   // nil for none
	interlaced  bool
	transparent int    // index, -1 for none
	literal     int    // bits of the codes' literals
	data        []byte // from the first block of compressed data on
}

// Parts of a GIF by their first byte.
const (
	gifExtension  = 0x21
	gifFrameStart = 0x2c
)

// Lengths in bytes of a GIF's header and of a frame's descriptor.
const (
	gifHeader     = 13
	gifDescriptor = 10
)

// gifTable returns the length in bytes of the colour table that flags announce.
func gifTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifParts yields the positions of a GIF's extensions and frames, up to its end or to a
// part of another kind. The descriptor of a frame that it yields is complete.
func gifParts(data []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(data) < gifHeader {
			return
		}
		for i := gifHeader + gifTable(data[10]); i+1 < len(data); i++ {
			switch data[i] {
			case gifExtension:
				if !yield(i) {
					return
				}
				i += 2
			case gifFrameStart:
				if i+gifDescriptor >= len(data) || !yield(i) {
					return
				}
				i += gifDescriptor + gifTable(data[i+9]) + 1
			default:
				return
			}
			for i < len(data) && data[i] != 0 { // blocks of data, up to an empty one
				i += 1 + int(data[i])
			}
		}
	}
}

// firstGIFFrame finds the first frame, and returns false where the file ends before its
// data.
func firstGIFFrame(data []byte) (f gifFirstFrame, ok bool) {
	f.transparent = -1
	for i := range gifParts(data) {
		if data[i] == gifExtension {
			const control = "\x21\xf9\x04" // with the transparent colour
			if part := data[i:]; len(part) > 6 && string(part[:3]) == control && part[3]&1 == 1 {
				f.transparent = int(part[6])
			}
			continue
		}
		u16 := func(at int) int { return int(binary.LittleEndian.Uint16(data[i+at:])) }
		x, y := u16(1), u16(3)
		f.rect = image.Rect(x, y, x+u16(5), y+u16(7))
		flags := data[i+9]
		f.interlaced = flags&0x40 != 0
		next := i + gifDescriptor + gifTable(flags)
		if next >= len(data) {
			return f, false
		}
		if f.palette = gifPalette(data[i+gifDescriptor : next]); f.palette == nil {
			f.palette = gifPalette(data[gifHeader : gifHeader+gifTable(data[10])])
		}
		f.literal, f.data = int(data[next]), data[next+1:]
		return f, true
	}
	return f, false
}

// gifPalette returns the colours of a table, nil for an empty one.
func gifPalette(table []byte) (p color.Palette) {
	for ; len(table) >= 3; table = table[3:] {
		p = append(p, color.RGBA{table[0], table[1], table[2], 255})
	}
	return p
}

// repairGIF decodes the first frame of a GIF that image viewers open though it breaks
// rules: a frame that is larger than the screen, more data than pixels, a block of an
// unknown kind behind the frame's data. All pixels of the frame must be there.
func repairGIF(data []byte) (image.Image, Notice) {
	f, ok := firstGIFFrame(data)
	w, h := f.rect.Dx(), f.rect.Dy()
	if !ok || f.palette == nil || f.literal < 2 || f.literal > 8 || checkSize(w, h) != nil {
		return nil, ""
	}
	for len(f.palette) < 256 { // colours beyond the palette are black
		f.palette = append(f.palette[:len(f.palette):len(f.palette)], color.RGBA{A: 255})
	}
	if f.transparent >= 0 {
		f.palette[f.transparent] = color.RGBA{}
	}
	img := image.NewPaletted(f.rect, f.palette)
	r := lzw.NewReader(&gifBlocks{data: f.data}, lzw.LSB, f.literal)
	defer r.Close()
	for _, p := range gifPasses(f.interlaced) {
		for y := p[0]; y < h; y += p[1] {
			if _, err := io.ReadFull(r, img.Pix[y*img.Stride:][:w]); err != nil {
				return nil, ""
			}
		}
	}
	return img, NoticeChunksDamaged
}

// gifPasses returns first row and step of each pass over the rows of a frame.
func gifPasses(interlaced bool) [][2]int {
	if interlaced {
		return [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
	}
	return [][2]int{{0, 1}}
}

// gifBlocks reads the blocks of a frame's compressed data as one stream.
type gifBlocks struct {
	data []byte
	left int // of the current block
}

// ReadByte is for io.ByteReader, which the decompressor wants.
func (b *gifBlocks) ReadByte() (byte, error) {
	if b.left == 0 {
		if len(b.data) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		b.left, b.data = int(b.data[0]), b.data[1:]
		if b.left == 0 {
			return 0, io.EOF
		}
	}
	if len(b.data) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	c := b.data[0]
	b.data, b.left = b.data[1:], b.left-1
	return c, nil
}

// Read is for io.Reader.
func (b *gifBlocks) Read(p []byte) (int, error) {
	for i := range p {
		c, err := b.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = c
	}
	return len(p), nil
}
