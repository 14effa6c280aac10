// Package phototest makes photographs' metadata for tests: EXIF blocks, colour
// profiles, and files that carry them. Only tests import it.
package phototest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"

	"deltaedit/engine/photo/icc"
	"deltaedit/engine/photo/ifd"
)

// Tag is one EXIF entry.
type Tag struct {
	ID, Kind uint16
	Count    uint32
	Data     []byte
}

// Order is a byte order of EXIF data.
type Order = ifd.Order

// Text is an ASCII entry.
func Text(id uint16, s string) Tag {
	return Tag{id, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

// Short is a SHORT entry.
func Short(o Order, id, v uint16) Tag { return Tag{id, 3, 1, o.AppendUint16(nil, v)} }

// Long is a LONG entry.
func Long(o Order, id uint16, v uint32) Tag { return Tag{id, 4, 1, o.AppendUint32(nil, v)} }

// Raw is an UNDEFINED entry.
func Raw(id uint16, b []byte) Tag { return Tag{id, 7, uint32(len(b)), b} }

// EXIF lays out a block: the first directory, those of shot and place (left out
// when empty) and a thumbnail in a directory of its own (left out when nil).
// Tags are given in ascending order.
func EXIF(o Order, first, shot, place []Tag, thumbnail []byte) []byte {
	out := []byte("MM\x00*\x00\x00\x00\x08")
	if o.String() == "LittleEndian" {
		out = []byte("II*\x00\x08\x00\x00\x00")
	}
	add := func(tags []Tag) (start int) {
		start = len(out)
		out = o.AppendUint16(out, uint16(len(tags)))
		at := start + 2 + 12*len(tags) + 4
		var values []byte
		for _, t := range tags {
			out = o.AppendUint32(o.AppendUint16(o.AppendUint16(out, t.ID), t.Kind), t.Count)
			if len(t.Data) <= 4 {
				out = append(out, append(bytes.Clone(t.Data), 0, 0, 0, 0)[:4]...)
				continue
			}
			out = o.AppendUint32(out, uint32(at+len(values)))
			values = append(values, t.Data...)
			if len(values)%2 == 1 {
				values = append(values, 0)
			}
		}
		out = append(append(out, 0, 0, 0, 0), values...)
		return start
	}
	if shot != nil {
		first = append(first, Long(o, 0x8769, 0))
	}
	if place != nil {
		first = append(first, Long(o, 0x8825, 0))
	}
	start := add(first)
	point := func(id uint16, at int) {
		for i := range first {
			if e := out[start+2+12*i:]; o.Uint16(e) == id {
				o.PutUint32(e[8:], uint32(at))
			}
		}
	}
	if shot != nil {
		point(0x8769, add(shot))
	}
	if place != nil {
		point(0x8825, add(place))
	}
	if thumbnail != nil {
		next := len(out)
		o.PutUint32(out[start+2+12*len(first):], uint32(next))
		at := next + 2 + 2*12 + 4
		add([]Tag{Long(o, 0x0201, uint32(at)), Long(o, 0x0202, uint32(len(thumbnail)))})
		out = append(out, thumbnail...)
	}
	return out
}

// PrivateTexts are the private texts in the EXIF data that Camera makes.
var PrivateTexts = []string{
	"SERIAL-0815", "LENS-4711", "Erika Mustermann", "Max Mustermann", "on the Zugspitze",
	"made by MakerCo, unit 99", "GPSDAY-2024", "THUMBNAIL", "a comment of hers", "mustermann-pc",
}

// Camera is the EXIF data of a photo as a camera writes it, with technical and
// private tags, an orientation and a thumbnail.
func Camera(o Order, orientation uint16) []byte {
	return EXIF(o, []Tag{
		Text(0x010e, "on the Zugspitze"), Text(0x010f, "MakerCo"), Text(0x0110, "Shot 3000"),
		Short(o, 0x0112, orientation), Text(0x0131, "Firmware 1.2"), Text(0x0132, "2024:05:06 07:08:09"),
		Text(0x013b, "Erika Mustermann"), Text(0x013c, "mustermann-pc"), Text(0x8298, "(c) Max Mustermann"),
	}, []Tag{
		{0x829a, 5, 1, o.AppendUint32(o.AppendUint32(nil, 1), 250)},
		Short(o, 0x8827, 400),
		Raw(0x9000, []byte("0232")), Text(0x9003, "2024:05:06 07:08:09"), Text(0x9010, "+02:00"),
		Raw(0x927c, []byte("made by MakerCo, unit 99")), Raw(0x9286, []byte("ASCII\x00\x00\x00a comment of hers")),
		Short(o, 0xa001, 1), Long(o, 0xa002, 4000), Long(o, 0xa003, 3000),
		Text(0xa430, "Erika Mustermann"), Text(0xa431, "SERIAL-0815"), Text(0xa434, "Prime 50"), Text(0xa435, "LENS-4711"),
	}, []Tag{
		Text(0x0001, "N"), {0x0002, 5, 3, make([]byte, 24)}, Text(0x001d, "GPSDAY-2024"),
	}, []byte("\xff\xd8THUMBNAIL\xff\xd9"))
}

// SRGBCurve is sRGB's curve as a tag of a profile.
func SRGBCurve() []byte {
	b := append([]byte("para"), 0, 0, 0, 0, 0, 3, 0, 0)
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		b = binary.BigEndian.AppendUint32(b, uint32(math.Round(v*65536)))
	}
	return b
}

// Gamma is a power as a tag of a profile, in 1/256.
func Gamma(g float64) []byte {
	b := append([]byte("curv"), 0, 0, 0, 0, 0, 0, 0, 1)
	return binary.BigEndian.AppendUint16(b, uint16(math.Round(g*256)))
}

func rgb(name string, m [3][3]float64, curve []byte) []byte {
	return icc.Encode(name, m, [3][]byte{curve, curve, curve})
}

// SRGB is a profile of sRGB.
func SRGB() []byte {
	return rgb("sRGB", [3][3]float64{{0.4360747, 0.3850649, 0.1430804}, {0.2225045, 0.7168786, 0.0606169}, {0.0139322, 0.0971045, 0.7141733}}, SRGBCurve())
}

// DisplayP3 is a profile of Display P3.
func DisplayP3() []byte {
	return rgb("Display P3", [3][3]float64{{0.515121, 0.291977, 0.157104}, {0.241196, 0.692245, 0.066574}, {-0.001053, 0.041885, 0.784073}}, SRGBCurve())
}

// AdobeRGB is a profile of Adobe RGB (1998).
func AdobeRGB() []byte {
	return rgb("Adobe RGB", [3][3]float64{{0.609741, 0.205276, 0.149185}, {0.311111, 0.625671, 0.063217}, {0.019470, 0.060867, 0.744568}}, Gamma(563.0/256))
}

// ProPhoto is a profile of ProPhoto RGB.
func ProPhoto() []byte {
	return rgb("ProPhoto", [3][3]float64{{0.797675, 0.135193, 0.031353}, {0.288040, 0.711868, 0.000092}, {0, 0, 0.825104}}, Gamma(1.8))
}

// Tables is a profile of the given space ("RGB ", "CMYK") that has look-up
// tables alone; they are empty.
func Tables(space string) []byte {
	p := bytes.ReplaceAll(bytes.ReplaceAll(DisplayP3(), []byte("TRC"), []byte("A2B")), []byte("XYZ\x00"), []byte("B2A\x00"))
	p = bytes.ReplaceAll(bytes.ReplaceAll(p, []byte("rXYZ"), []byte("A2B0")), []byte("gXYZ"), []byte("A2B1"))
	copy(p[16:], space)
	return p
}

// Gray is a profile of grey with one curve.
func Gray(curve []byte) []byte {
	out := make([]byte, 128)
	copy(out[12:], "mntrGRAYXYZ ")
	copy(out[36:], "acsp")
	out = append(binary.BigEndian.AppendUint32(out, 1), "kTRC"...)
	out = binary.BigEndian.AppendUint32(out, 144)
	out = binary.BigEndian.AppendUint32(out, uint32(len(curve)))
	out = append(out, curve...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// Segment inserts an APPn segment behind a JPEG's first marker.
func Segment(jpg []byte, marker byte, body []byte) []byte {
	out := append(bytes.Clone(jpg[:2]), 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), jpg[2:]...)
}

// ICCSegment inserts a colour profile in one part.
func ICCSegment(jpg, profile []byte) []byte {
	return Segment(jpg, 0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), profile...))
}

// EXIFSegment inserts an EXIF block.
func EXIFSegment(jpg, block []byte) []byte {
	return Segment(jpg, 0xe1, append([]byte("Exif\x00\x00"), block...))
}

// XMPSegment inserts an XMP packet.
func XMPSegment(jpg []byte, packet string) []byte {
	return Segment(jpg, 0xe1, append([]byte("http://ns.adobe.com/xap/1.0/\x00"), packet...))
}

// Chunk inserts a chunk behind a PNG's header.
func Chunk(data []byte, kind string, body []byte) []byte {
	const header = 33
	c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c = append(append(c, kind...), body...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	return append(append(bytes.Clone(data[:header]), c...), data[header:]...)
}
