package photo

import (
	"encoding/binary"

	"deltaedit/engine/photo/icc"
)

// pngColour holds the bodies of the chunks that describe a PNG's colours without a
// profile, nil for missing ones.
type pngColour struct {
	cicp, srgb, gama, chrm []byte
}

// add stores a chunk if it is one of these, and reports whether it is. Of several of
// one type the first counts.
func (p *pngColour) add(c pngChunk) bool {
	for _, t := range []struct {
		kind   string
		body   *[]byte
		length int
	}{{"cICP", &p.cicp, 4}, {"sRGB", &p.srgb, 1}, {"gAMA", &p.gama, 4}, {"cHRM", &p.chrm, 32}} {
		if t.kind != c.kind {
			continue
		}
		if *t.body == nil && len(c.body) == t.length && c.intact() {
			*t.body = c.body
		}
		return true
	}
	return false
}

// describe adds to c what the chunks say about the colours. The precedence is that of
// the PNG specification (third edition): cICP, then iCCP, then sRGB, then gAMA and
// cHRM.
func (p *pngColour) describe(c *embedded) {
	if p.cicp != nil {
		if p.coded(c) {
			c.profileLost = false
			return
		}
		c.unknownColour = c.icc == nil
	}
	if c.icc != nil || c.profileLost || p.srgb != nil || p.gama == nil && p.chrm == nil {
		return
	}
	var stated statedColour
	if p.chrm != nil {
		var xy [8]float64
		for i := range xy {
			xy[i] = float64(binary.BigEndian.Uint32(p.chrm[4*i:])) / 100_000
		}
		stated.primaries = &icc.Primaries{
			White: [2]float64{xy[0], xy[1]}, Red: [2]float64{xy[2], xy[3]}, Green: [2]float64{xy[4], xy[5]}, Blue: [2]float64{xy[6], xy[7]},
		}
	}
	if p.gama != nil {
		// The exponent of the encoding. Programs write 1/2.2 for sRGB's curve too.
		gamma := float64(binary.BigEndian.Uint32(p.gama)) / 100_000
		if !(gamma > 0.1 && gamma < 5) {
			c.profileLost = true
			return
		}
		f := power(1 / gamma)
		stated.curves = [3]func(float64) float64{f, f, f}
	}
	c.icc, c.profileLost = stated.profile("The colours that the PNG states")
}

// coded adds to c what cICP says, and returns false when its code is not supported.
func (p *pngColour) coded(c *embedded) bool {
	primaries, known := codedPrimaries[p.cicp[0]]
	if hdr := hdrTransfer(p.cicp[1]); hdr != "" {
		c.hdr = hdr
		return true
	}
	curve := codedCurve(p.cicp[1])
	// RGB has no matrix. The range must be full.
	if !known || curve == nil || p.cicp[2] != 0 || p.cicp[3] != 1 {
		return false
	}
	c.icc = nil
	if p.cicp[0] != 1 || p.cicp[1] != 13 { // sRGB
		c.icc = icc.FromPrimaries("The colours that the PNG's cICP chunk states", primaries, curve)
	}
	return true
}
