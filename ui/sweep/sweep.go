// Package sweep makes an animation of an edit from no strength to its full one.
package sweep

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"time"
)

// Strengths returns n strengths, 2 at least, from 0 to the last in equal steps.
func Strengths(last float64, n int) []float64 {
	out := make([]float64, max(n, 2))
	for i := range out {
		out[i] = last * float64(i) / float64(len(out)-1)
	}
	return out
}

// Frame is a picture of an animation, and how long it is shown.
type Frame struct {
	Image *image.RGBA
	Shown time.Duration
}

// Back returns frames for pictures from the first to the last and back to the first, so
// that an animation without an end has no jump. The first and the last stay for hold, the
// others for step.
func Back(pictures []*image.RGBA, step, hold time.Duration) []Frame {
	var out []Frame
	for i, p := range pictures {
		shown := step
		if i == 0 || i == len(pictures)-1 {
			shown = hold
		}
		out = append(out, Frame{p, shown})
	}
	for i := len(pictures) - 2; i > 0; i-- {
		out = append(out, Frame{pictures[i], step})
	}
	return out
}

// maxFrames bounds the frames of an animation.
const maxFrames = 1000

// Encode writes frames of one size as an animated PNG that is repeated without an end.
// Programs that know no animations show the first frame. texts are written as the PNG's
// text metadata; keywords and texts are ASCII.
func Encode(w io.Writer, frames []Frame, texts map[string]string) error {
	if len(frames) == 0 || len(frames) > maxFrames {
		return fmt.Errorf("an animation of %d frames: want 1 to %d", len(frames), maxFrames)
	}
	e := encoder{w: w}
	var first []byte // IHDR of the first frame
	for i, f := range frames {
		if f.Image == nil {
			return errors.New("a frame without a picture")
		}
		header, data, err := chunksOf(f.Image)
		if err != nil {
			return fmt.Errorf("frame %d: %w", i+1, err)
		}
		if i == 0 {
			first = header
			e.begin(header, len(frames), texts)
		}
		if !bytes.Equal(header, first) {
			return fmt.Errorf("frame %d is of another size or kind than the first", i+1)
		}
		e.frame(i, f, data)
	}
	e.chunk("IEND", nil)
	return e.err
}

// encoder writes the chunks of an animated PNG.
type encoder struct {
	w        io.Writer
	sequence uint32 // of the next chunk of the animation
	err      error
}

// begin writes everything before the frames.
func (e *encoder) begin(header []byte, frames int, texts map[string]string) {
	e.write([]byte("\x89PNG\r\n\x1a\n"))
	e.chunk("IHDR", header)
	// Number of frames, number of repetitions: 0 is without an end.
	e.chunk("acTL", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(frames)), 0))
	for key, text := range texts {
		e.chunk("tEXt", []byte(key+"\x00"+text))
	}
}

// frame writes the i-th frame with its compressed pixels.
func (e *encoder) frame(i int, f Frame, data []byte) {
	be := binary.BigEndian
	size := f.Image.Rect.Size()
	control := be.AppendUint32(nil, e.next())
	for _, v := range []int{size.X, size.Y, 0, 0} { // size and place
		control = be.AppendUint32(control, uint32(v))
	}
	control = be.AppendUint16(control, uint16(min(f.Shown.Milliseconds(), 1<<16-1)))
	control = be.AppendUint16(control, 1000) // of a second
	e.chunk("fcTL", append(control, 0, 0))   // leave the frame, replace what was there
	if i == 0 {
		e.chunk("IDAT", data)
		return
	}
	e.chunk("fdAT", append(be.AppendUint32(nil, e.next()), data...))
}

func (e *encoder) next() uint32 {
	e.sequence++
	return e.sequence - 1
}

func (e *encoder) write(b []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
}

func (e *encoder) chunk(kind string, data []byte) {
	e.write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...))
	e.write(data)
	sum := crc32.Update(crc32.ChecksumIEEE([]byte(kind)), crc32.IEEETable, data)
	e.write(binary.BigEndian.AppendUint32(nil, sum))
}

// chunksOf returns a picture's header and compressed pixels, as a PNG has them.
func chunksOf(img *image.RGBA) (header, data []byte, err error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, nil, err
	}
	rest := b.Bytes()[8:]
	for len(rest) >= 12 {
		n := int(binary.BigEndian.Uint32(rest))
		switch kind, body := string(rest[4:8]), rest[8:8+n]; kind {
		case "IHDR":
			header = body
		case "IDAT":
			data = append(data, body...)
		}
		rest = rest[12+n:]
	}
	return header, data, nil
}
