package photo

import (
	"bytes"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// planarTIFF is the picture of the fixtures with each colour in a plane of its own.
func planarTIFF(bits int, tags ...phototest.Tag) phototest.TIFF {
	img := blocks()
	return phototest.TIFF{
		Order: littleEndian, Width: img.Rect.Dx(), Height: img.Rect.Dy(), Bits: bits, Samples: 3, Photometric: 2, Planar: true,
		Compression: 1, Tags: tags,
		Value: func(x, y, s int) uint16 {
			v := uint16(img.Pix[img.PixOffset(x, y)+s])
			if bits == 16 {
				v *= 257
			}
			return v
		},
	}
}

// A TIFF with its colours in planes opens as any other: in strips and tiles, of 8
// and 16 bits, compressed or not, with its profile and its orientation.
func TestPlanarTIFF(t *testing.T) {
	for _, bits := range []int{8, 16} {
		for _, compression := range []uint16{1, 8, 32773} {
			for _, tile := range []int{0, 16} {
				f := planarTIFF(bits, phototest.Raw(0x8773, phototest.SRGB()))
				f.Compression, f.TileW, f.TileH = compression, tile, tile
				p := decoded(t, f.Encode())
				if p.Format != "tiff" || len(p.Notices) > 0 || !bytes.Equal(p.Image.Pix, blocks().Pix) || !bytes.Equal(p.ICC, phototest.SRGB()) {
					t.Errorf("%d bits, compression %d, tiles %d: notices %q, the pixels or the profile are not those of the file", bits, compression, tile, p.Notices)
				}
				if _, deep := p.Own().(*image.NRGBA64); deep != (bits == 16) {
					t.Errorf("%d bits are kept as %T", bits, p.Own())
				}
			}
		}
	}
	p := decoded(t, planarTIFF(8, phototest.Short(littleEndian, 0x0112, 6)).Encode())
	if want := upright(blocks(), 6); p.Orientation != 6 || !bytes.Equal(p.Image.Pix, want.Pix) {
		t.Errorf("orientation %d", p.Orientation)
	}
}

// CMYK images open, with a notice that their colours were converted.
func TestCMYKInTIFF(t *testing.T) {
	for _, planar := range []bool{false, true} {
		f := planarTIFF(8)
		f.Samples, f.Photometric, f.Planar = 4, 5, planar
		value := f.Value
		f.Value = func(x, y, s int) uint16 {
			if s == 3 {
				return 0
			}
			return 255 - value(x, y, s)
		}
		p := decoded(t, f.Encode())
		if !slices.Equal(p.Notices, []Notice{NoticeCMYK}) {
			t.Errorf("planar %t: notices %q", planar, p.Notices)
		}
		checkBlocks(t, p.Image, blockColours, 0)
	}
}

// Features of TIFF that are not read are named, and never blamed on the file.
func TestUnreadTIFFIsNamed(t *testing.T) {
	short := func(id, v uint16) phototest.Tag { return phototest.Short(littleEndian, id, v) }
	fax := func(compression uint16) []byte {
		f := planarTIFF(1, short(0x0103, compression))
		f.Samples, f.Photometric, f.Planar = 1, 0, false
		return f.Encode()
	}
	for want, data := range map[string][]byte{
		"a TIFF with fax (CCITT group 3) compression": fax(3), "a TIFF with fax (CCITT modified Huffman) compression": fax(2),
		"a TIFF with floating-point samples": planarTIFF(16, short(0x0153, 3)).Encode(),
		"a TIFF with CIELab colours":         planarTIFF(8, short(0x0106, 8)).Encode(),
		"a TIFF with JPEG 2000 compression":  planarTIFF(8, short(0x0103, 34712)).Encode(),
		"a TIFF with compression 60000":      planarTIFF(8, short(0x0103, 60000)).Encode(),
	} {
		_, err := DecodeBytes(data, "scan.tif")
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) || errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "convert it to JPEG or PNG") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	half := planarTIFF(8)
	half.Compression = 8
	data := phototest.TIFFTags(half.Encode(), phototest.Tag{ID: 0x0117, Kind: 4, Count: 3, Data: bytes.Repeat([]byte{9, 0, 0, 0}, 3)})
	if _, err := DecodeBytes(data, "scan.tif"); !errors.Is(err, ErrTruncated) {
		t.Errorf("samples cut short: %v", err)
	}
}
