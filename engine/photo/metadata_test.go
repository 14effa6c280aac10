package photo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// export writes a photo as an edit of it would be.
func export(t *testing.T, p *Photo, strip bool) []byte {
	t.Helper()
	var b bytes.Buffer
	meta := Metadata{
		Source: p.Path, Text: map[string]string{"deltaedit": "1"},
		ICC: p.ICC, Exif: p.Exif, XMP: p.XMP, StripPrivate: strip,
	}
	if err := EncodePNG(&b, p.Own(), meta); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rich is a photo of every format that carries metadata, with all of it.
func rich(t *testing.T) map[string][]byte {
	le := littleEndian
	block, profile, packet := phototest.Camera(le, 6), phototest.DisplayP3(), phototest.XMP
	tags := []phototest.Tag{
		phototest.Short(le, 0x0112, 6), phototest.Text(0x010f, "MakerCo"), phototest.Text(0x013b, "Erika Mustermann"),
		phototest.Text(0x010d, "/home/erika/scan.tif"), phototest.Raw(0x8773, profile), phototest.Raw(0x02bc, []byte(packet)),
	}
	png := phototest.Chunk(withProfile(t, blocks(), profile), "eXIf", block)
	return map[string][]byte{
		"jpeg": phototest.ICCSegment(phototest.XMPSegment(phototest.EXIFSegment(encoded(t, blocks(), "jpeg"), block), packet), profile),
		"png":  phototest.Chunk(png, "iTXt", []byte(XMPKeyword+"\x00\x00\x00\x00\x00"+packet)),
		"webp": phototest.WebPChunks(fixture(t, "lossless.webp"), 6*blockSide, 2*blockSide, profile, block, []byte(packet)),
		"tiff": phototest.TIFFTags(encoded(t, blocks(), "tiff"), tags...),
	}
}

func TestExportKeepsWhatThePhotoCarries(t *testing.T) {
	for name, data := range rich(t) {
		p := decoded(t, data)
		if len(p.Notices) > 0 {
			t.Errorf("%s: notices %q", name, p.Notices)
		}
		out := export(t, p, false)
		kinds := checkChunks(t, out)
		if want := []string{"IHDR", "iCCP", "eXIf", "iTXt", "tEXt", "IDAT"}; !slices.Equal(kinds[:len(want)], want) {
			t.Errorf("%s: chunks %v", name, kinds)
		}
		again := decoded(t, out)
		if again.Orientation != 1 || !bytes.Equal(again.ICC, p.ICC) || !bytes.Equal(ownPixels(t, again.Own()), ownPixels(t, p.Own())) {
			t.Errorf("%s: orientation %d, profile kept %t", name, again.Orientation, bytes.Equal(again.ICC, p.ICC))
		}
		if !bytes.Equal(again.Exif, p.Exif) && name != "tiff" { // its document's name is a path
			t.Errorf("%s: EXIF changed from %q to %q", name, p.Exif, again.Exif)
		}
		for _, s := range []string{"MakerCo", "Erika Mustermann"} {
			if !bytes.Contains(again.Exif, []byte(s)) {
				t.Errorf("%s: %q is lost", name, s)
			}
		}
		got := xmpOf(t, out)
		for k, want := range map[string]string{
			"xmp Rating": "5", "photoshop City": "Garmisch", "dc title": "On <top> & happy", "dc creator": "Erika Mustermann",
			"Iptc4xmpExt DigitalSourceType": CompositeWithTrainedMedia, "xmp CreatorTool": "DeltaEdit Studio",
		} {
			if got[k] != want {
				t.Errorf("%s: XMP %s is %q, want %q", name, k, got[k], want)
			}
		}
		// The history, the old orientation, a path and what is of an unknown
		// vocabulary do not fit the new picture.
		if len(got) != 6 {
			t.Errorf("%s: XMP %v", name, got)
		}
		for _, s := range []string{"THUMBNAIL", "/home/erika", `C:\Users`, "raw.dng"} {
			if bytes.Contains(out, []byte(s)) {
				t.Errorf("%s: %q was written", name, s)
			}
		}
	}
}

func TestExportStripsPrivate(t *testing.T) {
	for name, data := range rich(t) {
		p := decoded(t, data)
		out := export(t, p, true)
		for _, s := range append(phototest.PrivateTexts, "Garmisch", "On &lt;top", "Mustermann", "Rating") {
			if bytes.Contains(out, []byte(s)) {
				t.Errorf("%s: %q was written", name, s)
			}
		}
		again := decoded(t, out)
		if !bytes.Contains(again.Exif, []byte("MakerCo")) || !bytes.Equal(again.ICC, p.ICC) {
			t.Errorf("%s: more was stripped than is private", name)
		}
		if got := xmpOf(t, out); len(got) != 2 || got["Iptc4xmpExt DigitalSourceType"] != CompositeWithTrainedMedia {
			t.Errorf("%s: XMP %v", name, got)
		}
	}
}

// A screenshot's profile names the screen and its owner: with StripPrivate the export
// has the same colours without that, as PNG and as JPEG.
func TestProfilesOfScreensAreStripped(t *testing.T) {
	profile := bytes.Replace(phototest.DisplayP3(), []byte("Display P3"), []byte("Erika's LG"), 1)
	p := decoded(t, withProfile(t, blocks(), profile))
	for _, format := range []FileFormat{PNG, JPEG} {
		for _, strip := range []bool{false, true} {
			var b bytes.Buffer
			if err := Encode(&b, p.Own(), format, Encoding{Quality: 100}, Metadata{ICC: p.ICC, StripPrivate: strip}); err != nil {
				t.Fatal(err)
			}
			again := decoded(t, b.Bytes())
			if again.ICC == nil || bytes.Equal(again.ICC, profile) == strip || bytes.Contains(again.ICC, []byte("Erika")) == strip {
				t.Errorf("%s, stripped %t: %q", format, strip, again.ICC)
			}
			if format == PNG && !bytes.Equal(again.Image.Pix, p.Image.Pix) {
				t.Errorf("stripped %t: it has other colours", strip)
			}
		}
	}
}

// xmpOf returns the properties of a PNG's packet by their usual prefixes, with
// all text of each.
func xmpOf(t *testing.T, png []byte) map[string]string {
	t.Helper()
	texts, err := ReadText(bytes.NewReader(png))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	d := xml.NewDecoder(strings.NewReader(texts[XMPKeyword]))
	depth, key := 0, ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatalf("%v in %s", err, texts[XMPKeyword])
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			if depth == 3 {
				for _, a := range e.Attr {
					if a.Name.Space != "xmlns" && a.Name.Space != nsRDF {
						got[prefixes[a.Name.Space]+" "+a.Name.Local] = a.Value
					}
				}
			}
			if depth == 4 {
				key = prefixes[e.Name.Space] + " " + e.Name.Local
				got[key] = ""
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth >= 4 {
				got[key] += string(e)
			}
		}
	}
}

func TestDamagedMetadataIsLeftOut(t *testing.T) {
	jpg := encoded(t, blocks(), "jpeg")
	for name, c := range map[string]struct {
		data []byte
		want []Notice
	}{
		"EXIF":       {phototest.EXIFSegment(jpg, []byte("garbage, garbage")), []Notice{NoticeMetadataDamaged}},
		"EXIF cut":   {phototest.EXIFSegment(jpg, phototest.Camera(littleEndian, 6)[:14]), []Notice{NoticeMetadataDamaged}},
		"XMP":        {phototest.XMPSegment(jpg, "<x:xmpmeta><no"), []Notice{NoticeMetadataDamaged}},
		"both":       {phototest.XMPSegment(phototest.EXIFSegment(jpg, []byte("garbage, garbage")), "<a></b>"), []Notice{NoticeMetadataDamaged}},
		"empty EXIF": {phototest.EXIFSegment(jpg, nil), nil},
		"no RDF":     {phototest.XMPSegment(jpg, "<a/>"), nil},
	} {
		p := decoded(t, c.data)
		if !slices.Equal(p.Notices, c.want) || p.Exif != nil {
			t.Errorf("%s: notices %q, EXIF %q", name, p.Notices, p.Exif)
		}
		if got := xmpOf(t, export(t, p, false)); len(got) != 2 {
			t.Errorf("%s: XMP %v", name, got)
		}
	}
}

func TestContainsLocalPath(t *testing.T) {
	m := Metadata{Source: filepath.Join(string(filepath.Separator)+"somewhere", "hers", "a.jpg")}
	for text, want := range map[string]bool{
		"/home/erika/a.jpg": true, "file:///a": true, `C:\Users\erika`: true, "d:/photos/x": true, `\\server\share\x`: true,
		"made from /Users/erika/a.jpg": true, "in /somewhere/hers": true, "(/tmp/x)": true,
		"http://example.org/home/x": false, "1/250": false, "a / b": false, "and/or": false, "": false,
		"https://cv.iptc.org/newscodes": false, "ratio 3:2": false, "ISO:/": false,
	} {
		if got := m.containsLocalPath(text, false); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	if m.containsLocalPath("x C:\\ y", true) || !m.containsLocalPath("\x01\x02/somewhere/hers\x03", true) {
		t.Error("of binary data only the folder is looked for")
	}
}

func TestPropertiesAreBounded(t *testing.T) {
	never := func(string) bool { return false }
	head := `<rdf:RDF xmlns:rdf="` + nsRDF + `" xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>`
	tail := `</rdf:Description></rdf:RDF>`
	for name, body := range map[string]string{
		"deep":     "<dc:title>" + strings.Repeat("<rdf:li>", 40) + strings.Repeat("</rdf:li>", 40) + "</dc:title>",
		"long":     "<dc:title>" + strings.Repeat("x", maxProperty+1) + "</dc:title>",
		"repeated": strings.Repeat("<dc:title>a</dc:title>", 3),
		"many": func() string {
			var b strings.Builder
			for i := range 2 * maxProperties {
				b.WriteString("<dc:a" + strings.Repeat("b", i) + ">c</dc:a" + strings.Repeat("b", i) + ">")
			}
			return b.String()
		}(),
	} {
		p, err := readProperties([]byte(head+body+tail), never)
		n := strings.Count(p.body, "\n")
		want := map[string]int{"repeated": 1, "many": maxProperties}[name]
		if err != nil || n != want {
			t.Errorf("%s: %d properties, %v", name, n, err)
		}
	}
}

func FuzzProperties(f *testing.F) {
	f.Add(phototest.XMP)
	f.Add("<a></b>")
	f.Fuzz(func(t *testing.T, packet string) {
		m := Metadata{XMP: []byte(packet)}
		for d := xml.NewDecoder(strings.NewReader(m.packet(""))); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("%v in %s", err, m.packet(""))
			}
		}
	})
}
