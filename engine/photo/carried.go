package photo

import (
	"bytes"
	"encoding/binary"
	"sort"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
)

// maxPacket bounds what is read of EXIF data and XMP packets, in bytes.
const maxPacket = 4 << 20

// carried is what a file holds beside its pixels, as it stands there; nil is
// none. It may share the file's memory.
type carried struct {
	icc, exif, xmp []byte
	// lost is true when there is a profile that cannot be put together.
	lost bool
}

// carriedBy reads what the file of the given format carries. Nothing in it is
// a reason to refuse a picture.
func carriedBy(data []byte, format string) carried {
	switch format {
	case "jpeg":
		return jpegCarries(data)
	case "png":
		return pngCarries(data)
	case "webp":
		return webpCarries(data)
	case "tiff":
		return carried{icc: exif.Find(data, 0x8773, icc.MaxLength), xmp: exif.Find(data, 0x02bc, maxPacket), exif: data}
	}
	return carried{}
}

// jpegCarries reads the application segments before a JPEG's pixels.
func jpegCarries(data []byte) (c carried) {
	var parts []profilePart
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
			break
		}
		body := data[i+4 : i+2+n]
		if rest, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 && c.exif == nil {
			c.exif = rest
		}
		if rest, ok := bytes.CutPrefix(body, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok && marker == 0xe1 && c.xmp == nil {
			c.xmp = rest
		}
		if rest, ok := bytes.CutPrefix(body, []byte("ICC_PROFILE\x00")); ok && marker == 0xe2 && len(rest) > 2 {
			parts = append(parts, profilePart{rest[0], rest[2:]})
		}
		i += 2 + n
	}
	c.icc, c.lost = join(parts)
	return c
}

// profilePart is one of the segments over which JPEGs spread a profile,
// numbered from 1.
type profilePart struct {
	number byte
	data   []byte
}

// join puts a profile together; lost is true when a part is missing.
func join(parts []profilePart) (profile []byte, lost bool) {
	sort.SliceStable(parts, func(a, b int) bool { return parts[a].number < parts[b].number })
	for i, p := range parts {
		if int(p.number) != i+1 {
			return nil, true
		}
		profile = append(profile, p.data...)
	}
	return profile, false
}

// pngCarries reads the chunks of a PNG, those behind the pixels too.
func pngCarries(data []byte) (c carried) {
	_ = walkPNG(bytes.NewReader(data), icc.MaxLength, func(kind string) bool {
		return kind == "iCCP" || kind == "eXIf" || kind == "iTXt"
	}, func(kind string, body []byte) error {
		switch kind {
		case "iCCP":
			_, rest, ok := bytes.Cut(body, []byte{0})
			if ok && len(rest) > 1 && rest[0] == 0 {
				c.icc, _ = inflate(rest[1:], icc.MaxLength)
			}
			c.lost = c.icc == nil
		case "eXIf":
			c.exif = body
		case "iTXt":
			if key, text, ok := parseText(kind, body); ok && key == XMPKeyword {
				c.xmp = []byte(text)
			}
		}
		return nil
	})
	return c
}

// webpCarries reads the chunks of a WebP.
func webpCarries(data []byte) (c carried) {
	for i := 12; i+8 <= len(data); {
		n := int64(binary.LittleEndian.Uint32(data[i+4:]))
		end := int64(i) + 8 + n
		if end > int64(len(data)) {
			c.lost = c.lost || string(data[i:i+4]) == "ICCP"
			break
		}
		switch body := data[i+8 : end]; string(data[i : i+4]) {
		case "ICCP":
			c.icc = body
		case "EXIF":
			c.exif = bytes.TrimPrefix(body, []byte("Exif\x00\x00"))
		case "XMP ":
			c.xmp = body
		}
		i = int(end + n&1)
	}
	return c
}
