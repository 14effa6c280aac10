package photo

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"

	"deltaedit/engine/photo/exif"
)

// maxSegment is the longest content of a segment of a JPEG.
const maxSegment = 1<<16 - 1 - 2

// Beginnings of the segments that hold metadata.
const (
	exifSegment = "Exif\x00\x00"
	xmpSegment  = "http://ns.adobe.com/xap/1.0/\x00"
	iccSegment  = "ICC_PROFILE\x00"
)

// encodeJPEG writes a JPEG with its metadata. What is transparent becomes white.
func encodeJPEG(w io.Writer, img image.Image, quality int, meta Metadata) error {
	if err := meta.check(); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	// The encoder begins with the marker SOI, of two bytes.
	in := &chunkInserter{w: out, chunks: meta.segments(img.Bounds().Size()), header: 2}
	if err := jpeg.Encode(in, onWhite(img), &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("encode JPEG: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("encode JPEG: %w", err)
	}
	return nil
}

// onWhite returns an opaque 8-bit image that the JPEG encoder reads fast.
func onWhite(img image.Image) image.Image {
	r := img.Bounds()
	switch own := img.(type) {
	case *image.RGBA:
		if own.Opaque() {
			return own
		}
	case *image.NRGBA:
		if own.Opaque() {
			return asRGBA(own)
		}
	case *image.NRGBA64:
		if own.Opaque() {
			return asRGBA(rounded8(own))
		}
	}
	out := image.NewRGBA(image.Rectangle{Max: r.Size()})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, r.Min, draw.Over)
	return out
}

// asRGBA returns an opaque image, with the same memory, as the JPEG encoder reads it fast.
func asRGBA(img *image.NRGBA) *image.RGBA {
	return &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
}

// rounded8 returns an image in 8 bits.
func rounded8(img *image.NRGBA64) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: img.Rect.Size()})
	rows(out.Rect.Dy(), func(y int) {
		src, dst := img.Pix[y*img.Stride:][:8*out.Rect.Dx()], out.Pix[y*out.Stride:][:4*out.Rect.Dx()]
		for i := range dst {
			v := uint32(binary.BigEndian.Uint16(src[2*i:]))
			dst[i] = byte((v*255 + 32767) / 65535)
		}
	})
	return out
}

// segments returns the segments of a JPEG that hold the metadata of an image of the given
// size. What does not fit into a segment is left out, maker's notes first.
func (m Metadata) segments(size image.Point) []byte {
	var out []byte
	if block := m.exifBlock(size, maxSegment-len(exifSegment)); len(block) > 0 {
		out = appendSegment(out, 0xe1, exifSegment, block)
	}
	if p := m.packet(""); len(p) <= maxSegment-len(xmpSegment) {
		out = appendSegment(out, 0xe1, xmpSegment, []byte(p))
	}
	profile := m.profile()
	const part = maxSegment - len(iccSegment) - 2
	n := (len(profile) + part - 1) / part
	if n > 255 {
		return out
	}
	for i := range n {
		head := iccSegment + string([]byte{byte(i + 1), byte(n)})
		out = appendSegment(out, 0xe2, head, profile[i*part:min((i+1)*part, len(profile))])
	}
	return out
}

// exifBlock returns the EXIF data for an image of the given size, nil for none. A block
// that is longer than most bytes goes without maker's notes, and then not at all.
func (m Metadata) exifBlock(size image.Point, most int) []byte {
	if len(m.Exif) == 0 {
		return nil
	}
	for _, notes := range []bool{true, false} {
		block, err := exif.Rewrite(m.Exif, exif.Options{
			Width: size.X, Height: size.Y, StripPrivate: m.StripPrivate,
			Omit: func(text string, binary bool) bool {
				return binary && !notes || m.containsLocalPath(text, binary)
			},
		})
		if err == nil && len(block) <= most {
			return bytes.Clone(block)
		}
	}
	return nil
}

// appendSegment appends a segment: its marker, its length, and head and data as content.
func appendSegment(out []byte, marker byte, head string, data []byte) []byte {
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(head)+len(data)))
	return append(append(out, head...), data...)
}
