package exif

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"deltaedit/engine/photo/ifd"
)

// ErrDamaged says that EXIF data has no readable beginning.
var ErrDamaged = errors.New("the EXIF data is damaged")

// Limits of what is read.
const (
	maxEntries = 512     // in a directory
	maxValue   = 1 << 20 // bytes of a value
	maxTotal   = 4 << 20 // bytes of all values, which may overlap in a hostile block
)

// directory is a kind of image file directory (IFD) in EXIF data.
type directory int

const (
	ifd0    directory = iota // the image
	exifIFD                  // the Exif directory: how it was taken
	gpsIFD
	interopIFD
	ifdCount
)

// childIFD maps the entries that point to another directory to that directory.
var childIFD = map[directory]map[uint16]directory{
	ifd0:    {0x8769: exifIFD, 0x8825: gpsIFD},
	exifIFD: {0xa005: interopIFD},
}

// block is parsed EXIF data.
type block struct {
	order   ifd.Order
	entries [ifdCount][]ifd.Entry
}

// parse reads the directories of a block: IFD0, Exif, GPS and interoperability.
// Others, such as the thumbnail's, are not read. Invalid entries are left out. Values
// share data's memory.
func parse(data []byte) (*block, error) {
	o, ok := ifd.OrderOf(data)
	if !ok {
		return nil, fmt.Errorf("%w: no TIFF header", ErrDamaged)
	}
	b := &block{order: o}
	at := [ifdCount]uint32{ifd0: o.Uint32(data[4:])}
	if _, ok := entriesAt(data, o, at[ifd0]); !ok {
		return nil, fmt.Errorf("%w: no directory at byte %d", ErrDamaged, at[ifd0])
	}
	total := 0
	for d := range ifdCount { // parents come before their children
		if at[d] == 0 {
			continue
		}
		for _, e := range read(data, o, at[d]) {
			if c, ok := childIFD[d][e.Tag]; ok {
				if len(e.Value) == 4 {
					at[c] = o.Uint32(e.Value)
				}
				continue
			}
			if total += len(e.Value); total <= maxTotal {
				b.entries[d] = append(b.entries[d], e)
			}
		}
	}
	return b, nil
}

// entriesAt yields the entries of the directory at an offset, and returns false when
// there is none.
func entriesAt(data []byte, o ifd.Order, at uint32) (iter.Seq[ifd.Entry], bool) {
	if at < ifd.HeaderLength {
		return nil, false
	}
	entries, _, ok := ifd.Entries(data, o, at)
	return entries, ok
}

// read returns the valid entries of the directory at an offset. Of several entries
// with one tag it returns the first.
func read(data []byte, o ifd.Order, at uint32) []ifd.Entry {
	entries, ok := entriesAt(data, o, at)
	if !ok {
		return nil
	}
	var out []ifd.Entry
	seen := map[uint16]bool{}
	n := 0
	for e := range entries {
		if n++; n > maxEntries {
			break
		}
		if len(e.Value) == 0 || len(e.Value) > maxValue || seen[e.Tag] {
			continue
		}
		seen[e.Tag] = true
		out = append(out, e)
	}
	return out
}

// identifier begins EXIF data in a JPEG's APP1 segment. The byte behind it is
// padding, which should be 0.
const identifier = "Exif\x00"

// Block returns EXIF data without the identifier "Exif\0\0": what is left should
// be a TIFF block. JPEG asks for the identifier, PNG and WebP for none, but files
// of all three are written with it. The result shares data's memory.
func Block(data []byte) []byte {
	rest, ok := bytes.CutPrefix(data, []byte(identifier))
	if !ok {
		return data
	}
	return rest[min(1, len(rest)):]
}

// HasIdentifier reports whether data begins as EXIF data in a JPEG does.
func HasIdentifier(data []byte) bool { return bytes.HasPrefix(data, []byte(identifier)) }

// Orientation returns the orientation that a block or TIFF file states, 1 to 8;
// 1 where it states none or another number. It reads what Rewrite reads.
func Orientation(block []byte) int {
	o, ok := ifd.OrderOf(block)
	if !ok {
		return 1
	}
	for _, e := range read(block, o, o.Uint32(block[4:])) {
		if e.Tag != tagOrientation {
			continue
		}
		v := uint32(0)
		switch ifd.Size(e.Kind) {
		case 1:
			v = uint32(e.Value[0])
		case 2:
			v = uint32(o.Uint16(e.Value))
		case 4:
			v = o.Uint32(e.Value)
		}
		if v >= 1 && v <= 8 {
			return int(v)
		}
	}
	return 1
}

// IsAdobeRGB reports whether a block or TIFF file says that its colours are those
// of Adobe RGB: by the ColorSpace that some cameras use, or as the rules for camera
// files do (DCF 2.0), which leave ColorSpace open and name the file's kind.
func IsAdobeRGB(data []byte) bool {
	b, err := parse(data)
	if err != nil {
		return false
	}
	const adobe, open = 2, 0xffff
	space := -1
	for _, e := range b.entries[exifIFD] {
		if e.Tag == tagColorSpace && ifd.Size(e.Kind) == 2 {
			space = int(b.order.Uint16(e.Value))
		}
	}
	for _, e := range b.entries[interopIFD] {
		if e.Tag == tagInteropIndex && bytes.HasPrefix(e.Value, []byte("R03")) && space == open {
			return true
		}
	}
	return space == adobe
}

// Find returns the bytes of a tag's value in the first directory of a block or TIFF
// file. It returns nil when the tag is missing or its value is longer than limit. The
// result shares data's memory.
func Find(data []byte, tag uint16, limit int) []byte {
	o, ok := ifd.OrderOf(data)
	if !ok {
		return nil
	}
	entries, ok := entriesAt(data, o, o.Uint32(data[4:]))
	if !ok {
		return nil
	}
	for e := range entries {
		if e.Tag != tag {
			continue
		}
		if len(e.Value) > limit {
			return nil
		}
		return e.Value
	}
	return nil
}
