package icc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Errors of profiles that cannot be used.
var (
	// ErrDamaged says that a profile contradicts itself or is cut short.
	ErrDamaged = errors.New("the colour profile is damaged")
	// ErrTables says that a profile describes its colours by look-up tables,
	// or is for other colours than RGB and grey.
	ErrTables = errors.New("the colour profile is of a kind that is not read here")
)

// MaxLength bounds a profile, in bytes; real ones have a few hundred bytes to a
// few megabytes.
const MaxLength = 8 << 20

// headerSize is the length of a profile's header.
const headerSize = 128

// Space is the kind of colours that a profile is for.
type Space string

// Spaces by their signatures (ICC.1, 7.2.6).
const (
	RGB  Space = "RGB "
	Gray Space = "GRAY"
	CMYK Space = "CMYK"
)

// SpaceOf returns the kind of colours that a profile says it is for, "" for
// data that is no profile.
func SpaceOf(data []byte) Space {
	if len(data) < headerSize+4 || len(data) > MaxLength || string(data[36:40]) != "acsp" {
		return ""
	}
	return Space(data[16:20])
}

// Profile is a colour space of three curves and a matrix, or of one curve for
// grey. It is immutable.
type Profile struct {
	space  Space
	curves [3]curve // device values to linear ones, both in [0, 1]
	// matrix turns linear device colours into linear sRGB, unclipped.
	matrix matrix
	// gray is what a profile of RGB needs to say the same of grey: the curve's
	// own bytes.
	gray []byte
}

// Space returns RGB or Gray.
func (p *Profile) Space() Space { return p.space }

// Parse reads a profile for RGB or grey. Errors wrap ErrDamaged or ErrTables.
func Parse(data []byte) (*Profile, error) {
	space := SpaceOf(data)
	if space == "" {
		return nil, fmt.Errorf("%w: it has no header", ErrDamaged)
	}
	tags, err := tagsOf(data)
	if err != nil {
		return nil, err
	}
	switch space {
	case RGB:
		return parseRGB(data, tags)
	case Gray:
		return parseGray(data, tags)
	}
	return nil, fmt.Errorf("%w: it is for %q", ErrTables, string(space))
}

// tagsOf returns the profile's tags by signature; they share data's memory.
func tagsOf(data []byte) (map[string][]byte, error) {
	n := binary.BigEndian.Uint32(data[headerSize:])
	table := data[headerSize+4:]
	if uint64(n)*12 > uint64(len(table)) {
		return nil, fmt.Errorf("%w: it states %d tags in %d bytes", ErrDamaged, n, len(data))
	}
	tags := make(map[string][]byte, n)
	for i := range int(n) {
		e := table[12*i:]
		at, size := uint64(binary.BigEndian.Uint32(e[4:])), uint64(binary.BigEndian.Uint32(e[8:]))
		if at+size > uint64(len(data)) {
			return nil, fmt.Errorf("%w: tag %q ends at %d of %d bytes", ErrDamaged, e[:4], at+size, len(data))
		}
		tags[string(e[:4])] = data[at : at+size]
	}
	return tags, nil
}

func parseRGB(data []byte, tags map[string][]byte) (*Profile, error) {
	if tags["rTRC"] == nil && tags["rXYZ"] == nil {
		return nil, fmt.Errorf("%w: it has look-up tables alone", ErrTables)
	}
	if pcs := string(data[20:24]); pcs != "XYZ " {
		return nil, fmt.Errorf("%w: a matrix into %q", ErrDamaged, pcs)
	}
	p := &Profile{space: RGB}
	var toXYZ matrix
	for i, c := range []string{"r", "g", "b"} {
		xyz, err := parseXYZ(tags[c+"XYZ"])
		if err != nil {
			return nil, fmt.Errorf("%sXYZ: %w", c, err)
		}
		for row := range 3 {
			toXYZ[row][i] = xyz[row]
		}
		name := c + "TRC"
		if i > 0 && bytes.Equal(tags[name], tags["rTRC"]) {
			p.curves[i] = p.curves[0] // shared, so that tables are too
			continue
		}
		if p.curves[i], err = parseCurve(tags[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	// White must be near enough to white that a look at the photo cannot be
	// worse than without the profile.
	if y := toXYZ[1][0] + toXYZ[1][1] + toXYZ[1][2]; !(y > 0.5 && y < 2) {
		return nil, fmt.Errorf("%w: its white has the luminance %.3g", ErrDamaged, y)
	}
	p.matrix = xyzToSRGB.times(toXYZ)
	if _, ok := p.matrix.inverse(); !ok {
		return nil, fmt.Errorf("%w: its primaries lie on a line", ErrDamaged)
	}
	return p, nil
}

func parseGray(data []byte, tags map[string][]byte) (*Profile, error) {
	c, err := parseCurve(tags["kTRC"])
	if err != nil {
		return nil, fmt.Errorf("kTRC: %w", err)
	}
	p := &Profile{space: Gray, matrix: identity, gray: tags["kTRC"]}
	switch pcs := string(data[20:24]); pcs {
	case "XYZ ":
	case "Lab ":
		// The curve gives lightness.
		inner := c
		c = &function{func(x float64) float64 { return luminance(inner.at(x)) }}
		p.gray = encodeTable(c, 4096)
	default:
		return nil, fmt.Errorf("%w: grey into %q", ErrDamaged, pcs)
	}
	p.curves = [3]curve{c, c, c}
	return p, nil
}

// luminance turns CIE lightness into luminance, both in [0, 1].
func luminance(l float64) float64 {
	f := (100*l + 16) / 116
	if f > 6.0/29 {
		return f * f * f
	}
	return 3 * (6.0 / 29) * (6.0 / 29) * (f - 4.0/29)
}

// parseXYZ reads one XYZ value of a profile.
func parseXYZ(tag []byte) (xyz [3]float64, err error) {
	if len(tag) < 20 || string(tag[:4]) != "XYZ " {
		return xyz, fmt.Errorf("%w: no XYZ value", ErrDamaged)
	}
	for i := range xyz {
		xyz[i] = fixed(tag[8+4*i:])
	}
	return xyz, nil
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }
