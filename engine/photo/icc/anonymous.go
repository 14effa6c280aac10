package icc

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

// colourTags are the tags that Anonymous keeps: those that say how colours are
// converted. The others name makers, screens and people, hold measurements of one
// screen (vcgt, lumi), or are notes of the program that made the profile.
var colourTags = []string{
	"wtpt", "rXYZ", "rTRC", "gXYZ", "gTRC", "bXYZ", "bTRC", "kTRC", "bkpt", "chad", "cicp", "gamt",
	"A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "D2B2", "D2B3", "B2D0", "B2D1", "B2D2", "B2D3",
}

// standardNames are names of colour spaces that belong to nobody's screen, in lower
// case.
var standardNames = []string{
	"srgb", "srgb iec61966-2.1", "srgb iec61966-2-1", "srgb built-in", "c2", "display p3", "dci-p3", "dci p3", "dcip3", "adobe rgb (1998)", "adobe rgb",
	"prophoto rgb", "prophoto", "romm rgb", "romm-rgb", "rec. 709", "rec709", "itu-r bt. 709", "bt.709", "rec. 2020", "rec2020", "itu-r bt. 2020", "bt.2020",
	"ecirgb", "ecirgb v2", "wide gamut rgb", "apple wide color sharing profile", "linear srgb",
}

// nameless is the name of a profile whose own name was left out.
const nameless = "Colours of the photo"

// Anonymous returns a profile with the same colours that tells nothing about a
// screen or a person: the curves, matrices and tables stay as they are; the name
// stays where it is that of a standard; makers, models, serial numbers, calibrations,
// dates and texts are left out. It returns nil for data that is no profile. The result
// is new memory.
func Anonymous(profile []byte) []byte {
	if SpaceOf(profile) == "" {
		return nil
	}
	tags, err := tagsOf(profile)
	if err != nil {
		return nil
	}
	name := nameless
	if own := nameOf(tags["desc"]); isStandard(own) {
		name = own
	}
	version := profile[8]
	out := append(make([]byte, 0, len(profile)), profile[:headerSize]...)
	for _, private := range [][2]int{
		{4, 8},    // the program that converts with it
		{40, 60},  // operating system, flags, maker and model of the screen
		{80, 128}, // the program that made it, its checksum
	} {
		clear(out[private[0]:private[1]])
	}
	copy(out[24:], madeOn)
	kept := []namedTag{{"desc", encodeText(name, version)}, {"cprt", encodeText("No copyright", version)}}
	if version < 4 {
		kept[1].data = noCopyright
	}
	for _, tag := range colourTags {
		if data := tags[tag]; data != nil {
			kept = append(kept, namedTag{tag, data})
		}
	}
	return appendTags(out, kept)
}

func isStandard(name string) bool {
	return slices.Contains(standardNames, strings.ToLower(strings.TrimSpace(name)))
}

// nameOf returns the text of a description tag of version 2 or 4, "" when it cannot be
// read.
func nameOf(desc []byte) string {
	if len(desc) < 12 {
		return ""
	}
	n := uint64(binary.BigEndian.Uint32(desc[8:]))
	switch string(desc[:4]) {
	case "desc":
		if 12+n <= uint64(len(desc)) {
			return string(bytes.Trim(desc[12:12+n], "\x00"))
		}
	case "mluc": // the first of its languages
		if n == 0 || len(desc) < 28 {
			return ""
		}
		length, at := uint64(binary.BigEndian.Uint32(desc[20:])), uint64(binary.BigEndian.Uint32(desc[24:]))
		if at+length > uint64(len(desc)) {
			return ""
		}
		units := make([]uint16, length/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(desc[at+2*uint64(i):])
		}
		return string(utf16.Decode(units))
	}
	return ""
}

// encodeText returns a description tag for a profile of the given major version.
func encodeText(text string, version byte) []byte {
	if version < 4 {
		b := append([]byte("desc"), 0, 0, 0, 0)
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)+1))
		b = append(append(b, text...), 0)
		return append(b, make([]byte, 4+4+2+1+67)...) // no Unicode, no Macintosh name
	}
	b := append([]byte("mluc"), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12)
	b = append(b, "enUS"...)
	units := utf16.Encode([]rune(text))
	b = binary.BigEndian.AppendUint32(b, uint32(2*len(units)))
	b = binary.BigEndian.AppendUint32(b, 28)
	for _, u := range units {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return b
}
