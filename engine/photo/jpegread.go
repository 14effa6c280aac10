package photo

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1 // EXIF and XMP
	markerAPP2 = 0xe2 // ICC profile and multi-picture data
)

// segment is a segment of a JPEG: its marker, its body (nil for the end marker), which
// shares the file's memory, and the position after it.
type segment struct {
	marker byte
	body   []byte
	end    int
}

// allSegments yields the segments of a JPEG up to and including the end marker. It
// reads as decoders do: a marker may have any number of fill bytes (0xff) before it,
// and the data of scans, stray bytes between segments and markers without a body are
// skipped. It stops at a segment that the file cuts short.
func allSegments(data []byte) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for i := 2; i+1 < len(data); {
			marker := data[i+1]
			switch {
			case data[i] != 0xff: // of a scan, or stray
				next := bytes.IndexByte(data[i:], 0xff)
				if next < 0 {
					return
				}
				i += next
				continue
			case marker == 0xff: // fill
				i++
				continue
			case marker == 0, marker == 0x01, marker >= 0xd0 && marker <= markerSOI: // no body
				i += 2
				continue
			case marker == markerEOI:
				yield(segment{marker, nil, i + 2})
				return
			case i+4 > len(data):
				return
			}
			n := int(binary.BigEndian.Uint16(data[i+2:]))
			if n < 2 || i+2+n > len(data) {
				return
			}
			end := i + 2 + n
			if !yield(segment{marker, data[i+4 : end], end}) {
				return
			}
			i = end
		}
	}
}

// headSegments yields the segments before a JPEG's pixels.
func headSegments(data []byte) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for s := range allSegments(data) {
			if s.marker == markerSOS || s.marker == markerEOI || !yield(s) {
				return
			}
		}
	}
}

// behindJPEG returns the data after the end of the JPEG that a file begins with, nil
// when that end is missing.
func behindJPEG(data []byte) []byte {
	for s := range allSegments(data) {
		if s.marker == markerEOI {
			return data[s.end:]
		}
	}
	return nil
}
