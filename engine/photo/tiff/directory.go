package tiff

import (
	"errors"
	"fmt"
	"io"

	"deltaedit/engine/photo/ifd"
)

// ErrDamaged says that a file contradicts itself.
var ErrDamaged = errors.New("the TIFF file contradicts itself")

// Unsupported is the error for a feature of TIFF that is not read. Its text names
// the feature: "floating-point samples".
type Unsupported string

func (u Unsupported) Error() string { return string(u) + " cannot be read" }

// Tags of a directory (TIFF 6.0; the later ones of its supplements).
const (
	tagSubfileType     = 0x00fe
	tagWidth           = 0x0100
	tagHeight          = 0x0101
	tagBits            = 0x0102
	tagCompression     = 0x0103
	tagPhotometric     = 0x0106
	tagFillOrder       = 0x010a
	tagStripOffsets    = 0x0111
	tagSamples         = 0x0115
	tagRowsPerStrip    = 0x0116
	tagStripByteCounts = 0x0117
	tagPlanar          = 0x011c
	tagPredictor       = 0x013d
	tagColorMap        = 0x0140
	tagTileWidth       = 0x0142
	tagTileHeight      = 0x0143
	tagTileOffsets     = 0x0144
	tagTileByteCounts  = 0x0145
	tagInkSet          = 0x014c
	tagExtraSamples    = 0x0152
	tagSampleFormat    = 0x0153
	tagJPEGTables      = 0x015b
)

// directory holds the entries of an image file directory by tag; of equal tags the
// first. Values share the file's memory.
type directory struct {
	order   ifd.Order
	entries map[uint16]ifd.Entry
	next    uint32 // where the next directory begins, 0 for none
}

// first reads a file's first directory. The error is io.ErrUnexpectedEOF where
// the file ends before it.
func first(data []byte) (*directory, error) {
	order, err := orderOf(data)
	if err != nil {
		return nil, err
	}
	return read(data, order, order.Uint32(data[4:]))
}

func orderOf(data []byte) (ifd.Order, error) {
	order, ok := ifd.OrderOf(data)
	switch {
	case ok:
		return order, nil
	case len(data) < ifd.HeaderLength:
		return nil, io.ErrUnexpectedEOF
	}
	return nil, fmt.Errorf("%w: it begins with % x", ErrDamaged, data[:4])
}

// read reads the directory at an offset.
func read(data []byte, order ifd.Order, at uint32) (*directory, error) {
	entries, next, ok := ifd.Entries(data, order, at)
	if !ok {
		return nil, io.ErrUnexpectedEOF
	}
	d := &directory{order: order, entries: map[uint16]ifd.Entry{}, next: next}
	for e := range entries {
		if !d.has(e.Tag) {
			d.entries[e.Tag] = e
		}
	}
	return d, nil
}

// has reports whether there is an entry of a tag.
func (d *directory) has(tag uint16) bool {
	_, ok := d.entries[tag]
	return ok
}

// number returns the first value of a tag, or otherwise when there is none.
func (d *directory) number(tag uint16, otherwise uint32) uint32 {
	if v, err := d.numbers(tag, 1); err == nil && len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// numbers returns the values of a tag that holds whole numbers, at most as many as
// stated; none when it is missing. The error is io.ErrUnexpectedEOF where the file
// ends before them.
func (d *directory) numbers(tag uint16, most int) ([]uint32, error) {
	e, ok := d.entries[tag]
	if !ok {
		return nil, nil
	}
	if e.Value == nil {
		return nil, io.ErrUnexpectedEOF
	}
	out := make([]uint32, min(int(e.Count), most))
	for i := range out {
		switch e.Kind {
		case 1:
			out[i] = uint32(e.Value[i])
		case 3:
			out[i] = uint32(d.order.Uint16(e.Value[2*i:]))
		case 4, 13:
			out[i] = d.order.Uint32(e.Value[4*i:])
		default:
			return nil, fmt.Errorf("%w: tag %#x has values of the kind %d", ErrDamaged, tag, e.Kind)
		}
	}
	return out, nil
}
