// Package ifd reads image file directories: the lists of tags with values that TIFF
// files and EXIF data consist of.
package ifd

import (
	"encoding/binary"
	"iter"
)

// HeaderLength is the length of the header that data with directories begins with, in
// bytes: byte order, magic number and the offset of the first directory.
const HeaderLength = 8

// Order is a byte order for reading and writing.
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// OrderOf returns the byte order that the header of data states, and false when data
// has no such header.
func OrderOf(data []byte) (Order, bool) {
	switch {
	case len(data) < HeaderLength:
	case string(data[:4]) == "II*\x00":
		return binary.LittleEndian, true
	case string(data[:4]) == "MM\x00*":
		return binary.BigEndian, true
	}
	return nil, false
}

// Entry is one entry of a directory: a tag with its value.
type Entry struct {
	Tag, Kind uint16
	Count     uint32 // of values of the kind
	// Value holds the bytes of the value, in data's order and memory. It is nil when
	// data ends before it does, and empty for an unknown kind.
	Value []byte
	At    int // offset of Value in data
}

// Size returns the length in bytes of a value of a kind, 0 for unknown kinds.
func Size(kind uint16) int {
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

// Entries yields the entries of the directory at an offset, valid or not, in their
// order. next is the offset of the directory after it, 0 for none. ok is false when the
// directory does not fit into data.
func Entries(data []byte, o Order, at uint32) (entries iter.Seq[Entry], next uint32, ok bool) {
	const countLength, entryLength, nextLength, valueAt = 2, 12, 4, 8
	first := uint64(at) + countLength
	if first > uint64(len(data)) {
		return nil, 0, false
	}
	n := int(o.Uint16(data[at:]))
	rest := data[first:]
	if len(rest) < entryLength*n {
		return nil, 0, false
	}
	if end := rest[entryLength*n:]; len(end) >= nextLength {
		next = o.Uint32(end)
	}
	return func(yield func(Entry) bool) {
		for i := range n {
			raw := rest[entryLength*i:][:entryLength]
			e := Entry{Tag: o.Uint16(raw), Kind: o.Uint16(raw[2:]), Count: o.Uint32(raw[4:])}
			from, length := first+uint64(entryLength*i+valueAt), uint64(e.Count)*uint64(Size(e.Kind))
			if length > entryLength-valueAt { // the entry holds the offset of the value
				from = uint64(o.Uint32(raw[valueAt:]))
			}
			if from+length <= uint64(len(data)) {
				e.Value, e.At = data[from:from+length], int(from)
			}
			if !yield(e) {
				return
			}
		}
	}, next, true
}
