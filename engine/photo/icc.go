package photo

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// maxICC bounds a colour profile; real ones have a few hundred bytes to a few
// megabytes.
const maxICC = 8 << 20

// profile returns the RGB colour profile in a JPEG, PNG or WebP file, nil when
// there is none that fits RGB pixels.
func profile(data []byte, format string) []byte {
	var icc []byte
	switch format {
	case "jpeg":
		icc = jpegProfile(data)
	case "png":
		icc = pngProfile(data)
	case "webp":
		icc = webpProfile(data)
	}
	if !isRGB(icc) {
		return nil
	}
	return icc
}

// isRGB reports whether icc looks like a profile for RGB data (ICC.1, 7.2).
func isRGB(icc []byte) bool {
	return len(icc) >= 132 && len(icc) <= maxICC &&
		string(icc[16:20]) == "RGB " && string(icc[36:40]) == "acsp"
}

func pngProfile(data []byte) []byte {
	var icc []byte
	_ = walkPNG(bytes.NewReader(data), maxICC, func(kind string) bool {
		return kind == "iCCP" || kind == "IDAT"
	}, func(kind string, data []byte) error {
		if kind == "iCCP" {
			if _, rest, ok := bytes.Cut(data, []byte{0}); ok && len(rest) > 1 && rest[0] == 0 {
				icc, _ = inflate(rest[1:], maxICC)
			}
		}
		return errStop // the profile comes before the pixels
	})
	return icc
}

// jpegProfile joins the profile's parts from the APP2 segments.
func jpegProfile(data []byte) []byte {
	const tag = "ICC_PROFILE\x00"
	type part struct {
		number byte
		data   []byte
	}
	var parts []part
	for i := 2; i+4 <= len(data) && data[i] == 0xff; {
		marker := data[i+1]
		if marker == 0xff { // fill byte
			i++
			continue
		}
		if marker == 0xda || marker == 0xd9 { // pixels or the end
			break
		}
		n := int(binary.BigEndian.Uint16(data[i+2:]))
		if n < 2 || i+2+n > len(data) {
			return nil
		}
		body := data[i+4 : i+2+n]
		if marker == 0xe2 && bytes.HasPrefix(body, []byte(tag)) && len(body) > len(tag)+2 {
			parts = append(parts, part{body[len(tag)], body[len(tag)+2:]})
		}
		i += 2 + n
	}
	sort.SliceStable(parts, func(a, b int) bool { return parts[a].number < parts[b].number })
	var icc []byte
	for i, p := range parts {
		if int(p.number) != i+1 {
			return nil
		}
		icc = append(icc, p.data...)
	}
	return icc
}

func webpProfile(data []byte) []byte {
	for i := 12; i+8 <= len(data); {
		n := int64(binary.LittleEndian.Uint32(data[i+4:]))
		end := int64(i) + 8 + n
		if end > int64(len(data)) {
			return nil
		}
		if string(data[i:i+4]) == "ICCP" {
			return bytes.Clone(data[i+8 : end])
		}
		i = int(end + n&1)
	}
	return nil
}
