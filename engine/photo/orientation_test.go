package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"
)

// TestOrientation checks where the stored picture's corners and an inner pixel
// go, for all eight orientations, from the definition of the EXIF tag: "row 0
// is the visual ..., column 0 is the visual ...".
func TestOrientation(t *testing.T) {
	const w, h = 5, 40 // enough rows for several goroutines
	src := sample(w, h)
	for o := 1; o <= 8; o++ {
		got := upright(src, o)
		size := image.Pt(w, h)
		if o >= 5 {
			size = image.Pt(h, w)
		}
		if got.Rect.Size() != size {
			t.Fatalf("orientation %d: size %v, want %v", o, got.Rect.Size(), size)
		}
		for row := range h {
			for col := range w {
				// Where row and column of the stored picture are on the screen.
				var p image.Point
				switch o {
				case 1: // row 0 top, column 0 left
					p = image.Pt(col, row)
				case 2: // row 0 top, column 0 right
					p = image.Pt(w-1-col, row)
				case 3: // row 0 bottom, column 0 right
					p = image.Pt(w-1-col, h-1-row)
				case 4: // row 0 bottom, column 0 left
					p = image.Pt(col, h-1-row)
				case 5: // row 0 left, column 0 top
					p = image.Pt(row, col)
				case 6: // row 0 right, column 0 top
					p = image.Pt(h-1-row, col)
				case 7: // row 0 right, column 0 bottom
					p = image.Pt(h-1-row, w-1-col)
				case 8: // row 0 left, column 0 bottom
					p = image.Pt(row, w-1-col)
				}
				if a, b := got.NRGBAAt(p.X, p.Y), src.NRGBAAt(col, row); a != b {
					t.Fatalf("orientation %d: pixel %v is %v, want %v", o, p, a, b)
				}
			}
		}
	}
}

func TestOrientationOfFiles(t *testing.T) {
	jpg, pn := encoded(t, sample(8, 4), "jpeg"), encoded(t, sample(8, 4), "png")
	for o := uint16(0); o <= 9; o++ {
		want := int(o)
		if o < 1 || o > 8 {
			want = 1
		}
		for name, data := range map[string][]byte{
			"jpeg": withSegment(jpg, 0xe1, append([]byte("Exif\x00\x00"), oriented(o)...)),
			"png":  withChunk(pn, "eXIf", oriented(o)),
		} {
			p, err := Decode(bytes.NewReader(data), name)
			if err != nil {
				t.Fatalf("%s, orientation %d: %v", name, o, err)
			}
			size := image.Pt(8, 4)
			if want >= 5 {
				size = image.Pt(4, 8)
			}
			if p.Orientation != want || p.Image.Rect.Size() != size {
				t.Errorf("%s, orientation %d: got %d, %v", name, o, p.Orientation, p.Image.Rect.Size())
			}
		}
	}
}

func TestOrientationOfTIFF(t *testing.T) {
	// Go's encoder writes no orientation: copy its directory to the end, with
	// the tag inserted where the ascending order wants it.
	data := encoded(t, sample(8, 4), "tiff")
	le := binary.LittleEndian
	ifd := int(le.Uint32(data[4:]))
	n := int(le.Uint16(data[ifd:]))
	dir := le.AppendUint16(nil, uint16(n+1))
	inserted := false
	for i := range n {
		e := data[ifd+2+12*i:][:12]
		if !inserted && le.Uint16(e) > 274 {
			dir = append(dir, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0)
			inserted = true
		}
		dir = append(dir, e...)
	}
	le.PutUint32(data[4:], uint32(len(data)))
	data = append(append(data, dir...), 0, 0, 0, 0)
	p, err := Decode(bytes.NewReader(data), "x.tiff")
	if err != nil {
		t.Fatal(err)
	}
	if p.Orientation != 6 || p.Image.Rect.Size() != image.Pt(4, 8) {
		t.Errorf("got %d, %v", p.Orientation, p.Image.Rect.Size())
	}
}

func TestBadEXIFIsNoReasonToRefuse(t *testing.T) {
	jpg := encoded(t, sample(8, 4), "jpeg")
	for _, body := range []string{
		"Exif\x00\x00", "Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff", "Exif\x00\x00garbage, garbage, garbage",
	} {
		p, err := Decode(bytes.NewReader(withSegment(jpg, 0xe1, []byte(body))), "x.jpg")
		if err != nil || p.Orientation != 1 {
			t.Errorf("%q: %v, %v", body, p, err)
		}
	}
}
