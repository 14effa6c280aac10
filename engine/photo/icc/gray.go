package icc

import "encoding/binary"

// ForGray returns an RGB profile for a photo with a grey profile: the grey profile's
// curve for all three colours, with sRGB's primaries. Grey pixels look the same with
// both profiles, and edited pixels may have colour. It returns nil for a profile that
// is not grey. The result is new memory.
func (p *Profile) ForGray() []byte {
	if p.space != Gray {
		return nil
	}
	return Encode("Grey with the curve of the photo's profile", srgbToXYZ, [3][]byte{p.gray, p.gray, p.gray})
}

// Encode writes a version 2 display profile of RGB: a name in ASCII, the
// primaries' XYZ in the columns of a matrix, relative to D50, and three curve
// tags as they are. Equal curves are written once.
func Encode(name string, toXYZ [3][3]float64, curves [3][]byte) []byte {
	tags := []namedTag{
		{"desc", encodeText(name, 2)},
		{"cprt", noCopyright},
		{"wtpt", encodeXYZ(d50)},
	}
	for i, c := range []string{"r", "g", "b"} {
		tags = append(tags, namedTag{c + "XYZ", encodeXYZ([3]float64{toXYZ[0][i], toXYZ[1][i], toXYZ[2][i]})}, namedTag{c + "TRC", curves[i]})
	}
	out := make([]byte, headerSize)
	binary.BigEndian.PutUint32(out[8:], 0x02400000)
	copy(out[12:], "mntrRGB XYZ ")
	copy(out[24:], madeOn)
	copy(out[36:], "acsp")
	copy(out[68:], encodeXYZ(d50)[8:])
	return appendTags(out, tags)
}

// Parts of every profile that is written.
var (
	madeOn      = []byte{0x07, 0xe8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0} // 2024-01-01
	noCopyright = []byte("text\x00\x00\x00\x00No copyright\x00")
)

// namedTag is a tag of a profile: its signature and its content.
type namedTag struct {
	name string
	data []byte
}

// appendTags appends tags to the header of a profile, and sets the profile's length
// in it. Equal contents are written once.
func appendTags(out []byte, tags []namedTag) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(tags)))
	table := len(out)
	out = append(out, make([]byte, 12*len(tags))...)
	at := map[string]int{} // by content
	for i, t := range tags {
		if _, ok := at[string(t.data)]; !ok {
			at[string(t.data)] = len(out)
			out = append(out, t.data...)
			for len(out)%4 != 0 {
				out = append(out, 0)
			}
		}
		e := out[table+12*i:]
		copy(e, t.name)
		binary.BigEndian.PutUint32(e[4:], uint32(at[string(t.data)]))
		binary.BigEndian.PutUint32(e[8:], uint32(len(t.data)))
	}
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

func encodeXYZ(xyz [3]float64) []byte {
	b := append([]byte("XYZ "), 0, 0, 0, 0)
	for _, v := range xyz {
		n := v * 65536
		if n < 0 {
			n -= 0.5
		} else {
			n += 0.5
		}
		b = binary.BigEndian.AppendUint32(b, uint32(int32(n)))
	}
	return b
}
