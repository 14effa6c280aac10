package photo

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// exifSources are the ways in which files hold EXIF data, the odd ones among
// them: each puts a block into an upright picture's file.
func exifSources(t *testing.T) map[string]func(block []byte) []byte {
	t.Helper()
	const identifier = "Exif\x00\x00"
	jpg, pn, webp := encoded(t, blocks(), "jpeg"), encoded(t, blocks(), "png"), fixture(t, "lossless.webp")
	app1 := func(body []byte) []byte { return withSegment(jpg, 0xe1, body)[2 : 2+4+len(body)] }
	behindSOI := func(parts ...[]byte) []byte {
		return append(append(bytes.Clone(jpg[:2]), bytes.Join(parts, nil)...), jpg[2:]...)
	}
	with := func(prefix string, block []byte) []byte { return append([]byte(prefix), block...) }
	hexed := func(block []byte) string {
		h := hex.EncodeToString(with(identifier, block))
		var b strings.Builder
		fmt.Fprintf(&b, "\nexif\n%8d\n", len(h)/2)
		for ; len(h) > 72; h = h[72:] {
			b.WriteString(h[:72] + "\n")
		}
		return b.String() + h + "\n"
	}
	webpWith := func(exif []byte) []byte {
		return phototest.WebPChunks(webp, 6*blockSide, 2*blockSide, nil, exif, nil)
	}
	return map[string]func(block []byte) []byte{
		"webp":                 func(b []byte) []byte { return webpWith(b) },
		"webp, identifier":     func(b []byte) []byte { return webpWith(with(identifier, b)) },
		"jpeg":                 func(b []byte) []byte { return behindSOI(app1(with(identifier, b))) },
		"jpeg, fill bytes":     func(b []byte) []byte { return behindSOI([]byte{0xff, 0xff}, app1(with(identifier, b))) },
		"jpeg, 100 fill bytes": func(b []byte) []byte { return behindSOI(bytes.Repeat([]byte{0xff}, 100), app1(with(identifier, b))) },
		"jpeg, stray bytes":    func(b []byte) []byte { return behindSOI([]byte{0, 7, 0xff, 0}, app1(with(identifier, b))) },
		"jpeg, padding 255":    func(b []byte) []byte { return behindSOI(app1(with("Exif\x00\xff", b))) },
		"jpeg, behind XMP": func(b []byte) []byte {
			return phototest.XMPSegment(behindSOI(app1(with(identifier, b))), phototest.XMP)
		},
		"jpeg, behind an empty": func(b []byte) []byte { return behindSOI(app1([]byte(identifier)), app1(with(identifier, b))) },
		"png":                   func(b []byte) []byte { return phototest.Chunk(pn, "eXIf", b) },
		"png, identifier":       func(b []byte) []byte { return phototest.Chunk(pn, "eXIf", with(identifier, b)) },
		"png, behind pixels": func(b []byte) []byte {
			return append(appendChunk(bytes.Clone(pn[:len(pn)-12]), "eXIf", b), pn[len(pn)-12:]...)
		},
		"png, raw profile": func(b []byte) []byte {
			return phototest.Chunk(pn, "tEXt", []byte("Raw profile type exif\x00"+hexed(b)))
		},
		"png, raw profile, deflated": func(b []byte) []byte {
			return phototest.Chunk(pn, "zTXt", []byte("Raw profile type APP1\x00\x00"+deflated(hexed(b))))
		},
	}
}

// However a file holds its EXIF data, the photo is turned upright by it, the
// camera's data is kept, and an export stays as it is seen: orientation and data
// come from one reading.
func TestEXIFSources(t *testing.T) {
	for name, put := range exifSources(t) {
		plain := decoded(t, put(phototest.Camera(binary.BigEndian, 1)))
		for o := 2; o <= 8; o++ {
			for _, order := range []phototest.Order{binary.BigEndian, binary.LittleEndian} {
				p := decoded(t, put(phototest.Camera(order, uint16(o))))
				want := upright(plain.Image, o)
				if p.Orientation != o || p.Image.Rect != want.Rect || !bytes.Equal(p.Image.Pix, want.Pix) {
					t.Errorf("%s, %v, orientation %d: read as %d, size %v", name, order, o, p.Orientation, p.Image.Rect)
				}
				if !bytes.Contains(p.Exif, []byte("MakerCo")) || len(p.Notices) != 0 {
					t.Errorf("%s, %v: EXIF of %d bytes, notices %q", name, order, len(p.Exif), p.Notices)
				}
				again := decoded(t, export(t, p, false))
				if again.Orientation != 1 || !bytes.Equal(again.Image.Pix, p.Image.Pix) || again.Image.Rect != p.Image.Rect {
					t.Errorf("%s, orientation %d: the export is read with orientation %d, size %v", name, o, again.Orientation, again.Image.Rect)
				}
			}
		}
	}
}
