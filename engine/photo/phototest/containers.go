package phototest

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// TIFFTags adds entries to the first directory of a little-endian TIFF, as Go's
// encoder makes them: a new directory is put at the end.
func TIFFTags(data []byte, tags ...Tag) []byte {
	le := binary.LittleEndian
	data = bytes.Clone(data)
	at := int(le.Uint32(data[4:]))
	n := int(le.Uint16(data[at:]))
	type entry struct {
		id  uint16
		raw []byte
	}
	var entries []entry
	for i := range n {
		raw := bytes.Clone(data[at+2+12*i:][:12])
		entries = append(entries, entry{le.Uint16(raw), raw})
	}
	for _, t := range tags {
		raw := le.AppendUint32(le.AppendUint16(le.AppendUint16(nil, t.ID), t.Kind), t.Count)
		if len(t.Data) <= 4 {
			raw = append(raw, append(bytes.Clone(t.Data), 0, 0, 0, 0)[:4]...)
		} else {
			raw = le.AppendUint32(raw, uint32(len(data)))
			data = append(data, t.Data...)
		}
		entries = slices.DeleteFunc(entries, func(e entry) bool { return e.id == t.ID })
		entries = append(entries, entry{t.ID, raw})
	}
	slices.SortFunc(entries, func(a, b entry) int { return int(a.id) - int(b.id) })
	le.PutUint32(data[4:], uint32(len(data)))
	data = le.AppendUint16(data, uint16(len(entries)))
	for _, e := range entries {
		data = append(data, e.raw...)
	}
	return append(data, 0, 0, 0, 0)
}

// WebPChunks turns a simple WebP (one chunk) into an extended one that carries a
// profile, EXIF data and an XMP packet; nil ones are left out.
func WebPChunks(simple []byte, w, h int, profile, exif, xmp []byte) []byte {
	le := binary.LittleEndian
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	add := func(kind string, body []byte) {
		if body == nil {
			return
		}
		out = append(out, kind...)
		out = le.AppendUint32(out, uint32(len(body)))
		out = append(out, body...)
		if len(body)%2 == 1 {
			out = append(out, 0)
		}
	}
	var flags byte
	for _, f := range []struct {
		bit  byte
		data []byte
	}{{1 << 5, profile}, {1 << 3, exif}, {1 << 2, xmp}} {
		if f.data != nil {
			flags |= f.bit
		}
	}
	head := []byte{flags, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0}
	add("VP8X", head)
	add("ICCP", profile)
	out = append(out, simple[12:]...)
	add("EXIF", exif)
	add("XMP ", xmp)
	le.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// XMP is a packet as editors write it: with properties that stay, that are
// about the editor's own file, that are private, and one with a local path.
const XMP = `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xap="http://ns.adobe.com/xap/1.0/" xmlns:ps="http://ns.adobe.com/photoshop/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:mm="http://ns.adobe.com/xap/1.0/mm/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xap:Rating="5" xap:CreatorTool="Somebody's editor" ps:City="Garmisch" tiff:Orientation="6"
 ext:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture" ps:Source="C:\Users\erika\x.jpg">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">On &lt;top&gt; &amp; happy</rdf:li></rdf:Alt></dc:title>
 <dc:creator><rdf:Seq><rdf:li>Erika Mustermann</rdf:li></rdf:Seq></dc:creator>
 <dc:rights><rdf:Alt><rdf:li xml:lang="x-default" xmlns:z="urn:z" z:note="1">odd</rdf:li></rdf:Alt></dc:rights>
 <mm:History><rdf:Seq><rdf:li>/home/erika/raw.dng</rdf:li></rdf:Seq></mm:History>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`
