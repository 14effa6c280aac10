package mask

import (
	"fmt"
	"slices"
	"strings"
)

// Region is a part of a portrait that a parser finds. Its values are not stored: files and
// the command line use the names.
type Region uint8

// The regions. Skin is also ears, neck and beard. Face is skin, brows, eyes, mouth and
// glasses; Person is everything but the background and what is in front. Mouth is lips and
// teeth, which no parser tells apart. Front is a hand or a thing before the face.
const (
	Hair Region = iota
	Face
	Skin
	Brows
	Eyes
	Mouth
	Glasses
	Hat
	Clothes
	Front
	Person
	Background
	RegionCount
)

// names are the names of the regions, in their order.
var names = [RegionCount]string{
	"hair", "face", "skin", "brows", "eyes", "mouth", "glasses", "hat", "clothes", "front", "person", "background",
}

// Everywhere is the word for no mask where regions are named.
const Everywhere = "all"

// String returns the region's name, such as "hair".
func (r Region) String() string {
	if r < RegionCount {
		return names[r]
	}
	return fmt.Sprintf("region %d", uint8(r))
}

// Names returns the names of all regions.
func Names() []string { return names[:] }

// ParseRegion returns the region of a name. Lips and teeth are the mouth. The error for an
// unknown name lists all names.
func ParseRegion(name string) (Region, error) {
	if name == "lips" || name == "teeth" {
		return Mouth, nil
	}
	if i := slices.Index(names[:], name); i >= 0 {
		return Region(i), nil
	}
	return 0, fmt.Errorf("region %q is unknown: want one of %s (lips and teeth are the mouth), with - before it to leave it out, or %s alone", name, strings.Join(names[:], ", "), Everywhere)
}

// OfRegions returns the mask of named regions, in their order. A name that begins with -
// is taken away from what comes before it, or from everything when it comes first. The only
// name "all" gives no mask.
func OfRegions(list []string) (Mask, error) {
	if len(list) == 1 && strings.EqualFold(strings.TrimSpace(list[0]), Everywhere) {
		return Mask{}, nil
	}
	var m Mask
	for _, name := range list {
		name, subtract := strings.CutPrefix(strings.ToLower(strings.TrimSpace(name)), "-")
		r, err := ParseRegion(name)
		if err != nil {
			return Mask{}, err
		}
		m = m.With(r, subtract)
	}
	if m.IsZero() {
		return Mask{}, fmt.Errorf("no region is named: want one of %s, or %s", strings.Join(names[:], ", "), Everywhere)
	}
	return m, nil
}

// ParseRegions is OfRegions for a list with commas, such as "hair,-hat".
func ParseRegions(text string) (Mask, error) {
	return OfRegions(strings.Split(text, ","))
}
