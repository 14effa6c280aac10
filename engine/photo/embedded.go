package photo

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/icc"
)

// maxPacket bounds EXIF data and XMP packets, in bytes.
const maxPacket = 4 << 20

// embedded is the metadata in an image file, as it stands there; nil for none. It
// may share the file's memory.
type embedded struct {
	icc, exif, xmp []byte
	// profileLost is true when the file has a profile that cannot be read.
	profileLost bool
	// hdr names the transfer function of a high dynamic range image, "" for others.
	hdr string
	// unknownColour is true when the file describes its colours by a code that is
	// not known here, and by nothing else.
	unknownColour bool
}

// embeddedIn reads the metadata of a file of the given format. Damaged metadata is
// never a reason to refuse an image.
func embeddedIn(data []byte, format string) (c embedded) {
	switch format {
	case "jpeg":
		c = jpegMetadata(data)
	case "png":
		c = pngMetadata(data)
	case "webp":
		c = webpMetadata(data)
	case "tiff":
		c = embedded{icc: exif.Find(data, 0x8773, icc.MaxLength), xmp: exif.Find(data, 0x02bc, maxPacket), exif: data}
		if c.icc == nil {
			c.icc, c.profileLost = tiffColour(data).profile("The colours that the TIFF states")
		}
	case "bmp":
		c = bmpMetadata(data)
	}
	if code, ok := icc.CodePoints(c.icc); ok && c.hdr == "" {
		c.hdr = hdrTransfer(code[1])
	}
	// Cameras set to Adobe RGB say so in the EXIF data only.
	if format != "png" && c.icc == nil && !c.profileLost && exif.IsAdobeRGB(c.exif) {
		c.icc = icc.FromPrimaries("Adobe RGB (1998), as the camera states", icc.AdobeRGB, icc.GammaCurve(563.0/256))
	}
	return c
}

// jpegMetadata reads the application segments before a JPEG's pixels.
func jpegMetadata(data []byte) (c embedded) {
	var parts []profilePart
	for s := range headSegments(data) {
		marker, body := s.marker, s.body
		if marker == markerAPP1 && len(c.exif) == 0 && exif.HasIdentifier(body) {
			c.exif = exif.Block(body)
		}
		if rest, ok := bytes.CutPrefix(body, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok && marker == markerAPP1 && c.xmp == nil {
			c.xmp = rest
		}
		if rest, ok := bytes.CutPrefix(body, []byte("ICC_PROFILE\x00")); ok && marker == markerAPP2 && len(rest) > 2 {
			parts = append(parts, profilePart{rest[0], rest[2:]})
		}
	}
	c.icc, c.profileLost = join(parts)
	return c
}

// profilePart is one of the segments over which a JPEG spreads a profile,
// numbered from 1.
type profilePart struct {
	number byte
	data   []byte
}

// join joins the parts of a profile; lost is true when one is missing. Some programs
// number parts from 0, and some write a profile twice.
func join(parts []profilePart) (profile []byte, lost bool) {
	slices.SortStableFunc(parts, func(a, b profilePart) int { return int(a.number) - int(b.number) })
	parts = slices.CompactFunc(parts, func(a, b profilePart) bool { return a.number == b.number && bytes.Equal(a.data, b.data) })
	first := 1
	if len(parts) > 0 && parts[0].number == 0 {
		first = 0
	}
	for i, p := range parts {
		if int(p.number) != i+first {
			return nil, true
		}
		profile = append(profile, p.data...)
	}
	return profile, false
}

// pngMetadata reads the chunks of a PNG, also those after the pixels. Chunks with a
// wrong checksum are ignored; of several of one type the first counts.
func pngMetadata(data []byte) (c embedded) {
	var legacy []byte
	var colour pngColour
	pixels := false
	for chunk := range pngChunks(data) {
		pixels = pixels || chunk.kind == "IDAT"
		if !pixels && colour.add(chunk) { // after the pixels they are not valid
			continue
		}
		switch chunk.kind {
		case "iCCP", "eXIf", "iTXt", "zTXt", "tEXt":
		default:
			continue
		}
		if len(chunk.body) > icc.MaxLength || !chunk.intact() {
			c.profileLost = c.profileLost || chunk.kind == "iCCP"
			continue
		}
		switch chunk.kind {
		case "iCCP":
			if c.icc != nil {
				continue
			}
			_, rest, ok := bytes.Cut(chunk.body, []byte{0})
			if ok && len(rest) > 1 && rest[0] == 0 {
				c.icc, _ = inflate(rest[1:], icc.MaxLength)
			}
			c.profileLost = c.icc == nil
		case "eXIf":
			if len(c.exif) == 0 {
				c.exif = exif.Block(chunk.body)
			}
		default:
			switch key, text, ok := parseText(chunk.kind, chunk.body); {
			case !ok:
			case key == XMPKeyword && chunk.kind == "iTXt" && c.xmp == nil:
				c.xmp = []byte(text)
			case (key == "Raw profile type exif" || key == "Raw profile type APP1") && legacy == nil:
				legacy = rawProfile(text)
			}
		}
	}
	if len(c.exif) == 0 && exif.HasIdentifier(legacy) {
		c.exif = exif.Block(legacy)
	}
	colour.describe(&c)
	return c
}

// webpMetadata reads the chunks of a WebP; of several of one type the first counts.
func webpMetadata(data []byte) (c embedded) {
	read := 12
	for kind, body := range webpChunks(data) {
		read += 8 + len(body) + len(body)%2
		switch {
		case kind == "ICCP" && c.icc == nil:
			c.icc = body
		case kind == "EXIF" && len(c.exif) == 0:
			c.exif = exif.Block(body)
		case kind == "XMP " && c.xmp == nil:
			c.xmp = body
		}
	}
	// The file may end within the profile.
	c.profileLost = c.icc == nil && bytes.HasPrefix(data[min(read, len(data)):], []byte("ICCP"))
	return c
}

// webpChunks yields type and body of the chunks of a WebP, up to one that the file
// cuts short. Bodies share data's memory.
func webpChunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for i := 12; i+8 <= len(data); {
			n := int64(binary.LittleEndian.Uint32(data[i+4:]))
			end := int64(i) + 8 + n
			if end > int64(len(data)) || !yield(string(data[i:i+4]), data[i+8:end]) {
				return
			}
			i = int(end + n&1)
		}
	}
}
