package photo

import "encoding/binary"

// bmpMetadata finds the colours that a BMP states: a profile behind a header of version
// 5, or primaries and exponents in one of version 4 or 5.
func bmpMetadata(data []byte) (c embedded) {
	const (
		start   = 14 // of the header behind the file's
		size4   = 108
		size5   = 124
		space   = 56
		profile = 112 // where it is, from start on, and its length
	)
	le := binary.LittleEndian
	if len(data) < start+size4 {
		return c
	}
	size := le.Uint32(data[start:])
	if size != size4 && size != size5 || uint64(len(data)) < start+uint64(size) {
		return c
	}
	header := data[start:][:size]
	switch kind := string(header[space:][:4]); {
	case kind == "\x00\x00\x00\x00": // calibrated
		c.icc, c.profileLost = bmpColour(header).profile("The colours that the BMP states")
	case kind == "KNIL": // LINK: in a file elsewhere
		c.profileLost = true
	case kind == "DEBM" && size == size5: // MBED
		from, n := uint64(le.Uint32(header[profile:]))+start, uint64(le.Uint32(header[profile+4:]))
		if n == 0 || from+n > uint64(len(data)) {
			c.profileLost = true
			break
		}
		c.icc = data[from : from+n]
	}
	return c
}
