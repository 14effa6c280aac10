package photo

import "encoding/binary"

// bmpMetadata finds the profile in a BMP with a version 5 header (BITMAPV5HEADER).
func bmpMetadata(data []byte) (c embedded) {
	const (
		start   = 14 // of the header behind the file's
		size    = 124
		space   = start + 56
		profile = start + 112 // where it is, from start on, and its length
	)
	le := binary.LittleEndian
	if len(data) < start+size || le.Uint32(data[start:]) != size || string(data[space:space+4]) != "DEBM" { // MBED
		return c
	}
	from, n := uint64(le.Uint32(data[profile:]))+start, uint64(le.Uint32(data[profile+4:]))
	if n == 0 || from+n > uint64(len(data)) {
		c.profileLost = true
		return c
	}
	c.icc = data[from : from+n]
	return c
}
