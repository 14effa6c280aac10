package exif

import (
	"slices"

	"deltaedit/engine/photo/ifd"
)

// maxMakerNoteOffset is the largest offset at which maker's notes are kept. They keep
// their offset, and the gap before them is filled with zeros.
const maxMakerNoteOffset = 64 << 10

// bytes encodes the block.
func (b *block) bytes() []byte {
	out := make([]byte, ifd.HeaderLength)
	copy(out, "MM\x00*")
	if b.order.String() == "LittleEndian" {
		copy(out, "II*\x00")
	}
	note := -1
	for i, e := range b.entries[exifIFD] {
		if e.Tag == tagMakerNote && len(e.Value) > 4 {
			note = i
			out = append(append(out, make([]byte, e.At-len(out))...), e.Value...)
		}
	}
	w := &writer{block: b, out: out, note: note}
	w.put(4, w.directory(ifd0))
	return w.out
}

// writer encodes the directories of a block one after the other.
type writer struct {
	*block
	out  []byte
	note int // index of the shot's maker's notes, which are in place; -1 for none
}

// put stores a 32-bit number at a byte.
func (w *writer) put(at, v int) {
	copy(w.out[at:], w.order.AppendUint32(nil, uint32(v)))
}

// even pads to an even length, at which directories and values begin.
func (w *writer) even() {
	if len(w.out)%2 == 1 {
		w.out = append(w.out, 0)
	}
}

// directory appends a directory, its values and its child directories, and returns its
// offset.
func (w *writer) directory(d directory) int {
	entries := slices.Clone(w.entries[d])
	children := map[uint16]directory{}
	for tag, c := range childIFD[d] {
		if w.hasEntries(c) {
			children[tag] = c
			entries = append(entries, ifd.Entry{Tag: tag, Kind: 4, Count: 1, Value: make([]byte, 4)})
		}
	}
	place := map[uint16]int{} // offsets of values that have been written
	if d == exifIFD && w.note >= 0 {
		place[tagMakerNote] = w.entries[exifIFD][w.note].At
	}
	slices.SortFunc(entries, func(a, b ifd.Entry) int { return int(a.Tag) - int(b.Tag) })
	w.even()
	start := len(w.out)
	w.out = w.order.AppendUint16(w.out, uint16(len(entries)))
	for _, e := range entries {
		w.out = w.order.AppendUint16(w.out, e.Tag)
		w.out = w.order.AppendUint16(w.out, e.Kind)
		w.out = w.order.AppendUint32(w.out, e.Count)
		w.out = append(w.out, 0, 0, 0, 0)
	}
	w.out = append(w.out, 0, 0, 0, 0) // no further directory: no thumbnail
	for i, e := range entries {
		field := start + 2 + 12*i + 8
		if c, ok := children[e.Tag]; ok {
			w.put(field, w.directory(c))
			continue
		}
		if at, ok := place[e.Tag]; ok {
			w.put(field, at)
			continue
		}
		if len(e.Value) <= 4 {
			copy(w.out[field:], e.Value)
			continue
		}
		w.even()
		w.put(field, len(w.out))
		w.out = append(w.out, e.Value...)
	}
	return start
}

// hasEntries reports whether a directory or one of its children has entries.
func (w *writer) hasEntries(d directory) bool {
	if len(w.entries[d]) > 0 {
		return true
	}
	for _, c := range childIFD[d] {
		if w.hasEntries(c) {
			return true
		}
	}
	return false
}
