package photo

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
)

// pngHead is what the header chunk of a PNG says.
type pngHead struct {
	width, height     int
	depth, colourType byte
	interlaced        bool
}

func newPNGHead(body []byte) (h pngHead, ok bool) {
	if len(body) != 13 {
		return h, false
	}
	size := func(at int) int { return int(binary.BigEndian.Uint32(body[at:])) }
	return pngHead{size(0), size(4), body[8], body[9], body[12] == 1}, true
}

// pixelBytes returns the length of the uncompressed pixel data in bytes: rows of pixels,
// each with a filter byte before it.
func (h pngHead) pixelBytes() int64 {
	bits := int64(h.depth)
	switch h.colourType {
	case 2:
		bits *= 3
	case 4:
		bits *= 2
	case 6:
		bits *= 4
	}
	rows := func(w, h int) int64 {
		if w == 0 {
			return 0
		}
		return int64(h) * (1 + (int64(w)*bits+7)/8)
	}
	if !h.interlaced {
		return rows(h.width, h.height)
	}
	n := int64(0)
	for _, p := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} { // Adam7: start and step
		n += rows((h.width-p[0]+p[2]-1)/p[2], (h.height-p[1]+p[3]-1)/p[3])
	}
	return n
}

// recompressed returns IDAT chunks with the pixel data of others, up to the length that
// the header asks for. It mends a wrong checksum at the end of that data, and data
// behind it, which image viewers ignore. Chunks with a wrong checksum of their own, and
// data that ends too early, make reading fail.
//
// The caller closes it, which ends the goroutine that it reads from.
func recompressed(head pngHead, chunks []pngChunk) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(writePixels(w, head, chunks)) }()
	return r
}

func writePixels(w io.Writer, head pngHead, chunks []pngChunk) error {
	if slices.ContainsFunc(chunks, func(c pngChunk) bool { return !c.intact() }) {
		return ErrDamaged
	}
	var parts []io.Reader
	for _, c := range chunks {
		parts = append(parts, bytes.NewReader(c.body))
	}
	in := io.MultiReader(parts...)
	const zlibHeader, preset = 2, 0x20
	var lead [zlibHeader]byte
	if _, err := io.ReadFull(in, lead[:]); err != nil {
		return err
	}
	if lead[0]&15 != 8 || lead[1]&preset != 0 {
		return ErrDamaged
	}
	plain := flate.NewReader(in)
	defer plain.Close()
	z, err := zlib.NewWriterLevel(idatWriter{w}, zlib.NoCompression)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(z, plain, head.pixelBytes()); err != nil {
		return err
	}
	return z.Close()
}

// idatWriter writes each piece of data as an IDAT chunk.
type idatWriter struct{ w io.Writer }

func (i idatWriter) Write(p []byte) (int, error) {
	if _, err := i.w.Write(appendChunk(nil, "IDAT", p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
