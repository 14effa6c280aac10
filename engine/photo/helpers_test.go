package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

var littleEndian = binary.LittleEndian

// sample is an opaque w × h picture in which every pixel differs.
func sample(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{byte(20 + 10*x), byte(30 + 10*y), byte(40 + x*y), 255})
		}
	}
	return img
}

// encoded returns img in the given format.
func encoded(t testing.TB, img image.Image, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 95})
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "bmp":
		err = bmp.Encode(&b, img)
	case "tiff":
		err = tiff.Encode(&b, img, nil)
	default:
		t.Fatalf("no encoder for %s", format)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngHeader is a PNG that ends after a header for 8-bit RGB of a given size.
func pngHeader(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32(nil, w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	return appendChunk([]byte(signature), "IHDR", ihdr)
}

// oriented is a TIFF block that states an orientation.
func oriented(orientation uint16) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01")
	b = append(b, 0x01, 0x12, 0, 3, 0, 0, 0, 1)
	b = binary.BigEndian.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

// withSegment inserts an APPn segment behind a JPEG's first marker.
func withSegment(jpg []byte, marker byte, body []byte) []byte {
	out := bytes.Clone(jpg[:2])
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, jpg[2:]...)
}

// withChunk inserts a chunk behind a PNG's header.
func withChunk(data []byte, kind string, body []byte) []byte {
	out := bytes.Clone(data[:headerLength])
	out = appendChunk(out, kind, body)
	return append(out, data[headerLength:]...)
}

// profileOf makes bytes that pass for an ICC profile of a colour space.
func profileOf(space string, length int) []byte {
	b := make([]byte, length)
	for i := range b {
		b[i] = byte(i * 7)
	}
	copy(b[16:], space)
	copy(b[36:], "acsp")
	return b
}

// checkChunks walks all chunks and verifies their checksums independently.
func checkChunks(t *testing.T, data []byte) (kinds []string) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte(signature)) {
		t.Fatal("no PNG signature")
	}
	for p := data[8:]; len(p) > 0; {
		if len(p) < 12 {
			t.Fatalf("%d stray bytes", len(p))
		}
		n := int(binary.BigEndian.Uint32(p))
		kinds = append(kinds, string(p[4:8]))
		if got, want := crc32.ChecksumIEEE(p[4:8+n]), binary.BigEndian.Uint32(p[8+n:]); got != want {
			t.Fatalf("chunk %s has CRC %08x, want %08x", p[4:8], want, got)
		}
		p = p[12+n:]
	}
	return kinds
}
