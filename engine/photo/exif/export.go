package exif

import (
	"bytes"
	"slices"

	"deltaedit/engine/photo/ifd"
)

// Options say what Rewrite makes.
type Options struct {
	// Width and Height of the new image in pixels.
	Width, Height int
	// StripPrivate keeps only the technical data of the shot: no place, no serial
	// numbers, no names, no free text, no maker's notes.
	StripPrivate bool
	// Omit reports whether a text must not be written, such as a local path; tags
	// that hold one are left out. nil keeps all. binary is true for maker's notes,
	// which are not text.
	Omit func(text string, binary bool) bool
}

// Rewrite returns EXIF data for an image made from the photo whose EXIF data is given:
// a TIFF block (see Block), or a whole TIFF file. The orientation becomes 1, because
// the new image is upright; the thumbnail and the layout of the old file are left
// out. Maker's notes keep their offset in the block, because offsets within them are
// often relative to it; they are left out where that is not possible. Values that
// contain a JPEG or a PNG are left out too: it would show the photo before the edit.
//
// The result is new memory, nil when no entry is left. A block without a valid IFD0
// gives ErrDamaged; invalid entries are left out.
func Rewrite(data []byte, o Options) ([]byte, error) {
	b, err := parse(data)
	if err != nil {
		return nil, err
	}
	empty := true
	for d := range ifdCount {
		b.entries[d] = slices.DeleteFunc(b.entries[d], func(e ifd.Entry) bool { return !o.keep(d, e) })
		for i := range b.entries[d] {
			b.update(d, &b.entries[d][i], o)
		}
		empty = empty && len(b.entries[d]) == 0
	}
	if empty {
		return nil, nil
	}
	return b.bytes(), nil
}

// keep reports whether an entry is written into the new block.
func (o Options) keep(d directory, e ifd.Entry) bool {
	if d == ifd0 && layoutTags[e.Tag] {
		return false
	}
	if o.StripPrivate && !technicalTags[d][e.Tag] {
		return false
	}
	note := d == exifIFD && e.Tag == tagMakerNote
	if note && (e.At < ifd.HeaderLength || e.At > maxMakerNoteOffset) {
		return false
	}
	if holdsPicture(e.Value) {
		return false
	}
	if o.Omit == nil {
		return true
	}
	switch e.Kind {
	case 1, 2, 7, 129: // bytes that may be text, UTF-16 among it
		return !o.Omit(string(bytes.ReplaceAll(e.Value, []byte{0}, nil)), note)
	}
	return true
}

// update sets the entries that describe the pixels to the new image's values.
func (b *block) update(d directory, e *ifd.Entry, o Options) {
	switch {
	case d == ifd0 && e.Tag == tagOrientation:
		e.Kind, e.Count, e.Value = 3, 1, b.order.AppendUint16(nil, 1)
	case d == exifIFD && e.Tag == tagWidth:
		e.Kind, e.Count, e.Value = 4, 1, b.order.AppendUint32(nil, uint32(o.Width))
	case d == exifIFD && e.Tag == tagHeight:
		e.Kind, e.Count, e.Value = 4, 1, b.order.AppendUint32(nil, uint32(o.Height))
	}
}
