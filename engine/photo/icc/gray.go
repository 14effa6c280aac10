package icc

import "encoding/binary"

// ForGray returns a profile of RGB for a photo whose three colours are the
// values of a grey profile: its curve with sRGB's primaries. Grey pixels look
// the same under both; edited ones may have colour. It returns nil for a profile
// that is not of grey. The result is new memory.
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
	type tag struct {
		name string
		data []byte
	}
	desc := append([]byte("desc"), 0, 0, 0, 0)
	desc = binary.BigEndian.AppendUint32(desc, uint32(len(name)+1))
	desc = append(append(desc, name...), 0)
	desc = append(desc, make([]byte, 4+4+2+1+67)...) // no Unicode, no Macintosh name
	tags := []tag{
		{"desc", desc},
		{"cprt", append([]byte("text\x00\x00\x00\x00"), "No copyright\x00"...)},
		{"wtpt", encodeXYZ(d50)},
	}
	for i, c := range []string{"r", "g", "b"} {
		tags = append(tags, tag{c + "XYZ", encodeXYZ([3]float64{toXYZ[0][i], toXYZ[1][i], toXYZ[2][i]})}, tag{c + "TRC", curves[i]})
	}
	out := make([]byte, headerSize)
	binary.BigEndian.PutUint32(out[8:], 0x02400000)
	copy(out[12:], "mntrRGB XYZ ")
	copy(out[24:], []byte{0x07, 0xe8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}) // 2024-01-01
	copy(out[36:], "acsp")
	copy(out[68:], encodeXYZ(d50)[8:])
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
