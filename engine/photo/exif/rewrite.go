package exif

import (
	"bytes"
	"slices"
)

// Options say what Rewrite makes.
type Options struct {
	// Width and Height of the new picture in pixels.
	Width, Height int
	// StripPrivate leaves only the technical data of the shot: no place, no
	// serial numbers, no names, no free text, no maker's notes.
	StripPrivate bool
	// Secret reports texts that must not be written, such as local paths; the
	// tags that hold them are left out. nil is none. Maker's notes are asked
	// for with binary true: they hold all sorts of bytes.
	Secret func(text string, binary bool) bool
}

// Rewrite returns EXIF data for a picture made from the photo whose EXIF data
// is given: a TIFF block as it stands in a JPEG's segment (without the leading
// "Exif\0\0"), in a PNG's eXIf chunk or in a WebP's EXIF chunk, or a whole TIFF
// file. Its orientation becomes 1, since pixels are upright; thumbnail and
// layout of the old file go. Maker's notes keep their place in the block, which
// their inner addresses often count on, and are left out where that place is
// far out, as in a TIFF file, or no place for them.
//
// The result is new memory; it is nil when nothing is left. A block without a
// readable first directory gives ErrDamaged, single bad entries are left out.
func Rewrite(data []byte, o Options) ([]byte, error) {
	b, err := parse(data)
	if err != nil {
		return nil, err
	}
	empty := true
	for d := range directories {
		b.entries[d] = slices.DeleteFunc(b.entries[d], func(e entry) bool { return !o.keeps(d, e) })
		for i := range b.entries[d] {
			b.correct(d, &b.entries[d][i], o)
		}
		empty = empty && len(b.entries[d]) == 0
	}
	if empty {
		return nil, nil
	}
	return b.bytes(), nil
}

// keeps reports whether an entry goes into the new block.
func (o Options) keeps(d directory, e entry) bool {
	if d == main && layout[e.tag] {
		return false
	}
	if o.StripPrivate && !technical[d][e.tag] {
		return false
	}
	note := d == shot && e.tag == tagMakerNote
	if note && (e.at < header || e.at > maxNote) {
		return false
	}
	if o.Secret == nil {
		return true
	}
	switch e.kind {
	case 1, 2, 7, 129: // bytes that may be text, UTF-16 among it
		return !o.Secret(string(bytes.ReplaceAll(e.value, []byte{0}, nil)), note)
	}
	return true
}

// correct makes entries true that speak of the pixels.
func (b *block) correct(d directory, e *entry, o Options) {
	switch {
	case d == main && e.tag == tagOrientation:
		e.kind, e.count, e.value = 3, 1, b.order.AppendUint16(nil, 1)
	case d == shot && e.tag == tagWidth:
		e.kind, e.count, e.value = 4, 1, b.order.AppendUint32(nil, uint32(o.Width))
	case d == shot && e.tag == tagHeight:
		e.kind, e.count, e.value = 4, 1, b.order.AppendUint32(nil, uint32(o.Height))
	}
}
