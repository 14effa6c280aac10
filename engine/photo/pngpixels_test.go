package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"slices"
	"testing"
)

// pixelData returns the compressed pixel data of a PNG, and the PNG with other such
// data.
func pixelData(t *testing.T, data []byte) (pixels []byte, with func([]byte) []byte) {
	t.Helper()
	var before, after []byte
	for c := range pngChunks(data) {
		switch {
		case c.kind == "IDAT":
			pixels = append(pixels, c.body...)
		case pixels == nil:
			before = append(before, c.raw...)
		default:
			after = append(after, c.raw...)
		}
	}
	return pixels, func(p []byte) []byte {
		half := len(p) / 2 // over two chunks
		out := append([]byte(signature), before...)
		return append(appendChunk(appendChunk(out, "IDAT", p[:half]), "IDAT", p[half:]), after...)
	}
}

// interlacedPNG is a grey PNG of w × h pixels in the seven passes of Adam7. Pixel (x, y)
// is 16x + y.
func interlacedPNG(w, h int) []byte {
	var raw []byte
	for _, p := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		for y := p[1]; y < h; y += p[3] {
			if p[0] >= w {
				break
			}
			raw = append(raw, 0)
			for x := p[0]; x < w; x += p[2] {
				raw = append(raw, byte(16*x+y))
			}
		}
	}
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	out := appendChunk([]byte(signature), "IHDR", append(ihdr, 8, 0, 0, 0, 1))
	return appendChunk(appendChunk(out, "IDAT", []byte(deflated(string(raw)))), "IEND", nil)
}

// A wrong checksum over the pixels, or data behind them, takes no pixel away: viewers
// open such files. Pixels that are missing or damaged stay an error.
func TestPixelDataIsMended(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 9, 7))
	for i := range deep.Pix {
		deep.Pix[i] = byte(i * 31)
	}
	for name, sound := range map[string][]byte{
		"RGB": encoded(t, blocks(), "png"), "palette": palettePNG(t), "16 bits": encoded(t, deep, "png"),
		"grey": encoded(t, image.NewGray(image.Rect(0, 0, 7, 5)), "png"), "interlaced": interlacedPNG(13, 11), "interlaced, narrow": interlacedPNG(1, 3),
	} {
		pixels, with := pixelData(t, sound)
		n := len(pixels)
		sum := bytes.Clone(pixels)
		sum[n-1] ^= 0x55
		plain, err := inflate(pixels, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		more := []byte(deflated(string(plain) + "and some more rows"))
		want := decoded(t, sound)
		for fault, data := range map[string][]byte{
			"wrong checksum": with(sum), "no checksum": with(pixels[:n-4]), "more data": with(more), "bytes behind": with(append(bytes.Clone(pixels), "behind"...)),
		} {
			p, err := DecodeBytes(data, "x")
			if err != nil {
				t.Errorf("%s, %s: %v", name, fault, err)
				continue
			}
			if !bytes.Equal(p.Image.Pix, want.Image.Pix) || !bytes.Equal(ownPixels(t, p.Own()), ownPixels(t, want.Own())) {
				t.Errorf("%s, %s: other pixels", name, fault)
			}
			if !slices.Equal(p.Notices, []Notice{NoticeChunksDamaged}) && fault != "bytes behind" {
				t.Errorf("%s, %s: notices %q", name, fault, p.Notices)
			}
		}
		short := []byte(deflated(string(plain[:len(plain)-1])))
		for fault, data := range map[string][]byte{
			"a byte too few": with(short), "nothing": with(nil), "no header": with(pixels[1:]), "cut": with(pixels[:2+(n-6)/2]),
			"chunk's checksum": spoilt(t, with(sum), "IDAT"),
		} {
			if p, err := DecodeBytes(data, "x"); p != nil || !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTruncated) {
				t.Errorf("%s, %s: %v, %v", name, fault, p, err)
			}
		}
	}
}

// The length of pixel data is that of what an encoder writes.
func TestPixelBytes(t *testing.T) {
	for name, data := range map[string][]byte{
		"RGB": encoded(t, blocks(), "png"), "palette": palettePNG(t), "16 bits": encoded(t, image.NewNRGBA64(image.Rect(0, 0, 9, 7)), "png"),
		"interlaced": interlacedPNG(13, 11), "interlaced, 1×1": interlacedPNG(1, 1), "interlaced, 4×4": interlacedPNG(4, 4),
	} {
		pixels, _ := pixelData(t, data)
		r, err := zlib.NewReader(bytes.NewReader(pixels))
		if err != nil {
			t.Fatal(err)
		}
		var plain bytes.Buffer
		if _, err := plain.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		for c := range pngChunks(data) {
			if c.kind != "IHDR" {
				break
			}
			if h, ok := newPNGHead(c.body); !ok || h.pixelBytes() != int64(plain.Len()) {
				t.Errorf("%s: %d bytes, want %d", name, h.pixelBytes(), plain.Len())
			}
		}
	}
	if _, ok := newPNGHead(make([]byte, 12)); ok {
		t.Error("a short header is accepted")
	}
}
