package sweep

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"
	"time"
)

func flat(w, h int, v uint8) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{v, uint8(x), uint8(y), 255})
		}
	}
	return img
}

func TestStrengths(t *testing.T) {
	if got := Strengths(-1, 5); !slices.Equal(got, []float64{0, -0.25, -0.5, -0.75, -1}) {
		t.Errorf("%v", got)
	}
	if got := Strengths(2, 0); !slices.Equal(got, []float64{0, 2}) {
		t.Errorf("%v", got)
	}
}

func TestBack(t *testing.T) {
	a, b, c := flat(1, 1, 1), flat(1, 1, 2), flat(1, 1, 3)
	got := Back([]*image.RGBA{a, b, c}, 10, 90)
	want := []Frame{{a, 90}, {b, 10}, {c, 90}, {b, 10}}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := Back([]*image.RGBA{a}, 10, 90); len(got) != 1 {
		t.Errorf("of one picture: %v", got)
	}
}

// chunk is a part of a PNG.
type chunk struct {
	kind string
	data []byte
}

func split(t *testing.T, file []byte) []chunk {
	t.Helper()
	var out []chunk
	for rest := file[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		c := chunk{string(rest[4:8]), rest[8 : 8+n]}
		if sum := binary.BigEndian.Uint32(rest[8+n:]); sum != crc32.ChecksumIEEE(rest[4:8+n]) {
			t.Fatalf("%s has a wrong checksum", c.kind)
		}
		out = append(out, c)
		rest = rest[12+n:]
	}
	return out
}

// TestEncode puts every frame into a PNG of its own and decodes it.
func TestEncode(t *testing.T) {
	pictures := []*image.RGBA{flat(20, 10, 1), flat(20, 10, 100), flat(20, 10, 200)}
	frames := Back(pictures, 80*time.Millisecond, 900*time.Millisecond)
	var b bytes.Buffer
	if err := Encode(&b, frames, map[string]string{"Comment": "made here"}); err != nil {
		t.Fatal(err)
	}
	if first, err := png.Decode(bytes.NewReader(b.Bytes())); err != nil || first.At(3, 4) != pictures[0].At(3, 4) {
		t.Errorf("a program that knows no animations shows %v (%v)", first, err)
	}
	var header []byte
	sequence, shown, decoded := uint32(0), []uint16{}, 0
	for _, c := range split(t, b.Bytes()) {
		number := func() {
			if got := binary.BigEndian.Uint32(c.data); got != sequence {
				t.Fatalf("%s has the number %d, want %d", c.kind, got, sequence)
			}
			sequence++
		}
		pixels := c.data
		switch c.kind {
		case "IHDR":
			header = c.data
		case "acTL":
			if n := binary.BigEndian.Uint32(c.data); int(n) != len(frames) {
				t.Errorf("%d frames are announced, want %d", n, len(frames))
			}
		case "fcTL":
			number()
			shown = append(shown, binary.BigEndian.Uint16(c.data[20:]))
		case "fdAT":
			number()
			pixels = c.data[4:]
			fallthrough
		case "IDAT":
			var one bytes.Buffer
			e := encoder{w: &one}
			e.write([]byte("\x89PNG\r\n\x1a\n"))
			e.chunk("IHDR", header)
			e.chunk("IDAT", pixels)
			e.chunk("IEND", nil)
			img, err := png.Decode(&one)
			if err != nil || img.At(3, 4) != frames[decoded].Image.At(3, 4) {
				t.Fatalf("frame %d: %v", decoded, err)
			}
			decoded++
		}
	}
	if decoded != len(frames) || !slices.Equal(shown, []uint16{900, 80, 900, 80}) {
		t.Errorf("%d frames, shown for %v ms", decoded, shown)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, frames := range map[string][]Frame{
		"none":         nil,
		"no picture":   {{}},
		"other size":   {{flat(2, 2, 0), 1}, {flat(3, 2, 0), 1}},
		"other kind":   {{flat(2, 2, 0), 1}, {image.NewRGBA(image.Rect(0, 0, 2, 2)), 1}},
		"far too many": make([]Frame, maxFrames+1),
	} {
		if err := Encode(&bytes.Buffer{}, frames, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
