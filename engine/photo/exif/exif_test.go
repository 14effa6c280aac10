package exif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/bep/imagemeta"

	"deltaedit/engine/photo/phototest"
)

var orders = []phototest.Order{binary.BigEndian, binary.LittleEndian}

// tags reads a block with a reader that is not this package's own.
func tags(t *testing.T, block []byte) map[string]any {
	t.Helper()
	jpg := phototest.EXIFSegment([]byte("\xff\xd8\xff\xda\x00\x02\xff\xd9"), block)
	got := map[string]any{}
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(jpg), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
		HandleXMP:       func(io.Reader) error { return nil },
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(i imagemeta.TagInfo) error { got[i.Namespace+"/"+i.Tag] = i.Value; return nil },
	})
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%v in % x", err, block)
	}
	return got
}

func TestRewriteKeeps(t *testing.T) {
	for _, o := range orders {
		in := phototest.Camera(o, 6)
		out, err := Rewrite(in, Options{Width: 300, Height: 400})
		if err != nil {
			t.Fatal(err)
		}
		was, is := tags(t, in), tags(t, out)
		if len(is) < 20 {
			t.Fatalf("%v: only %d tags: %v", o, len(is), is)
		}
		for k, v := range was {
			var want any = v
			switch k[strings.LastIndex(k, "/")+1:] {
			case "Orientation":
				want = uint16(1)
			case "ExifImageWidth", "PixelXDimension":
				want = uint32(300)
			case "ExifImageHeight", "PixelYDimension":
				want = uint32(400)
			case "ThumbnailOffset", "ThumbnailLength":
				if _, ok := is[k]; ok {
					t.Errorf("%v: the thumbnail's %s is still there", o, k)
				}
				continue
			}
			if got := is[k]; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v: %s is %v, want %v", o, k, got, want)
			}
		}
		for _, s := range phototest.PrivateTexts {
			if bytes.Contains(out, []byte(s)) == (s == "THUMBNAIL") {
				t.Errorf("%v: %q: written %t", o, s, s == "THUMBNAIL")
			}
		}
		// Maker's notes count on their place.
		note := []byte("made by MakerCo")
		if a, b := bytes.Index(in, note), bytes.Index(out, note); a != b {
			t.Errorf("%v: maker's notes moved from %d to %d", o, a, b)
		}
		if len(out) > len(in)+1000 {
			t.Errorf("%v: grew from %d to %d bytes", o, len(in), len(out))
		}
	}
}

func TestRewriteStripsPrivate(t *testing.T) {
	for _, o := range orders {
		out, err := Rewrite(phototest.Camera(o, 6), Options{Width: 300, Height: 400, StripPrivate: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range append(phototest.PrivateTexts, "+02:00") {
			if bytes.Contains(out, []byte(s)) {
				t.Errorf("%v: %q is still there", o, s)
			}
		}
		got := tags(t, out)
		for _, k := range []string{"IFD0/Make", "IFD0/Model", "IFD0/Orientation", "IFD0/ModifyDate", "IFD0/ExifIFDP/ExposureTime", "IFD0/ExifIFDP/LensModel"} {
			if _, ok := got[k]; !ok {
				t.Errorf("%v: %s is gone: %v", o, k, got)
			}
		}
		for k := range got {
			if strings.Contains(k, "GPS") {
				t.Errorf("%v: %s", o, k)
			}
		}
	}
}

func TestRewriteOmits(t *testing.T) {
	o := orders[0]
	wide := []byte("C\x00:\x00\\\x00a\x00\x00\x00")
	in := phototest.EXIF(o, []phototest.Tag{
		phototest.Text(0x010d, "/home/erika/a.tif"), phototest.Text(0x010f, "MakerCo"), {ID: 0x9c9b, Kind: 1, Count: uint32(len(wide)), Data: wide},
	}, nil, nil, nil)
	out, err := Rewrite(in, Options{Omit: func(s string, _ bool) bool { return strings.Contains(s, "/home") || strings.Contains(s, `C:\`) }})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("erika")) || bytes.Contains(out, wide) || !bytes.Contains(out, []byte("MakerCo")) {
		t.Errorf("%q", out)
	}
}

func TestRewriteBadInput(t *testing.T) {
	o := orders[1]
	good := phototest.Camera(o, 3)
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("hello, world"), "header alone": good[:8],
		"directory beyond the end": []byte("II*\x00\xff\xff\xff\xff"), "directory cut": good[:20],
	} {
		if out, err := Rewrite(data, Options{}); out != nil || !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	for n := range good { // whatever is cut off, what is left is readable
		out, err := Rewrite(good[:n], Options{})
		if err == nil && out != nil {
			tags(t, out)
		}
	}
	if out, err := Rewrite(phototest.EXIF(o, []phototest.Tag{phototest.Text(0x013b, "Erika")}, nil, nil, nil), Options{StripPrivate: true}); out != nil || err != nil {
		t.Errorf("nothing left: %q, %v", out, err)
	}
	// Many entries that share one large value must not multiply it.
	var many []phototest.Tag
	for i := range 300 {
		many = append(many, phototest.Tag{ID: uint16(0xc000 + i), Kind: 7, Count: 1 << 20, Data: make([]byte, 5)})
	}
	hostile := append(phototest.EXIF(o, many, nil, nil, nil), make([]byte, 1<<20)...)
	out, err := Rewrite(hostile, Options{})
	if err != nil || len(out) > 5<<20 {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func TestFind(t *testing.T) {
	for _, o := range orders {
		data := phototest.Camera(o, 6)
		if got := string(Find(data, 0x010f, 100)); got != "MakerCo\x00" {
			t.Errorf("%v: %q", o, got)
		}
		if got := Find(data, 0x0112, 100); o.Uint16(got) != 6 {
			t.Errorf("%v: % x", o, got)
		}
		if Find(data, 0x010f, 5) != nil || Find(data, 0x4444, 5) != nil || Find(data[:40], 0x010f, 100) != nil || Find(nil, 1, 1) != nil {
			t.Errorf("%v: found what is not there", o)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	for _, o := range orders {
		f.Add(phototest.Camera(o, 6), false)
		f.Add(phototest.Camera(o, 6), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, strip bool) {
		if o := Orientation(Block(data)); o < 1 || o > 8 {
			t.Fatalf("orientation %d", o)
		}
		out, err := Rewrite(data, Options{Width: 3, Height: 4, StripPrivate: strip})
		if err != nil || out == nil {
			return
		}
		again, err := Rewrite(out, Options{Width: 3, Height: 4, StripPrivate: strip})
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("rewriting %q once more gives %q, %v", out, again, err)
		}
	})
}

func TestOrientation(t *testing.T) {
	for _, o := range orders {
		for v := range uint16(10) {
			want := int(v)
			if v < 1 || v > 8 {
				want = 1
			}
			for name, tag := range map[string]phototest.Tag{
				"short": phototest.Short(o, 0x0112, v),
				"long":  phototest.Long(o, 0x0112, uint32(v)),
				"byte":  {ID: 0x0112, Kind: 1, Count: 1, Data: []byte{byte(v)}},
			} {
				block := phototest.EXIF(o, []phototest.Tag{phototest.Text(0x010f, "MakerCo"), tag}, nil, nil, nil)
				if got := Orientation(block); got != want {
					t.Errorf("%v, %s: %d is read as %d", o, name, v, got)
				}
				out, err := Rewrite(block, Options{})
				if got := Orientation(out); err != nil || got != 1 {
					t.Errorf("%v, %s: rewritten to %d, %v", o, name, got, err)
				}
			}
		}
		for name, data := range map[string][]byte{
			"nothing": nil, "text": []byte("hello, world"), "header": phototest.Camera(o, 6)[:8],
			"a fraction": phototest.EXIF(o, []phototest.Tag{{ID: 0x0112, Kind: 5, Count: 1, Data: make([]byte, 8)}}, nil, nil, nil),
		} {
			if got := Orientation(data); got != 1 {
				t.Errorf("%v, %s: %d", o, name, got)
			}
		}
	}
}

func TestBlock(t *testing.T) {
	tiff := string(phototest.Camera(orders[0], 6))
	for in, want := range map[string]string{
		tiff: tiff, "Exif\x00\x00" + tiff: tiff, "Exif\x00\xff" + tiff: tiff,
		"Exif\x00\x00": "", "Exif\x00": "", "": "", "noise": "noise", "Exif": "Exif",
	} {
		if got := string(Block([]byte(in))); got != want {
			t.Errorf("%.10q: %.10q", in, got)
		}
	}
}
