package exif

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrDamaged says that EXIF data has no readable beginning.
var ErrDamaged = errors.New("the EXIF data is damaged")

// Limits of what is read.
const (
	maxEntries = 512     // in a directory
	maxValue   = 1 << 20 // bytes of a value
	maxTotal   = 4 << 20 // bytes of all values, which may overlap in a hostile block
)

// directory is one kind of directory in EXIF data.
type directory int

const (
	main directory = iota // IFD0: the picture
	shot                  // the Exif directory: how it was taken
	gps
	interop
	directories
)

// child is the directory that an entry of another points to.
var child = map[directory]map[uint16]directory{
	main: {0x8769: shot, 0x8825: gps},
	shot: {0xa005: interop},
}

// entry is one tag with its value as bytes in the block's order.
type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte
	at        int // where the value was in the block it was read from
}

// block is EXIF data taken apart.
type block struct {
	order   binary.AppendByteOrder
	entries [directories][]entry
}

// order is what both byte orders can do.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// sizes of the values of each kind in bytes, 0 for unknown kinds.
func size(kind uint16) int {
	switch kind {
	case 1, 2, 6, 7, 129:
		return 1
	case 3, 8:
		return 2
	case 4, 9, 11, 13:
		return 4
	case 5, 10, 12:
		return 8
	}
	return 0
}

// orderOf tells the byte order from a block's first bytes.
func orderOf(data []byte) (order, bool) {
	switch {
	case len(data) < 8:
	case string(data[:4]) == "II*\x00":
		return binary.LittleEndian, true
	case string(data[:4]) == "MM\x00*":
		return binary.BigEndian, true
	}
	return nil, false
}

// parse takes a block apart: the directories of the picture, of the shot, of
// the place and of interoperability. Others, the thumbnail's among them, are
// not read. Entries that do not make sense are left out. Values share data's
// memory.
func parse(data []byte) (*block, error) {
	o, ok := orderOf(data)
	if !ok {
		return nil, fmt.Errorf("%w: no TIFF header", ErrDamaged)
	}
	b := &block{order: o}
	at := [directories]uint32{main: o.Uint32(data[4:])}
	if _, ok := count(data, o, at[main]); !ok {
		return nil, fmt.Errorf("%w: no directory at byte %d", ErrDamaged, at[main])
	}
	total := 0
	for d := range directories { // parents come before their children
		if at[d] == 0 {
			continue
		}
		for _, e := range read(data, o, at[d]) {
			if c, ok := child[d][e.tag]; ok {
				if len(e.value) == 4 {
					at[c] = o.Uint32(e.value)
				}
				continue
			}
			if total += len(e.value); total <= maxTotal {
				b.entries[d] = append(b.entries[d], e)
			}
		}
	}
	return b, nil
}

// count returns the number of entries of the directory at a byte, false when
// it does not fit.
func count(data []byte, o order, at uint32) (int, bool) {
	if at < 8 || uint64(at)+2 > uint64(len(data)) {
		return 0, false
	}
	n := int(o.Uint16(data[at:]))
	return n, uint64(at)+2+12*uint64(n) <= uint64(len(data))
}

// read returns the entries of the directory at a byte, as far as they make
// sense; of equal tags the first.
func read(data []byte, o order, at uint32) []entry {
	n, ok := count(data, o, at)
	if !ok {
		return nil
	}
	var out []entry
	seen := map[uint16]bool{}
	for i := range min(n, maxEntries) {
		raw := data[int(at)+2+12*i:][:12]
		e := entry{tag: o.Uint16(raw), kind: o.Uint16(raw[2:]), count: o.Uint32(raw[4:])}
		length := uint64(e.count) * uint64(size(e.kind))
		if length == 0 || length > maxValue || seen[e.tag] {
			continue
		}
		e.value, e.at = raw[8:8+min(length, 4)], int(at)+2+12*i+8
		if length > 4 {
			where := uint64(o.Uint32(raw[8:]))
			if where+length > uint64(len(data)) {
				continue
			}
			e.value, e.at = data[where:where+length], int(where)
		}
		seen[e.tag] = true
		out = append(out, e)
	}
	return out
}

// Find returns the value of a tag in a block's or TIFF file's first directory
// as bytes, nil when it is not there or longer than limit. It shares data's
// memory.
func Find(data []byte, tag uint16, limit int) []byte {
	o, ok := orderOf(data)
	if !ok {
		return nil
	}
	at := o.Uint32(data[4:])
	n, ok := count(data, o, at)
	if !ok {
		return nil
	}
	for i := range n {
		raw := data[int(at)+2+12*i:][:12]
		if o.Uint16(raw) != tag {
			continue
		}
		length := uint64(o.Uint32(raw[4:])) * uint64(size(o.Uint16(raw[2:])))
		where := uint64(o.Uint32(raw[8:]))
		switch {
		case length <= 4:
			return raw[8 : 8+length]
		case length > uint64(limit) || where+length > uint64(len(data)):
			return nil
		}
		return data[where : where+length]
	}
	return nil
}
