package photo

import (
	"bytes"
	"encoding/binary"

	"deltaedit/engine/photo/exif"
)

const rawFile = "a camera's raw file"

// unsupportedFormat names the format of data when it is a known one that is not
// read here, and returns "" otherwise.
func unsupportedFormat(data []byte) string {
	at := func(offset int, magic string) bool {
		return len(data) >= offset && bytes.HasPrefix(data[offset:], []byte(magic))
	}
	switch {
	case at(4, "ftyp"):
		return isoFormat(data)
	case at(0, "\x1a\x45\xdf\xa3"), at(0, "RIFF") && at(8, "AVI "):
		return "a video"
	case at(0, "8BPS"):
		return "a Photoshop document"
	case at(0, "%PDF"):
		return "a PDF"
	case at(0, "\xff\x0a"), at(0, "\x00\x00\x00\x0cJXL "):
		return "JPEG XL"
	case at(0, "\x00\x00\x00\x0cjP  "), at(0, "\xff\x4f\xff\x51"):
		return "JPEG 2000"
	case isTarga(data):
		return "a Targa picture (TGA)"
	case at(0, "\x00\x00\x01\x00"), at(0, "\x00\x00\x02\x00"), at(0, "icns"):
		return "an icon"
	case at(0, "gimp xcf"):
		return "a GIMP document"
	case at(0, "\x76\x2f\x31\x01"):
		return "OpenEXR"
	case at(0, "P") && len(data) > 2 && data[1] >= '1' && data[1] <= '7' && bytes.IndexByte([]byte(" \t\r\n"), data[2]) >= 0:
		return "a PNM picture"
	case at(0, "\x0a\x05\x01"):
		return "PCX"
	case at(0, "qoif"):
		return "QOI"
	case at(0, "DDS "):
		return "a texture (DDS)"
	case at(0, "%!PS"):
		return "PostScript"
	case at(128, "DICM"):
		return "DICOM"
	case at(0, "FUJIFILMCCD-RAW"), at(0, "IIU\x00"), at(0, "IIRO"):
		return rawFile
	case at(0, "II\x2b\x00"), at(0, "MM\x00\x2b"):
		return "a BigTIFF"
	case bytes.Contains(bytes.ToLower(data[:min(512, len(data))]), []byte("<svg")):
		return "an SVG drawing"
	}
	return ""
}

// isTarga reports whether data begins like a Targa file, which has no magic number.
func isTarga(data []byte) bool {
	const header, kind, palette, width, depth = 18, 2, 3, 12, 16
	if len(data) < header || data[1] > 1 || bytes.IndexByte([]byte{1, 2, 3, 9, 10, 11}, data[kind]) < 0 {
		return false
	}
	if data[1] == 0 && !bytes.Equal(data[palette:8], make([]byte, 5)) { // as in icons
		return false
	}
	size := data[width : width+4]
	return bytes.IndexByte([]byte{8, 15, 16, 24, 32}, data[depth]) >= 0 && (size[0]|size[1]) != 0 && (size[2]|size[3]) != 0
}

// isoFormat names the format of an ISO media file by its brands. The major brand may
// be a general one ("mif1"); the compatible brands follow from byte 16 on.
func isoFormat(data []byte) string {
	box := data[:min(len(data), 256)]
	if n := binary.BigEndian.Uint32(data); n >= 8 && n < uint32(len(box)) {
		box = box[:n]
	}
	brands := map[string]bool{}
	for i := 8; i+4 <= len(box); i += 4 {
		if i != 12 { // a version
			brands[string(box[i:i+4])] = true
		}
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if brands[n] {
				return true
			}
		}
		return false
	}
	switch {
	case has("crx "):
		return rawFile
	case has("avif", "avis"):
		return "AVIF"
	case has("heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "msf1"):
		return "HEIC, the format of iPhones: share the photo as JPEG, or choose Most Compatible under Camera, Formats in the phone's settings"
	default:
		return "a video"
	}
}

// unsupportedVariant names the kind of file that a decoder would read in part or
// wrongly, though its format is read; "" for all others.
func unsupportedVariant(data []byte, format string) string {
	switch format {
	case "tiff":
		// Raw files are TIFFs whose first image is a thumbnail.
		reduced := exif.Find(data, 0x00fe, 16)
		if string(data[8:min(10, len(data))]) == "CR" || exif.Find(data, 0xc612, 16) != nil ||
			len(reduced) == 4 && (reduced[0]|reduced[3])&1 == 1 {
			return rawFile
		}
	case "webp":
		if len(data) > 20 && string(data[12:16]) == "VP8X" && data[20]&2 != 0 {
			return "an animated WebP"
		}
	}
	return ""
}
