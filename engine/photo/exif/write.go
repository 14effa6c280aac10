package exif

import "slices"

// maxNote bounds how far out maker's notes may lie to be kept at their place;
// the gap before them is filled with zeros.
const maxNote = 64 << 10

// header is the length of a block's beginning: byte order, magic number and the
// place of the first directory.
const header = 8

// bytes puts a block together.
func (b *block) bytes() []byte {
	out := make([]byte, header)
	copy(out, "MM\x00*")
	if b.order.String() == "LittleEndian" {
		copy(out, "II*\x00")
	}
	note := -1
	for i, e := range b.entries[shot] {
		if e.tag == tagMakerNote && len(e.value) > 4 {
			note = i
			out = append(append(out, make([]byte, e.at-len(out))...), e.value...)
		}
	}
	w := &writer{block: b, out: out, note: note}
	w.put(4, w.directory(main))
	return w.out
}

// writer lays a block's directories out one after the other.
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

// directory appends a directory, its values and its children, and returns its
// place.
func (w *writer) directory(d directory) int {
	entries := slices.Clone(w.entries[d])
	children := map[uint16]directory{}
	for tag, c := range child[d] {
		if w.filled(c) {
			children[tag] = c
			entries = append(entries, entry{tag: tag, kind: 4, count: 1, value: make([]byte, 4)})
		}
	}
	place := map[uint16]int{} // of values that are written already
	if d == shot && w.note >= 0 {
		place[tagMakerNote] = w.entries[shot][w.note].at
	}
	slices.SortFunc(entries, func(a, b entry) int { return int(a.tag) - int(b.tag) })
	w.even()
	start := len(w.out)
	w.out = w.order.AppendUint16(w.out, uint16(len(entries)))
	for _, e := range entries {
		w.out = w.order.AppendUint16(w.out, e.tag)
		w.out = w.order.AppendUint16(w.out, e.kind)
		w.out = w.order.AppendUint32(w.out, e.count)
		w.out = append(w.out, 0, 0, 0, 0)
	}
	w.out = append(w.out, 0, 0, 0, 0) // no further directory: no thumbnail
	for i, e := range entries {
		field := start + 2 + 12*i + 8
		if c, ok := children[e.tag]; ok {
			w.put(field, w.directory(c))
			continue
		}
		if at, ok := place[e.tag]; ok {
			w.put(field, at)
			continue
		}
		if len(e.value) <= 4 {
			copy(w.out[field:], e.value)
			continue
		}
		w.even()
		w.put(field, len(w.out))
		w.out = append(w.out, e.value...)
	}
	return start
}

// filled reports whether a directory or one of its children has entries.
func (w *writer) filled(d directory) bool {
	if len(w.entries[d]) > 0 {
		return true
	}
	for _, c := range child[d] {
		if w.filled(c) {
			return true
		}
	}
	return false
}
