package photo

import (
	"bytes"
	"errors"
	"image"

	"deltaedit/engine/photo/icc"
)

// colourModel is the colour model of a file.
type colourModel int

const (
	modelRGB colourModel = iota
	modelGray
	modelCMYK
)

// colourModelOf returns the colour model of a decoded image. A grey PNG with alpha is
// decoded as RGB, so its header is looked at.
func colourModelOf(img image.Image, data []byte, format string) colourModel {
	switch img.(type) {
	case *image.Gray, *image.Gray16:
		return modelGray
	case *image.CMYK:
		return modelCMYK
	}
	const colourType = 25 // its place in a PNG
	if format == "png" && len(data) > colourType && data[colourType]&3 == 0 {
		return modelGray
	}
	return modelRGB
}

// setPixels sets the photo's pixels and profile. own is the upright image in the
// photo's own colour space and depth.
func (p *Photo) setPixels(own image.Image, c embedded, kind colourModel) {
	bits := 8
	if _, is16 := own.(*image.NRGBA64); is16 {
		bits = 16
	}
	if space := p.profile(c, kind); space != nil && !space.IsSRGB() {
		p.space = space.Transform(bits)
	}
	if img8, ok := own.(*image.NRGBA); ok && p.space == nil {
		p.Image = img8
		return
	}
	p.own, p.Image = own, p.toSRGB(own)
}

// profile returns the profile of the photo's pixels, and sets ICC to the one for the
// export. It returns nil for sRGB, and adds a notice where the file says that its
// colours are different.
func (p *Photo) profile(c embedded, kind colourModel) *icc.Profile {
	if kind == modelCMYK {
		p.notice(NoticeCMYK)
		return nil
	}
	if c.profileLost {
		p.notice(NoticeProfileDamaged)
	}
	if c.unknownColour {
		p.notice(NoticeColourUnknown)
	}
	if c.icc == nil {
		return nil
	}
	space := icc.SpaceOf(c.icc)
	if space == icc.CMYK || space == icc.Gray && kind != modelGray {
		p.notice(NoticeProfileMisfit)
		return nil
	}
	profile, err := icc.Parse(c.icc)
	switch {
	case err == nil && space == icc.Gray:
		p.ICC = profile.ForGray()
	case err == nil:
		p.ICC = bytes.Clone(c.icc)
	case space == icc.RGB && errors.Is(err, icc.ErrTables):
		p.ICC = bytes.Clone(c.icc)
		p.notice(NoticeProfileTables)
	default:
		p.notice(NoticeProfileDamaged)
	}
	return profile
}

// toSRGB makes the 8-bit sRGB image for models and windows.
func (p *Photo) toSRGB(own image.Image) *image.NRGBA {
	r := own.Bounds()
	dst := image.NewNRGBA(r)
	width := r.Dx()
	rows(r.Dy(), func(y int) {
		out := dst.Pix[y*dst.Stride:][:4*width]
		switch src := own.(type) {
		case *image.NRGBA:
			p.space.Row8(out, src.Pix[y*src.Stride:][:4*width])
		case *image.NRGBA64:
			in := src.Pix[y*src.Stride:][:8*width]
			if p.space != nil {
				p.space.Row16(out, in)
				break
			}
			for i := range out {
				out[i] = to8Bits(in[2*i], in[2*i+1])
			}
		}
	})
	return dst
}

func (p *Photo) notice(n Notice) { p.Notices = append(p.Notices, n) }
