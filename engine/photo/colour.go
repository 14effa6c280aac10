package photo

import (
	"bytes"
	"errors"
	"image"

	"deltaedit/engine/photo/icc"
)

// ink is the kind of colours that a file has.
type ink int

const (
	inkRGB ink = iota
	inkGray
	inkCMYK
)

// inkOf tells the kind of colours of a decoded picture. PNG's grey with alpha is
// decoded as RGB: its header tells.
func inkOf(img image.Image, data []byte, format string) ink {
	switch img.(type) {
	case *image.Gray, *image.Gray16:
		return inkGray
	case *image.CMYK:
		return inkCMYK
	}
	const colourType = 25 // its place in a PNG
	if format == "png" && len(data) > colourType && data[colourType]&3 == 0 {
		return inkGray
	}
	return inkRGB
}

// colours gives the photo its pixels and its profile: own is the upright
// picture in the photo's own space and depth.
func (p *Photo) colours(own image.Image, c carried, kind ink) {
	bits := 8
	if _, deep := own.(*image.NRGBA64); deep {
		bits = 16
	}
	if space := p.profile(c, kind); space != nil && !space.IsSRGB() {
		p.space = space.Transform(bits)
	}
	if flat, ok := own.(*image.NRGBA); ok && p.space == nil {
		p.Image = flat
		return
	}
	p.own, p.Image = own, p.toSRGB(own)
}

// profile reads the profile that the photo's pixels are under, and sets ICC to
// the one that goes into the export. It returns nil where pixels are to be taken
// as sRGB, with a notice when the file says otherwise.
func (p *Photo) profile(c carried, kind ink) *icc.Profile {
	if kind == inkCMYK {
		p.notice(NoticeCMYK)
		return nil
	}
	if c.lost {
		p.notice(NoticeProfileDamaged)
	}
	if c.icc == nil {
		return nil
	}
	space := icc.SpaceOf(c.icc)
	if space == icc.CMYK || space == icc.Gray && kind != inkGray {
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

// toSRGB makes the picture for models and window, with 8 bits.
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
				out[i] = high(in[2*i], in[2*i+1])
			}
		}
	})
	return dst
}

func (p *Photo) notice(n Notice) { p.Notices = append(p.Notices, n) }
