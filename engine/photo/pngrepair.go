package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"io"
)

// pngConfig reads the size of a PNG from its header chunk. Damage after that chunk is
// found when the pixels are decoded.
func pngConfig(data []byte) (image.Config, error) {
	if len(data) < headerLength {
		return image.Config{}, io.ErrUnexpectedEOF
	}
	for c := range pngChunks(data[:headerLength]) {
		if c.kind != "IHDR" || len(c.body) != 13 {
			break
		}
		if !c.intact() {
			return image.Config{}, errors.New("the header's checksum is wrong")
		}
		size := func(at int) int { return int(binary.BigEndian.Uint32(c.body[at:])) }
		return image.Config{Width: size(0), Height: size(4)}, nil
	}
	return image.Config{}, errors.New("it does not begin with a header")
}

// repairPNG decodes a PNG of which no pixel data is damaged: one with an ancillary
// chunk that has a wrong checksum or is in the wrong place, one whose end is missing,
// or one with a wrong checksum or more data behind its pixels. The decoder checks the
// checksums of the chunks that are needed.
func repairPNG(data []byte) (image.Image, Notice) {
	notice := NoticeEndMissing
	head := []byte(signature)
	var pixels []pngChunk
	var size pngHead
	read := len(signature)
	seen := map[string]bool{}
	for c := range pngChunks(data) {
		read += len(c.raw)
		first := !seen[c.kind]
		seen[c.kind] = true
		switch c.kind {
		case "IHDR":
			if h, ok := newPNGHead(c.body); ok && first {
				size = h
			}
		case "PLTE": // a suggestion, for pictures without a palette
			if size.colourType != 3 || !first {
				continue
			}
		case "tRNS":
			if !first || seen["IDAT"] || size.colourType == 3 && !seen["PLTE"] || !c.intact() {
				continue
			}
		case "IDAT":
			pixels = append(pixels, c)
			continue
		case "IEND":
			notice = NoticeChunksDamaged
			continue
		default:
			if c.ancillary() {
				continue
			}
		}
		head = append(head, c.raw...)
	}
	if raw := lastPixels(data[read:]); raw != nil {
		pixels = append(pixels, pngChunk{kind: "IDAT", body: raw[8 : len(raw)-4], raw: raw})
	}
	var parts []io.Reader
	for _, c := range pixels {
		parts = append(parts, bytes.NewReader(c.raw))
	}
	if img := decodePNG(head, io.MultiReader(parts...)); img != nil {
		return img, notice
	}
	mended := recompressed(size, pixels)
	defer mended.Close()
	return decodePNG(head, mended), notice
}

// decodePNG decodes a PNG whose chunks before the pixels and whose pixels are given; nil
// when that fails.
func decodePNG(head []byte, pixels io.Reader) image.Image {
	img, err := png.Decode(io.MultiReader(bytes.NewReader(head), pixels, bytes.NewReader(appendChunk(nil, "IEND", nil))))
	if err != nil {
		return nil
	}
	return img
}

// lastPixels returns the IDAT chunk that a file ends in, when only its checksum or a
// part of it is missing; nil otherwise.
func lastPixels(rest []byte) []byte {
	if len(rest) < 8 || string(rest[4:8]) != "IDAT" {
		return nil
	}
	n := uint64(binary.BigEndian.Uint32(rest))
	if uint64(len(rest)) < 8+n || uint64(len(rest)) >= 12+n {
		return nil
	}
	return appendChunk(nil, "IDAT", rest[8:8+n])
}
