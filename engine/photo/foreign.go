package photo

import "bytes"

// foreign names the kind of picture that data holds when it is one that people
// have, but that cannot be read here; "" when it is none of these.
func foreign(data []byte) string {
	at := func(offset int, magic string) bool {
		return len(data) >= offset && bytes.HasPrefix(data[offset:], []byte(magic))
	}
	switch {
	case at(4, "ftyp"):
		brand := string(data[8:min(12, len(data))])
		switch brand {
		case "avif", "avis":
			return "AVIF"
		case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
			return "HEIC"
		case "crx ":
			return "a camera's raw file"
		default:
			return "a video"
		}
	case at(0, "8BPS"):
		return "a Photoshop document"
	case at(0, "%PDF"):
		return "a PDF"
	case at(0, "\xff\x0a"), at(0, "\x00\x00\x00\x0cJXL "):
		return "JPEG XL"
	case at(0, "\x00\x00\x00\x0cjP  "), at(0, "\xff\x4f\xff\x51"):
		return "JPEG 2000"
	case at(0, "\x00\x00\x01\x00"):
		return "an icon"
	case at(0, "gimp xcf"):
		return "a GIMP document"
	case at(0, "\x76\x2f\x31\x01"):
		return "OpenEXR"
	case at(0, "FUJIFILMCCD-RAW"), at(0, "IIU\x00"), at(0, "IIRO"):
		return "a camera's raw file"
	case bytes.Contains(bytes.ToLower(data[:min(512, len(data))]), []byte("<svg")):
		return "an SVG drawing"
	}
	return ""
}
