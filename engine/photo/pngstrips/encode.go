package pngstrips

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"image"
	"io"
	"math"
	"runtime"
	"sync"

	"github.com/klauspost/compress/flate"

	"deltaedit/engine/internal/parallel"
)

// level compresses as well as the standard library's fastest level, in half its time.
const level = 2

// stripSize is the approximate number of bytes of a strip before compression. It does not
// depend on the number of cores, so that a picture has the same bytes on every machine.
const stripSize = 1 << 19

// ErrSize is returned for a picture that no PNG can hold.
var ErrSize = errors.New("the picture's size does not fit a PNG")

// Encode writes an image as a PNG of 8 (*image.NRGBA, *image.RGBA) or 16 bits a channel
// (*image.NRGBA64, *image.RGBA64), without transparency when every pixel is opaque. chunks are put before
// the pixels as they are: whole PNG chunks, or nothing. Errors are w's, ErrSize, and one for
// other types of images. Safe for concurrent use.
func Encode(w io.Writer, img image.Image, chunks []byte) error {
	p, err := newPixels(img)
	if err != nil {
		return err
	}
	size := p.size
	if size.X < 1 || size.Y < 1 || size.X > math.MaxInt32 || size.Y > math.MaxInt32 {
		return fmt.Errorf("%w: %d×%d", ErrSize, size.X, size.Y)
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	header = binary.BigEndian.AppendUint32(header, uint32(size.Y))
	header = append(header, byte(p.depth), p.colourType(), 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	if _, err := w.Write(append(out, chunks...)); err != nil {
		return err
	}
	if err := writePixels(w, p); err != nil {
		return err
	}
	_, err = w.Write(chunk("IEND", nil))
	return err
}

// writePixels writes the rows as IDAT chunks, one for each strip.
func writePixels(w io.Writer, p pixels) error {
	rows := max(1, stripSize/(1+p.rowBytes()))
	count := (p.size.Y + rows - 1) / rows
	strips := make([]*strip, min(count, runtime.GOMAXPROCS(0)))
	for i := range strips {
		strips[i] = spare.Get().(*strip)
		defer spare.Put(strips[i])
	}
	sum := uint32(1)
	for first := 0; first < count; first += len(strips) {
		group := strips[:min(len(strips), count-first)]
		parallel.Ranges(len(group), 1, func(from, to int) {
			for i := from; i < to; i++ {
				k := first + i
				group[i].fill(p, k*rows, min((k+1)*rows, p.size.Y), k == 0, k == count-1)
			}
		})
		for i, s := range group {
			if s.err != nil {
				return s.err
			}
			sum = combine(sum, s.sum, s.length)
			if first+i == count-1 {
				s.out = binary.BigEndian.AppendUint32(s.out, sum)
			}
			if _, err := w.Write(s.chunk()); err != nil {
				return err
			}
		}
	}
	return nil
}

// strip is some rows in work: filtered and compressed. Its memory is used again.
type strip struct {
	out    appender // begins with room for the chunk's length and type
	err    error
	sum    uint32 // Adler-32 of the filtered rows
	length int    // of the filtered rows in bytes

	z          *flate.Writer
	rows       [2][]byte // the row before and the row in work
	candidates [filters][]byte
	filtered   []byte
}

var spare = sync.Pool{New: func() any { return &strip{} }}

// fill filters and compresses the rows in [from, to). first and last say which strip of the
// stream it is.
func (s *strip) fill(p pixels, from, to int, first, last bool) {
	s.filter(p, from, to)
	s.sum, s.length = adler32.Checksum(s.filtered), len(s.filtered)
	s.out = append(s.out[:0], "\x00\x00\x00\x00IDAT"...)
	if first {
		s.out = append(s.out, 0x78, 0x01) // deflate with a window of 32 KB, fast
	}
	if s.z == nil {
		s.z, s.err = flate.NewWriter(&s.out, level)
		if s.err != nil {
			return
		}
	} else {
		s.z.Reset(&s.out)
	}
	if _, s.err = s.z.Write(s.filtered); s.err != nil {
		return
	}
	if last {
		s.err = s.z.Close()
	} else {
		s.err = s.z.Flush() // ends on a whole byte, where the next strip begins
	}
}

// chunk returns the strip as a PNG chunk.
func (s *strip) chunk() []byte {
	binary.BigEndian.PutUint32(s.out, uint32(len(s.out)-8))
	s.out = binary.BigEndian.AppendUint32(s.out, crc32.ChecksumIEEE(s.out[4:]))
	return s.out
}

// chunk returns a PNG chunk: length, type, data, CRC.
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// appender is a writer that appends to a slice.
type appender []byte

func (a *appender) Write(p []byte) (int, error) { *a = append(*a, p...); return len(p), nil }

// combine returns the Adler-32 of two runs of bytes, given that of each and the length of
// the second.
func combine(first, second uint32, length int) uint32 {
	const base = 65521
	a1, b1 := first&0xffff, first>>16
	a2, b2 := second&0xffff, second>>16
	a := (a1 + a2 + base - 1) % base
	b := (uint64(b1) + uint64(b2) + uint64(length%base)*uint64(a1+base-1)) % base
	return uint32(b)<<16 | a
}
