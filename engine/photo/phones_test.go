package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"runtime"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// Photos of phones hold more than an image. It opens as it would without the rest, upright
// and in its own colours; notices name what is left out, and an export holds no trace of
// that, because it would not describe the export.
func TestPhotosOfPhones(t *testing.T) {
	o := phototest.Order(littleEndian)
	alone := phototest.ICCSegment(phototest.EXIFSegment(encoded(t, blocks(), "jpeg"), phototest.Camera(o, 6)), phototest.DisplayP3())
	want := decoded(t, alone)
	small := encoded(t, sample(24, 8), "jpeg")
	apple := phototest.XMPSegment(small, `<a xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" HDRGainMap:HDRGainMapVersion="65536"/>`)
	iso := phototest.Segment(small, 0xe2, []byte(isoGainMap+"\x00\x00"))
	multi := phototest.MultiPicture
	be := phototest.Order(binary.BigEndian)
	samsung := append(append(bytes.Clone(alone), phototest.Video()...), "\x00\x00\x30\x0a\x10\x00\x00\x00MotionPhoto_DataSEFT"...)
	samsungDepth := append(append(bytes.Clone(alone), "\x00\x00\xab\x0a\x13\x00\x00\x00DualShot_DepthMap_1"...), make([]byte, 100)...)
	appleAux := func(kind string) []byte {
		return phototest.XMPSegment(small, `<a xmlns:k="http://ns.apple.com/`+kind+`/1.0/"/>`)
	}
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`
	for name, c := range map[string]struct {
		data    []byte
		notices []Notice
	}{
		"alone":                             {alone, nil},
		"zeros behind":                      {append(bytes.Clone(alone), make([]byte, 5000)...), nil},
		"Ultra HDR":                         {phototest.UltraHDR(o, alone, small), []Notice{NoticeGainMap}},
		"Ultra HDR, big-endian":             {phototest.UltraHDR(be, alone, small), []Notice{NoticeGainMap}},
		"Ultra HDR, the map cut":            {phototest.UltraHDR(o, alone, small)[:len(alone)+2000], []Notice{NoticeGainMap}},
		"Ultra HDR and a video":             {append(phototest.UltraHDR(o, alone, small), phototest.Video()...), []Notice{NoticeGainMap, NoticeVideo}},
		"Apple's gain map":                  {multi(be, alone, []uint32{phototest.MPPrimary, 0}, apple), []Notice{NoticeGainMap}},
		"Apple's, behind a thumbnail":       {multi(be, alone, []uint32{phototest.MPPrimary, phototest.MPThumbnail, 0}, small, apple), []Notice{NoticeGainMap}},
		"ISO gain map":                      {multi(o, alone, []uint32{phototest.MPPrimary, 0}, iso), []Notice{NoticeGainMap}},
		"ISO gain map, said in front":       {append(phototest.Segment(alone, 0xe2, []byte(isoGainMap+"\x00\x00")), iso...), []Notice{NoticeGainMap}},
		"a gain map that an editor took":    {phototest.XMPSegment(alone, `<a xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"/>`), nil},
		"large thumbnail":                   {multi(o, alone, []uint32{phototest.MPPrimary, phototest.MPThumbnail}, small), nil},
		"two views (MPO)":                   {multi(o, alone, []uint32{phototest.MPDisparity, phototest.MPDisparity}, alone), []Notice{NoticeMorePictures}},
		"two views (MPO), big-endian":       {multi(be, alone, []uint32{phototest.MPDisparity, phototest.MPDisparity}, alone), []Notice{NoticeMorePictures}},
		"two views of no stated kind":       {multi(o, alone, []uint32{phototest.MPPrimary, 0}, alone), []Notice{NoticeMorePictures}},
		"a gain map as large as the photo":  {multi(o, alone, []uint32{phototest.MPPrimary, 0}, phototest.Segment(alone, 0xe2, []byte(isoGainMap))), []Notice{NoticeGainMap}},
		"index of no sense":                 {multi(o, alone, []uint32{1 << 30, 1 << 31, 1<<32 - 1}), nil},
		"motion photo":                      {phototest.MotionPhoto(alone), []Notice{NoticeVideo}},
		"motion photo of Samsung":           {samsung, []Notice{NoticeVideo}},
		"motion photo, nothing in its XMP":  {append(phototest.XMPSegment(alone, packet), phototest.Video()...), []Notice{NoticeVideo}},
		"motion photo, video taken away":    {phototest.MotionPhoto(alone)[:len(phototest.MotionPhoto(alone))-len(phototest.Video())], nil},
		"depth map in the XMP":              {phototest.DepthInXMP(alone, true), []Notice{NoticeDepth}},
		"depth map in extended XMP":         {phototest.DepthInXMP(alone, false), []Notice{NoticeDepth}},
		"depth map that an editor took":     {phototest.XMPSegment(alone, `<a xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/"/>`), nil},
		"extended XMP of another kind":      {phototest.ExtendedXMPSegment(alone, "<x:xmpmeta/>"), nil},
		"dynamic depth":                     {phototest.DynamicDepth(alone, small, alone), []Notice{NoticeDepth, NoticeMorePictures}},
		"Apple's depth map":                 {multi(be, alone, []uint32{phototest.MPPrimary, 0}, appleAux("depthData")), []Notice{NoticeDepth}},
		"Apple's gain map and matte":        {multi(be, alone, []uint32{phototest.MPPrimary, 0, 0}, apple, appleAux("portraitEffectsMatte")), []Notice{NoticeGainMap, NoticeDepth}},
		"Apple's matte of hair":             {multi(be, alone, []uint32{phototest.MPPrimary, 0}, appleAux("semanticSegmentationMatte")), []Notice{NoticeDepth}},
		"Samsung's depth map":               {samsungDepth, []Notice{NoticeDepth}},
		"a motion photo's video, cut short": {append(bytes.Clone(alone), phototest.Video()[:100]...), []Notice{NoticeVideo}},
	} {
		p := decoded(t, c.data)
		if !slices.Equal(p.Notices, c.notices) {
			t.Errorf("%s: notices %q, want %q", name, p.Notices, c.notices)
		}
		if p.Orientation != 6 || !bytes.Equal(p.Image.Pix, want.Image.Pix) || p.Image.Rect != want.Image.Rect || !bytes.Equal(p.ICC, want.ICC) || !bytes.Equal(p.Exif, want.Exif) {
			t.Errorf("%s: it is read otherwise than alone: orientation %d, %v", name, p.Orientation, p.Image.Rect)
		}
		out := export(t, p, false)
		for _, s := range []string{"hdr-gain-map", "hdrgm", "GainMap", "MotionPhoto", "MicroVideo", "MPF", "ftyp", "Container", "GDepth", "DualShot", "Semantic"} {
			if bytes.Contains(out, []byte(s)) {
				t.Errorf("%s: the export holds %q", name, s)
			}
		}
	}
}

// Frames and pages beyond the first have a notice as well.
func TestMorePictures(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White, color.NRGBA{200, 100, 50, 255}})
	film := func(n int, background bool) []byte {
		g := &gif.GIF{}
		for range n {
			g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 5)
		}
		if background {
			g.Config.ColorModel, g.Config.Width, g.Config.Height = frame.Palette, 40, 30
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	pn := encoded(t, blocks(), "png")
	still := phototest.Chunk(pn, "acTL", []byte{0, 0, 0, 1, 0, 0, 0, 0})
	moving := phototest.Chunk(pn, "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})
	tif := encoded(t, blocks(), "tiff")
	pages := bytes.Clone(tif)
	at := littleEndian.Uint32(pages[4:])
	littleEndian.PutUint32(pages[int(at)+2+12*int(littleEndian.Uint16(pages[at:])):], at) // a second page: the first again
	more := []Notice{NoticeMorePictures}
	for name, c := range map[string]struct {
		data    []byte
		notices []Notice
	}{
		"gif": {film(1, false), nil}, "gif, two frames": {film(2, false), more}, "gif, many frames": {film(9, true), more},
		"gif, one frame with a palette for all": {film(1, true), nil},
		"png":                                   {pn, nil}, "png, one frame": {still, nil}, "png, two frames": {moving, more},
		"tiff": {tif, nil}, "tiff, two pages": {pages, more},
	} {
		if p := decoded(t, c.data); !slices.Equal(p.Notices, c.notices) {
			t.Errorf("%s: notices %q, want %q", name, p.Notices, c.notices)
		}
	}
	for n := range film(2, true) { // cut anywhere: counted, or not, and no panic
		gifFrames(film(2, true)[:n], 3)
	}
}

// Photos of 12 and 48 megapixels that lie on their side, with a profile of their
// own, take their decoder's memory, that of their own pixels and that of the sRGB
// picture, and no more: 9.5 bytes a pixel.
func TestMemoryOfLargePhotos(t *testing.T) {
	for name, size := range map[string]image.Point{"12 megapixels": {4032, 3024}, "48 megapixels": {8064, 6048}} {
		if raced || strings.HasPrefix(name, "48") && testing.Short() {
			continue // which would take long
		}
		img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		for i := range img.Y {
			img.Y[i] = byte(i / 64)
		}
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = byte(i/1024), 150
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		data := phototest.ICCSegment(phototest.EXIFSegment(b.Bytes(), phototest.Camera(littleEndian, 6)), phototest.DisplayP3())
		img = nil
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := DecodeBytes(data, "x")
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if p.Image.Rect != image.Rect(0, 0, size.Y, size.X) || p.Orientation != 6 {
			t.Errorf("%s: %v, orientation %d", name, p.Image.Rect, p.Orientation)
		}
		took := float64(after.TotalAlloc-before.TotalAlloc) / float64(size.X*size.Y)
		t.Logf("%s: %.2f bytes a pixel", name, took)
		if !(took < 9.7) {
			t.Errorf("%s: decoding takes %.2f bytes a pixel", name, took)
		}
	}
}
