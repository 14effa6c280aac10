package exif

import (
	"bytes"
	"encoding/binary"
)

// holdsPicture reports whether a value contains a JPEG or a PNG. Cameras put previews
// into maker's notes, where they would show the face as it was before the edit.
func holdsPicture(value []byte) bool {
	if bytes.Contains(value, []byte("\x89PNG\r\n\x1a\n")) {
		return true
	}
	// The first byte of a JPEG is not looked at: some cameras overwrite it.
	for rest := value; ; {
		i := bytes.Index(rest, []byte{0xd8, 0xff})
		if i < 0 {
			return false
		}
		rest = rest[i+1:]
		if reachesScan(rest) {
			return true
		}
	}
}

// reachesScan reports whether data begins with segments of a JPEG, up to the one before
// the pixels. In other data that is unlikely.
func reachesScan(data []byte) bool {
	const (
		startOfScan = 0xda
		firstMarker = 0xc0
		bodiless    = 0xd0 // the markers from here to 0xd9 have no body
	)
	for segments := 0; len(data) >= 4 && data[0] == 0xff; {
		marker := data[1]
		switch {
		case marker == 0xff: // a fill byte
			data = data[1:]
			continue
		case marker == startOfScan:
			return segments > 0
		case marker < firstMarker, marker >= bodiless && marker < startOfScan:
			return false
		}
		n := int(binary.BigEndian.Uint16(data[2:]))
		if n < 2 || 2+n > len(data) {
			return false
		}
		data = data[2+n:]
		segments++
	}
	return false
}
