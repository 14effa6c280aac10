// Package masks is what a studio needs to draw edits with masks: which edits are drawn
// together, where the regions of a face are, and how far masks reach on it.
package masks

import (
	"slices"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
)

// Group is edits that are drawn together. They have no masks: Mask is that of those among
// them that reach only so far.
type Group struct {
	Mask  mask.Mask
	Edits []engine.Edit
}

// Split returns the groups of edits: first those without a mask, of which there may be none,
// and then for each mask those without and those with it, in their order. Edits of strength 0
// are left out. The order of the masks does not depend on that of the edits.
func Split(edits []engine.Edit) []Group {
	groups := []Group{{}}
	for _, e := range edits {
		if e.Strength != 0 && !slices.ContainsFunc(groups, func(g Group) bool { return g.Mask == e.Mask }) {
			groups = append(groups, Group{Mask: e.Mask})
		}
	}
	slices.SortFunc(groups[1:], func(a, b Group) int { return mask.Compare(a.Mask, b.Mask) })
	for i := range groups {
		g := &groups[i]
		for _, e := range edits {
			if e.Strength != 0 && (e.Mask.IsZero() || e.Mask == g.Mask) {
				e.Mask = mask.Mask{}
				g.Edits = append(g.Edits, e)
			}
		}
	}
	return groups
}

// NeedParser reports whether one of the edits has a mask of regions.
func NeedParser(edits []engine.Edit) bool {
	return slices.ContainsFunc(edits, func(e engine.Edit) bool { return e.Mask.Regions() })
}

// partsOf are the parts of each region.
var partsOf = [mask.RegionCount][]face.Part{
	mask.Hair:       {face.Hair},
	mask.Face:       {face.Skin, face.Brows, face.Eyes, face.Mouth, face.Glasses},
	mask.Skin:       {face.Skin},
	mask.Brows:      {face.Brows},
	mask.Eyes:       {face.Eyes},
	mask.Mouth:      {face.Mouth},
	mask.Glasses:    {face.Glasses},
	mask.Hat:        {face.Hat},
	mask.Clothes:    {face.Clothes},
	mask.Front:      {face.InFront},
	mask.Person:     {face.Skin, face.Hair, face.Brows, face.Eyes, face.Mouth, face.Glasses, face.Hat, face.Clothes},
	mask.Background: {face.Background},
}

// Maps returns the maps of a face's parts.
func Maps(p face.Parts) mask.Maps {
	var shares [mask.RegionCount][]float32
	var m face.Matte
	for r, parts := range partsOf {
		m = p.Any(nil, parts...)
		shares[r] = m.Alpha
	}
	return mask.NewMaps(m.Side, shares)
}

// maxRasters bounds the memory of Coverages: a raster takes 3 MB.
const maxRasters = 4

// Coverages draws the masks of one face, and remembers the newest of them. The zero value can
// be used; it is not safe for concurrent use.
type Coverages struct {
	rasters []*mask.Raster // the one used last comes last
}

// Of returns how far a mask reaches on the face of the maps, which must be the same in every
// call. It is valid until the next call.
func (c *Coverages) Of(m mask.Mask, maps mask.Maps) *mask.Coverage {
	best, most := -1, 0
	for i, r := range c.rasters {
		if n := r.Follows(m); n > most {
			best, most = i, n
		}
	}
	switch {
	case best >= 0:
	case len(c.rasters) < maxRasters:
		best = len(c.rasters)
		c.rasters = append(c.rasters, new(mask.Raster))
	default:
		best = 0 // the one that was not used for longest
	}
	r := c.rasters[best]
	c.rasters = append(slices.Delete(c.rasters, best, best+1), r)
	return r.Draw(m, maps)
}
