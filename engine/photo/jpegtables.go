package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"sync"
)

// Markers of JPEG that tell how a file is coded.
const (
	markerBaseline = 0xc0
	markerExtended = 0xc1
	markerDHT      = 0xc4 // Huffman tables
	markerAPP14    = 0xee // Adobe's
)

// completeJPEG adds what decoders are expected to know of themselves: the standard
// Huffman tables (ITU-T T.81, annex K.3) to a JPEG without any, as the frames of Motion
// JPEG videos and the pictures of some webcams are. It also adds Adobe's segment to one
// of four colours without it, whose inks are to be inverted after decoding. Others are
// returned as they are.
func completeJPEG(data []byte) (complete []byte, inverted bool) {
	var frame segment
	var tables, adobe bool
	for s := range headSegments(data) {
		switch s.marker {
		case markerBaseline, markerExtended:
			frame = s
		case markerDHT:
			tables = true
		case markerAPP14:
			adobe = adobe || bytes.HasPrefix(s.body, []byte("Adobe"))
		}
	}
	var missing []byte
	if frame.marker != 0 && !tables {
		missing = slices.Clone(standardTables())
	}
	const components = 5 // the place of their number
	if len(frame.body) > components && frame.body[components] == 4 && !adobe {
		missing = appendSegment(missing, markerAPP14, "Adobe\x00\x64\x00\x00\x00\x00\x00", nil)
		inverted = true
	}
	if missing == nil {
		return data, false
	}
	return slices.Concat(data[:2], missing, data[2:]), inverted
}

// standardTables returns a segment with the standard Huffman tables, which are those
// that the standard library's encoder writes.
var standardTables = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 1, 1), image.YCbCrSubsampleRatio420), nil); err != nil {
		panic(err) // memory does not fail
	}
	var out []byte
	for s := range headSegments(b.Bytes()) {
		if s.marker == markerDHT {
			out = appendSegment(out, markerDHT, "", s.body)
		}
	}
	return out
})
