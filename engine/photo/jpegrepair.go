package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
)

// A JPEG whose end is missing is completed with the end marker. If pixel data is
// missing too, up to maxPadding zero bytes are put before the marker, and at most
// 1/paddingShare of the file's length. They stand for a few blocks of pixels at the
// lower right. Files that lack more are refused.
const (
	maxPadding   = 64
	paddingShare = 200
)

// repairJPEG decodes a JPEG whose last bytes are missing, or that leaves out what
// decoders are expected to know.
func repairJPEG(data []byte) (image.Image, Notice) {
	complete, inverted := completeJPEG(data)
	img, notice := completedEnd(complete)
	if inks, ok := img.(*image.CMYK); ok && inverted {
		for i := range inks.Pix {
			inks.Pix[i] ^= 255
		}
	}
	return img, notice
}

// completedEnd decodes a JPEG, and puts bytes behind it where its last ones are missing.
// The notice is "" where none are.
func completedEnd(data []byte) (image.Image, Notice) {
	if img := decodeWith(data, nil); img != nil {
		return img, ""
	}
	end := []byte{0xff, markerEOI}
	if !scansComplete(data) {
		return nil, ""
	}
	if img := decodeWith(data, end); img != nil {
		return img, NoticeEndMissing
	}
	data = bytes.TrimSuffix(data, []byte{0xff}) // half a marker
	for n := 4; n <= min(maxPadding, len(data)/paddingShare); n *= 2 {
		if img := decodeWith(data, append(make([]byte, n), end...)); img != nil {
			return img, NoticeEndLost
		}
	}
	return nil, ""
}

// decodeWith decodes a JPEG with a tail behind it, nil when that fails.
func decodeWith(data, tail []byte) image.Image {
	img, err := jpeg.Decode(io.MultiReader(bytes.NewReader(data), bytes.NewReader(tail)))
	if err != nil {
		return nil
	}
	return img
}

// scansComplete reports whether the scans of a JPEG hold all coefficients of all
// components to the lowest bit. Without this check a progressive JPEG that is cut
// between two scans, or one with a scan for each component, would count as complete.
func scansComplete(data []byte) bool {
	const unseen = 255
	lowest := map[byte]*[64]byte{} // by component: lowest bit of each coefficient so far
	for s := range headSegments(data) {
		if s.marker < 0xc0 || s.marker > 0xc2 || len(s.body) < 6 { // baseline, extended, progressive
			continue
		}
		for c := s.body[6:]; len(c) >= 3; c = c[3:] {
			lowest[c[0]] = new([64]byte)
			for k := range lowest[c[0]] {
				lowest[c[0]][k] = unseen
			}
		}
	}
	for s := range allSegments(data) {
		body := s.body
		if s.marker != markerSOS || len(body) == 0 {
			continue
		}
		n := int(body[0])
		if len(body) < 1+2*n+3 {
			return false
		}
		first, last, low := body[1+2*n], min(body[2+2*n], 63), body[3+2*n]&15
		for i := range n {
			bits := lowest[body[1+2*i]]
			for k := int(first); bits != nil && k <= int(last); k++ {
				bits[k] = low
			}
		}
	}
	for _, bits := range lowest {
		if *bits != [64]byte{} {
			return false
		}
	}
	return len(lowest) > 0
}
