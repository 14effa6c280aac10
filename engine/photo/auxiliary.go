package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"regexp"
	"slices"

	"deltaedit/engine/photo/exif"
	"deltaedit/engine/photo/ifd"
	"deltaedit/engine/photo/tiff"
)

// auxiliary says what a file holds besides the image that is edited. None of it goes
// into an export, because it would not match the edited image.
type auxiliary struct {
	gainMap bool // from which a high dynamic range image is made
	depth   bool // distances, or who stands in front: of a portrait mode
	video   bool // of a motion photo
	images  bool // further views, pages or frames
}

// notices returns the notices about it.
func (c auxiliary) notices() (list []Notice) {
	for _, n := range []struct {
		there bool
		says  Notice
	}{{c.gainMap, NoticeGainMap}, {c.depth, NoticeDepth}, {c.video, NoticeVideo}, {c.images, NoticeMorePictures}} {
		if n.there {
			list = append(list, n.says)
		}
	}
	return list
}

// auxiliaryIn looks for auxiliary data in a file of the given format; xmp is the file's
// XMP packet.
func auxiliaryIn(data []byte, format string, xmp []byte) auxiliary {
	switch format {
	case "jpeg":
		return jpegAuxiliary(data, xmp)
	case "png":
		for c := range pngChunks(data) {
			if c.kind == "acTL" && len(c.body) >= 4 && binary.BigEndian.Uint32(c.body) > 1 {
				return auxiliary{images: true}
			}
		}
	case "gif":
		return auxiliary{images: gifFrames(data, 2) > 1}
	case "tiff":
		return auxiliary{images: tiff.Pages(data, 2) > 1}
	}
	return auxiliary{}
}

// isoGainMap begins the segments of ISO 21496-1.
const isoGainMap = "urn:iso:std:iso:ts:21496:-1\x00"

// Names by which XMP says what else a file holds, as an attribute or as an element.
var (
	gainMapXMP  = regexp.MustCompile(`http://ns\.adobe\.com/hdr-gain-map/1\.0/`)
	depthXMP    = regexp.MustCompile(`/1\.0/depthmap/|:Semantic(="|='|>)\s*(Depth|Confidence)`)
	depthData   = regexp.MustCompile(`GDepth:Data(="|='|>)`) // the map itself, in XMP
	videoXMP    = regexp.MustCompile(`:(MotionPhoto|MicroVideo)(="|='|>)\s*1\s*["'<]`)
	originalXMP = regexp.MustCompile(`:Semantic(="|='|>)\s*Original`)
)

// extendedXMP begins the segments of XMP that is too long for one segment, which is
// where depth maps inside XMP are.
const extendedXMP = "http://ns.adobe.com/xmp/extension/\x00"

// jpegAuxiliary looks at a JPEG's segments, and at what follows its end, where phones
// put auxiliary data.
func jpegAuxiliary(data, xmp []byte) (c auxiliary) {
	behind := behindJPEG(data)
	c.depth = depthData.Match(xmp)
	for s := range headSegments(data) {
		switch {
		case s.marker == markerAPP1 && bytes.HasPrefix(s.body, []byte(extendedXMP)):
			c.depth = c.depth || depthXMP.Match(xmp)
		case s.marker != markerAPP2 || len(behind) == 0:
		case bytes.HasPrefix(s.body, []byte(isoGainMap)):
			c.gainMap = true
		case bytes.HasPrefix(s.body, []byte("MPF\x00")):
			block := s.body[4:]
			c.multiPicture(data, block, s.end-len(block))
		}
	}
	if len(behind) == 0 {
		return c
	}
	c.gainMap = c.gainMap || gainMapXMP.Match(xmp)
	// Samsung's trailer names its parts.
	c.depth = c.depth || depthXMP.Match(xmp) || bytes.Contains(behind, []byte("DualShot_DepthMap"))
	c.video = videoXMP.Match(xmp) || bytes.Contains(behind, []byte("MotionPhoto_Data")) || holdsISOMedia(behind)
	c.images = c.images || originalXMP.Match(xmp)
	return c
}

// multiPicture reads the index of a multi-picture file (CIPA DC-007): a TIFF block with
// an entry for each image. at is the position of the block in the file, to which the
// offsets in it are relative.
func (c *auxiliary) multiPicture(data, block []byte, at int) {
	const (
		tagEntries  = 0xb002
		entryLength = 16
		mostLength  = 1 << 16
		mostHead    = 64 << 10 // of an image: its metadata is there
	)
	order, ok := ifd.OrderOf(block)
	if !ok {
		return
	}
	for e := exif.Find(block, tagEntries, mostLength); len(e) >= entryLength; e = e[entryLength:] {
		switch kind := order.Uint32(e) & 0xffffff; kind {
		case 0x020001, 0x020002, 0x020003: // panorama, disparity, several angles
			c.images = true
		}
		from := uint64(order.Uint32(e[8:]))
		if from == 0 || from+uint64(at) >= uint64(len(data)) { // the first image has no offset
			continue
		}
		head := data[uint64(at)+from:]
		alike := order.Uint32(e)&0xffffff == 0 && jpegSize(head) == jpegSize(data)
		head = head[:min(len(head), mostHead)]
		holds := func(signs ...string) bool {
			return slices.ContainsFunc(signs, func(s string) bool { return bytes.Contains(head, []byte(s)) })
		}
		gainMap := holds("hdr-gain-map", "HDRGainMap", isoGainMap) // Adobe's, Apple's and ISO's
		depth := holds("ns.apple.com/depthData", "ns.apple.com/portraitEffectsMatte", "ns.apple.com/semanticSegmentationMatte")
		c.gainMap, c.depth = c.gainMap || gainMap, c.depth || depth
		// Of no stated kind, but as large as the first: a further view.
		c.images = c.images || alike && !gainMap && !depth
	}
}

// jpegSize returns the size in pixels that a JPEG states, zero where none can be read.
func jpegSize(data []byte) image.Point {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return image.Point{}
	}
	return image.Pt(c.Width, c.Height)
}

// holdsISOMedia reports whether an ISO media file, such as an MP4, begins somewhere
// in data.
func holdsISOMedia(data []byte) bool {
	for {
		i := bytes.Index(data, []byte("ftyp"))
		if i < 0 {
			return false
		}
		if i >= 4 {
			if n := binary.BigEndian.Uint32(data[i-4:]); n >= 16 && n <= 256 {
				return true
			}
		}
		data = data[i+4:]
	}
}

// gifFrames counts the frames of a GIF, up to most.
func gifFrames(data []byte, most int) int {
	n := 0
	for at := range gifParts(data) {
		if data[at] == gifFrameStart {
			n++
		}
		if n >= most {
			break
		}
	}
	return n
}
