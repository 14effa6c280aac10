package phototest

import (
	"bytes"
	"fmt"
)

// Kinds of images in a multi-picture file (CIPA DC-007).
const (
	MPPrimary   = 0x030000
	MPUndefined = 0x000000
	MPThumbnail = 0x010002
	MPDisparity = 0x020002
)

// MultiPicture puts JPEGs behind the first one, with an index of all in its APP2
// segment; kinds are those of all, the first among them.
func MultiPicture(o Order, first []byte, kinds []uint32, others ...[]byte) []byte {
	n := len(others) + 1
	// The block's one directory: version, number of images, and the index.
	block := []byte("MM\x00*\x00\x00\x00\x08")
	if o.String() == "LittleEndian" {
		block = []byte("II*\x00\x08\x00\x00\x00")
	}
	block = o.AppendUint16(block, 3)
	entry := func(tag, kind uint16, count, value uint32) {
		block = o.AppendUint32(o.AppendUint32(o.AppendUint16(o.AppendUint16(block, tag), kind), count), value)
	}
	block = append(o.AppendUint32(o.AppendUint16(o.AppendUint16(block, 0xb000), 7), 4), "0100"...)
	entry(0xb001, 4, 1, uint32(n))
	entry(0xb002, 7, uint32(16*n), 8+2+3*12+4)
	block = append(block, 0, 0, 0, 0)
	const marker, name = 4, 4 // bytes before the block in its segment
	length := len(first) + marker + name + len(block) + 16*n
	at := 2 + marker + name // where the block begins in the file
	size, from := uint32(length), uint32(0)
	for i, kind := range kinds {
		block = o.AppendUint32(o.AppendUint32(o.AppendUint32(block, kind), size), from)
		block = append(block, 0, 0, 0, 0)
		if i == 0 {
			from = uint32(length - at)
		} else {
			from += size
		}
		if i < len(others) {
			size = uint32(len(others[i]))
		}
	}
	out := Segment(first, 0xe2, append([]byte("MPF\x00"), block...))
	for _, other := range others {
		out = append(out, other...)
	}
	return out
}

// UltraHDR is a JPEG with a gain map as Android's cameras write it: with an index of
// both, and with XMP in each.
func UltraHDR(o Order, jpg, gainMap []byte) []byte {
	const head = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:Container="http://ns.google.com/photos/1.0/container/" ` +
		`xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0"`
	const tail = `</rdf:RDF></x:xmpmeta>`
	gainMap = XMPSegment(gainMap, head+` hdrgm:GainMapMax="2.0" hdrgm:HDRCapacityMax="2.0"/>`+tail)
	jpg = XMPSegment(jpg, fmt.Sprintf(head+`><Container:Directory><rdf:Seq>`+
		`<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>`+
		`<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="%d"/></rdf:li>`+
		`</rdf:Seq></Container:Directory></rdf:Description>`+tail, len(gainMap)))
	return MultiPicture(o, jpg, []uint32{MPPrimary, MPUndefined}, gainMap)
}

// Video is the beginning of an MP4 file, with bytes in it that look like markers of a
// JPEG.
func Video() []byte {
	out := []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42\x00\x00\x40\x08mdat")
	return append(out, bytes.Repeat([]byte{0xff, 0xd8, 0xff, 0xe1, 0x00, 0x10, 'E', 'x', 'i', 'f', 0, 0, 0xff, 0xd9, 0xff, 0xda}, 1024)...)
}

// MotionPhoto is a JPEG with a video behind it, as Google's cameras write it.
func MotionPhoto(jpg []byte) []byte {
	video := Video()
	packet := fmt.Sprintf(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`+
		`<rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1" `+
		`GCamera:MicroVideo="1" GCamera:MicroVideoOffset="%d" GCamera:MotionPhotoPresentationTimestampUs="500000"/></rdf:RDF></x:xmpmeta>`, len(video))
	return append(XMPSegment(jpg, packet), video...)
}

// ExtendedXMPSegment inserts a segment of the XMP that is too long for the packet.
func ExtendedXMPSegment(jpg []byte, text string) []byte {
	head := "http://ns.adobe.com/xmp/extension/\x00" + "0123456789ABCDEF0123456789ABCDEF" + "\x00\x00\x10\x00" + "\x00\x00\x00\x00"
	return Segment(jpg, 0xe1, append([]byte(head), text...))
}

// DepthInXMP is a JPEG with a depth map in its XMP, as Google's cameras wrote it: in the
// packet itself when it is short, otherwise behind it.
func DepthInXMP(jpg []byte, short bool) []byte {
	const head = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ` +
		`xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" GDepth:Format="RangeInverse" GDepth:Mime="image/png"`
	const data = ` GDepth:Data="iVBORw0KGgo="`
	const tail = `/></rdf:RDF></x:xmpmeta>`
	if short {
		return XMPSegment(jpg, head+data+tail)
	}
	jpg = ExtendedXMPSegment(jpg, head+data+tail)
	return XMPSegment(jpg, head+` xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF"`+tail)
}

// DynamicDepth is a JPEG with a depth map and the picture before it was blurred behind
// it, as Android's cameras write them.
func DynamicDepth(jpg, depthMap, original []byte) []byte {
	packet := fmt.Sprintf(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`+
		`<rdf:Description rdf:about="" xmlns:Container="http://ns.google.com/photos/dd/1.0/container/" xmlns:Item="http://ns.google.com/photos/dd/1.0/item/"><Container:Directory><rdf:Seq>`+
		`<rdf:li><Container:Item Item:Mime="image/jpeg" Item:Semantic="Primary"/></rdf:li>`+
		`<rdf:li><Container:Item><Item:Mime>image/jpeg</Item:Mime><Item:Semantic>Depth</Item:Semantic><Item:Length>%d</Item:Length></Container:Item></rdf:li>`+
		`<rdf:li><Container:Item Item:Mime="image/jpeg" Item:Semantic="Original" Item:Length="%d"/></rdf:li>`+
		`</rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>`, len(depthMap), len(original))
	return append(append(XMPSegment(jpg, packet), depthMap...), original...)
}
