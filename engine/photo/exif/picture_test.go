package exif

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// A preview in maker's notes shows the face before the edit: values that hold an image
// are left out, whatever tag they have. Others stay.
func TestRewriteLeavesOutPreviews(t *testing.T) {
	var jpg, pn bytes.Buffer
	img := image.NewNRGBA(image.Rect(0, 0, 32, 24))
	if err := jpeg.Encode(&jpg, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&pn, img); err != nil {
		t.Fatal(err)
	}
	note := func(picture []byte) []byte {
		return append(append([]byte("MakerCo\x00note of 14 bytes and a preview: "), picture...), "THE END"...)
	}
	otherFirst := bytes.Clone(jpg.Bytes())
	otherFirst[0] = 0x02 // as Minolta's cameras write it
	filled := append([]byte{0xff, 0xd8, 0xff, 0xff}, jpg.Bytes()[2:]...)
	for name, c := range map[string]struct {
		value []byte
		kept  bool
	}{
		"no picture":             {note(nil), true},
		"a JPEG":                 {note(jpg.Bytes()), false},
		"a JPEG, cut":            {note(jpg.Bytes()[:len(jpg.Bytes())-20]), false},
		"a JPEG, its first byte": {note(otherFirst), false},
		"a JPEG, fill bytes":     {note(filled), false},
		"a PNG":                  {note(pn.Bytes()), false},
		"a JPEG's first marker":  {note([]byte("\xff\xd8\xff\xe1\x00\x04ab")), true},
		"no JPEG's segments":     {note([]byte("\xff\xd8\xff\xe1\x00\x04abXX\xff\xda\x00\x02")), true},
		"a segment too long":     {note([]byte("\xff\xd8\xff\xe1\xff\xf0ab")), true},
		"another's end":          {note([]byte("\xff\xd8\xff\xd9\xff\xda")), true},
		"the end of the value":   {[]byte("MakerCo\xff\xd8\xff\xdb"), true},
	} {
		for _, o := range orders {
			in := phototest.EXIF(o,
				[]phototest.Tag{phototest.Text(0x010f, "MakerCo Inc"), phototest.Raw(0xc7a0, c.value)},
				[]phototest.Tag{phototest.Raw(0x9000, []byte("0232")), phototest.Raw(0x927c, c.value)},
				[]phototest.Tag{phototest.Raw(0x001b, c.value)}, nil)
			out, err := Rewrite(in, Options{Width: 30, Height: 40})
			if err != nil || !bytes.Contains(out, []byte("MakerCo Inc")) {
				t.Errorf("%s, %v: %v, %q", name, o, err, out)
			}
			want := 0
			if c.kept {
				want = 3
			}
			if got := bytes.Count(out, c.value); got != want {
				t.Errorf("%s, %v: it is there %d times, want %d", name, o, got, want)
			}
		}
	}
}

// Noise as long as a camera's notes is not taken for a picture.
func TestNoiseHoldsNoPicture(t *testing.T) {
	noise := make([]byte, 1<<20)
	state := uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	if holdsPicture(noise) || holdsPicture(binary.BigEndian.AppendUint16(nil, 0xd8ff)) || holdsPicture(nil) {
		t.Error("noise is taken for a picture")
	}
}
