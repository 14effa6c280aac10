package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"deltaedit/engine/photo/phototest"
)

// everyFormat is a picture in each format that is read.
func everyFormat(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"webp": fixture(t, "lossless.webp")}
	for _, format := range []string{"jpeg", "png", "tiff", "bmp", "gif"} {
		out[format] = encoded(t, blocks(), format)
	}
	return out
}

// A file is what its content says, whatever it is called.
func TestMislabelled(t *testing.T) {
	dir := t.TempDir()
	for format, data := range everyFormat(t) {
		for _, ext := range []string{".jpg", ".png", ".webp", ".tif", ".bmp", ".gif", ".heic", ".txt", ""} {
			path := filepath.Join(dir, "photo"+ext)
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Open(path)
			if err != nil || p.Format != format || p.Image.Rect != blocks().Rect {
				t.Errorf("%s called %q: %v, %v", format, filepath.Base(path), p, err)
			}
		}
	}
}

// zeros returns n megabytes of zero bytes, deflated to a thousandth of that. The
// checksum at its end is missing: nobody should ever get there.
func zeros(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	block := make([]byte, 1<<20)
	var ends [2]int
	for i := range ends {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		ends[i] = b.Len()
	}
	// What comes after zeros can come again.
	return append(b.Bytes()[:ends[0]:ends[0]], bytes.Repeat(b.Bytes()[ends[0]:ends[1]], n-1)...)
}

// pngOf returns a PNG of the given size, with pixels as its compressed data.
func pngOf(w, h uint32, pixels []byte) []byte {
	return appendChunk(appendChunk(pngHeader(w, h), "IDAT", pixels), "IEND", nil)
}

// tiffOf is a 4×4 grey TIFF with one strip of that compression.
func tiffOf(compression uint16, strip []byte) []byte {
	le := binary.LittleEndian
	out := append([]byte("II*\x00\x08\x00\x00\x00"), strip...)
	le.PutUint32(out[4:], uint32(len(out)))
	entries := [][2]uint32{
		{0x0100, 4},
		{0x0101, 4},
		{0x0102, 8},
		{0x0103, uint32(compression)},
		{0x0106, 1},
		{0x0111, 8},
		{0x0116, 4},
		{0x0117, uint32(len(strip))},
	}
	out = le.AppendUint16(out, uint16(len(entries)))
	for _, e := range entries {
		out = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(out, uint16(e[0])), 4), 1), e[1])
	}
	return append(out, 0, 0, 0, 0)
}

// endlessGIF has more frames than anybody could watch, and an endless loop.
func endlessGIF(t *testing.T) []byte {
	t.Helper()
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	g := &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{0, 0}}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	second := bytes.LastIndexByte(data[:len(data)-1], '!') // the last frame's extension
	out := bytes.Clone(data[:len(data)-1])
	for range 200_000 {
		out = append(out, data[second:len(data)-1]...)
	}
	return out // without the byte that ends it
}

// Small files that would unpack to much, or go on for ever, cost little: they are
// refused, or read as far as the picture goes.
func TestBombs(t *testing.T) {
	const most = 128 << 20 // bytes, allocated in all
	bomb := zeros(t, 1024)
	small := encoded(t, sample(4, 4), "png")
	picture := zeros(t, 1)
	lzw := encoded(t, sample(4, 4), "gif")
	lzw = lzw[:len(lzw)-2] // without the empty block that ends the picture
	for range 1 << 16 {
		lzw = append(lzw, 255)
		lzw = append(lzw, bytes.Repeat([]byte{0x55}, 255)...)
	}
	outgrown := encoded(t, sample(64, 64), "gif")
	binary.LittleEndian.PutUint16(outgrown[6:], 4)
	binary.LittleEndian.PutUint16(outgrown[8:], 4)
	for name, c := range map[string]struct {
		data  []byte
		opens bool
	}{
		"png, pixels":             {pngOf(4, 4, bomb), true},
		"png, too many pixels":    {pngOf(4, 4, picture), true},
		"png, profile":            {phototest.Chunk(small, "iCCP", append([]byte("p\x00\x00"), bomb...)), true},
		"png, text":               {phototest.Chunk(small, "zTXt", append([]byte("a\x00\x00"), bomb...)), true},
		"png, XMP":                {phototest.Chunk(small, "iTXt", append([]byte(XMPKeyword+"\x00\x01\x00\x00\x00"), bomb...)), true},
		"tiff, deflate":           {tiffOf(8, bomb), true},
		"tiff, LZW":               {tiffOf(5, bytes.Repeat([]byte{0x55}, 1<<20)), false},
		"tiff, PackBits":          {tiffOf(32773, bytes.Repeat([]byte{0x81, 0}, 1<<20)), true},
		"gif, frames":             {endlessGIF(t), true},
		"gif, data without end":   {lzw, true},
		"gif, frame beyond":       {outgrown, true},
		"webp, picture outgrows":  {phototest.WebPChunks(fixture(t, "lossless.webp"), 4, 4, nil, nil, nil), false},
		"webp, outgrows (lossy)":  {phototest.WebPChunks(fixture(t, "lossy.webp"), 4, 4, nil, nil, nil), false},
		"jpeg, tail without end":  {append(encoded(t, sample(4, 4), "jpeg"), make([]byte, 1<<24)...), true},
		"jpeg, fill without end":  {append([]byte{0xff, 0xd8}, bytes.Repeat([]byte{0xff}, 1<<22)...), false},
		"bmp, colours beyond end": {bmpColours(t), false},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		p, err := DecodeBytes(c.data, "bomb")
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if (err == nil) != c.opens || (err != nil && !known(err)) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > most {
			t.Errorf("%s: %d bytes of file took %d bytes of memory", name, len(c.data), n)
		}
		if took > 20*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// bmpColours states a palette that the file does not hold.
func bmpColours(t *testing.T) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White})
	data := encoded(t, img, "bmp")
	binary.LittleEndian.PutUint32(data[46:], 1<<31)
	return data[:60]
}

// loop is an EXIF block whose directories lead back to themselves.
func loop() []byte {
	le := binary.LittleEndian
	b := []byte("II*\x00\x08\x00\x00\x00\x02\x00")
	for _, id := range []uint16{0x8769, 0x8825} { // both sub-directories are this one
		b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, id), 4), 1), 8)
	}
	return le.AppendUint32(b, 8) // and so is the next
}

// Bad EXIF data and bad profiles are no reason to refuse a picture, in any format
// that can hold them: it opens with the very pixels, and can be exported.
func TestBadMetadataInEveryFormat(t *testing.T) {
	le := littleEndian
	clean := everyFormat(t)
	exif := map[string][]byte{
		"empty":      {},
		"noise":      []byte("no TIFF at all, no TIFF at all"),
		"cut":        phototest.Camera(le, 1)[:40],
		"loop":       loop(),
		"far away":   []byte("II*\x00\xff\xff\xff\xff"),
		"huge count": phototest.EXIF(le, []phototest.Tag{{ID: 0x010f, Kind: 2, Count: 1<<32 - 1, Data: make([]byte, 8)}}, nil, nil, nil),
		"odd kind":   phototest.EXIF(le, []phototest.Tag{{ID: 0x0112, Kind: 99, Count: 1, Data: []byte{6}}}, nil, nil, nil),
		"turn 77":    phototest.EXIF(le, []phototest.Tag{phototest.Short(le, 0x0112, 77)}, nil, nil, nil),
	}
	huge := phototest.DisplayP3()
	binary.BigEndian.PutUint32(huge[128:], 1<<32-1) // tags
	away := phototest.DisplayP3()
	binary.BigEndian.PutUint32(away[136:], 1<<32-8) // the first tag's place
	profiles := map[string][]byte{
		"noise": profileOf("RGB ", 600), "no profile": []byte("hello"), "cut": phototest.DisplayP3()[:200],
		"4 billion tags": huge, "tag far away": away,
	}
	put := map[string]func(exif, icc []byte) []byte{
		"jpeg": func(e, i []byte) []byte {
			data := clean["jpeg"]
			if e != nil {
				data = phototest.EXIFSegment(data, e)
			}
			if i != nil {
				data = phototest.ICCSegment(data, i)
			}
			return data
		},
		"png": func(e, i []byte) []byte {
			data := clean["png"]
			if e != nil {
				data = phototest.Chunk(data, "eXIf", e)
			}
			if i != nil {
				data = phototest.Chunk(data, "iCCP", []byte("p\x00\x00"+deflated(string(i))))
			}
			return data
		},
		"webp": func(e, i []byte) []byte {
			return phototest.WebPChunks(clean["webp"], 6*blockSide, 2*blockSide, i, e, nil)
		},
		"tiff": func(e, i []byte) []byte {
			var tags []phototest.Tag
			if e != nil { // its own directory is the EXIF data: spoil what it leads to
				tags = append(tags, phototest.Long(le, 0x8769, 8), phototest.Long(le, 0x8825, 1<<31), phototest.Raw(0x010f, e))
			}
			if i != nil {
				tags = append(tags, phototest.Raw(0x8773, i))
			}
			return phototest.TIFFTags(clean["tiff"], tags...)
		},
	}
	for format, put := range put {
		want := decoded(t, clean[format]).Image
		check := func(name string, data []byte) {
			t.Helper()
			p, err := Decode(bytes.NewReader(data), "x")
			if err != nil {
				t.Errorf("%s, %s: %v", format, name, err)
				return
			}
			if p.Format != format || p.Orientation != 1 || p.Image.Rect != want.Rect || !bytes.Equal(p.Image.Pix, want.Pix) {
				t.Errorf("%s, %s: pixels changed", format, name)
			}
			if err := EncodePNG(io.Discard, p.Own(), Metadata{Exif: p.Exif, ICC: p.ICC, XMP: p.XMP}); err != nil {
				t.Errorf("%s, %s: export: %v", format, name, err)
			}
		}
		for name, block := range exif {
			check("EXIF "+name, put(block, nil))
		}
		for name, profile := range profiles {
			check("profile "+name, put(nil, profile))
			check("both "+name, put(exif["loop"], profile))
		}
	}
}
