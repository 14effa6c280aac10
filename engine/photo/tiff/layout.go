package tiff

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// Values of Compression.
const (
	none       = 1
	group4     = 4
	lzwCoding  = 5
	jpegCoding = 7
	deflate    = 8
	deflateOld = 32946
	packBits   = 32773
)

// Values of PhotometricInterpretation.
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgb         = 2
	palette     = 3
	cmyk        = 5
	yCbCr       = 6
)

// layout describes how an image is stored.
type layout struct {
	*directory
	data          []byte // the file
	width, height int
	bits          int // of a sample: 1, 2, 4, 8 or 16
	samples       int // of a pixel
	photometric   uint32
	compression   uint32
	planar        bool // each sample in a plane of its own
	predictor     bool // samples are differences to the pixel on the left
	reversed      bool // the bits of each byte, in compressed data
	alpha         uint32
	// A block is a strip or a tile. All have this size in pixels; across of them lie
	// side by side.
	blockWidth, blockHeight, across int
	tiled                           bool
	offsets, counts                 []uint32
}

// Values of ExtraSamples: alpha with premultiplied and with straight colours.
const (
	associated   = 1
	unassociated = 2
)

// newLayout reads a directory. Errors are Decode's.
func newLayout(data []byte, d *directory) (*layout, error) {
	l := &layout{directory: d, data: data}
	var err error
	if l.width, l.height, err = d.size(); err != nil {
		return nil, err
	}
	for _, read := range []func() error{l.readSamples, l.readColour, l.readCoding, l.readBlocks} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// size returns the image's size in pixels.
func (d *directory) size() (w, h int, err error) {
	width, height := d.number(tagWidth, 0), d.number(tagHeight, 0)
	if width == 0 || height == 0 || width > 1<<30 || height > 1<<30 {
		return 0, 0, fmt.Errorf("%w: it states a size of %d×%d pixels", ErrDamaged, width, height)
	}
	return int(width), int(height), nil
}

// maxSamples bounds the samples of a pixel.
const maxSamples = 32

func (l *layout) readSamples() error {
	bits, err := l.numbers(tagBits, maxSamples+1)
	if err != nil {
		return err
	}
	if len(bits) == 0 {
		bits = []uint32{1}
	}
	n := l.number(tagSamples, uint32(len(bits)))
	switch {
	case n == 0 || n > maxSamples:
		return fmt.Errorf("%w: it states %d samples a pixel", ErrDamaged, n)
	case len(bits) > 1 && uint32(len(bits)) < n:
		return fmt.Errorf("%w: it states the bits of %d samples of %d", ErrDamaged, len(bits), n)
	}
	l.samples, l.bits = int(n), int(bits[0])
	formats, err := l.numbers(tagSampleFormat, maxSamples)
	if err != nil {
		return err
	}
	for _, f := range formats {
		switch f {
		case 1, 4: // whole numbers, and undefined
		case 2:
			return Unsupported("signed samples")
		case 3:
			return Unsupported("floating-point samples")
		default:
			return Unsupported(fmt.Sprintf("complex samples (SampleFormat %d)", f))
		}
	}
	for _, b := range bits[:min(len(bits), l.samples)] {
		if b != bits[0] {
			return Unsupported("samples of different depths")
		}
	}
	if !slices.Contains([]int{1, 2, 4, 8, 16}, l.bits) {
		return Unsupported(fmt.Sprintf("samples of %d bits", l.bits))
	}
	return nil
}

func (l *layout) readColour() error {
	usual := uint32(blackIsZero) // of files that do not say
	if l.samples >= 3 {
		usual = rgb
	}
	l.photometric = l.number(tagPhotometric, usual)
	need := 1
	switch l.photometric {
	case whiteIsZero, blackIsZero:
	case rgb:
		need = 3
	case palette:
		if l.bits > 8 {
			return Unsupported(fmt.Sprintf("a palette of %d bits", l.bits))
		}
	case cmyk:
		need = 4
		if set := l.number(tagInkSet, 1); set != 1 {
			return Unsupported("inks other than CMYK")
		}
	case yCbCr:
		need = 3
		if l.number(tagCompression, none) != jpegCoding {
			return Unsupported("YCbCr colours without JPEG compression")
		}
	default:
		if name := photometrics[l.photometric]; name != "" {
			return Unsupported(name)
		}
		return Unsupported(fmt.Sprintf("colours of an unknown kind (PhotometricInterpretation %d)", l.photometric))
	}
	if l.samples < need {
		return fmt.Errorf("%w: %d samples a pixel for colours that need %d", ErrDamaged, l.samples, need)
	}
	if extra, err := l.numbers(tagExtraSamples, maxSamples); err == nil && len(extra) > 0 && l.samples > need {
		l.alpha = extra[0]
	}
	return nil
}

// photometrics names kinds of colours that are not read.
var photometrics = map[uint32]string{
	4: "a transparency mask in place of a picture", 8: "CIELab colours", 9: "ICCLab colours", 10: "ITULab colours",
	32803: "a camera's raw mosaic", 32844: "LogL colours", 32845: "LogLuv colours", 34892: "a camera's raw colours",
}

func (l *layout) readCoding() error {
	l.compression = l.number(tagCompression, none)
	switch l.compression {
	case 0:
		l.compression = none
	case none, lzwCoding, deflate, deflateOld, packBits:
	case group4:
		if l.bits != 1 || l.samples != 1 {
			return fmt.Errorf("%w: fax compression of %d samples of %d bits", ErrDamaged, l.samples, l.bits)
		}
	case jpegCoding:
		if l.bits != 8 {
			return Unsupported(fmt.Sprintf("JPEG compression of %d bits", l.bits))
		}
	default:
		if name := compressions[l.compression]; name != "" {
			return Unsupported(name + " compression")
		}
		return Unsupported(fmt.Sprintf("compression %d", l.compression))
	}
	l.planar = l.number(tagPlanar, 1) == 2 && l.samples > 1
	if l.planar && l.compression == jpegCoding {
		return Unsupported("JPEG compression of separate planes")
	}
	l.reversed = l.number(tagFillOrder, 1) == 2
	if c := l.compression; c == lzwCoding || c == deflate || c == deflateOld { // the others have none
		switch p := l.number(tagPredictor, 1); {
		case p == 2 && l.bits < 8:
			return Unsupported(fmt.Sprintf("a predictor with %d bits", l.bits))
		case p == 2:
			l.predictor = true
		case p > 2:
			return Unsupported(fmt.Sprintf("predictor %d", p))
		}
	}
	return nil
}

// compressions names kinds of compression that are not read.
var compressions = map[uint32]string{
	2: "fax (CCITT modified Huffman)", 3: "fax (CCITT group 3)", 6: "old-style JPEG", 9: "JBIG", 10: "JBIG",
	32766: "NeXT", 32771: "fax (CCITT, word-aligned)", 32809: "ThunderScan", 34661: "JBIG", 34676: "SGI log", 34677: "SGI log",
	34712: "JPEG 2000", 34887: "LERC", 34892: "lossy JPEG", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}

func (l *layout) readBlocks() error {
	l.blockWidth, l.blockHeight = l.width, l.height
	offsets, counts := uint16(tagStripOffsets), uint16(tagStripByteCounts)
	if l.has(tagTileWidth) {
		const most = 1 << 16
		w, h := l.number(tagTileWidth, 0), l.number(tagTileHeight, 0)
		if w < 8 || h < 8 || w > most || h > most {
			return fmt.Errorf("%w: tiles of %d×%d pixels", ErrDamaged, w, h)
		}
		// Large tiles of a small image would need memory for nothing.
		if w > max(1024, uint32(l.width)+16) || h > max(1024, uint32(l.height)+16) {
			return fmt.Errorf("%w: tiles of %d×%d pixels in a picture of %d×%d", ErrDamaged, w, h, l.width, l.height)
		}
		l.blockWidth, l.blockHeight, l.tiled = int(w), int(h), true
		offsets, counts = tagTileOffsets, tagTileByteCounts
	} else if rows := l.number(tagRowsPerStrip, 0); rows > 0 && rows < uint32(l.height) {
		l.blockHeight = int(rows)
	}
	l.across = ceil(l.width, l.blockWidth)
	n := l.across * ceil(l.height, l.blockHeight)
	if l.planar {
		n *= l.samples
	}
	var err error
	if l.offsets, err = l.numbers(offsets, n); err != nil {
		return err
	}
	if len(l.offsets) < n {
		return fmt.Errorf("%w: %d of %d parts of the picture have a place", ErrDamaged, len(l.offsets), n)
	}
	l.counts, err = l.numbers(counts, n)
	if err == nil && (len(l.counts) < n || slices.Max(l.counts) == 0) {
		l.counts = l.distances()
	}
	return err
}

// distances returns the lengths that blocks have at most, for files that state none: up
// to the next block, or to the end of the file.
func (l *layout) distances() []uint32 {
	sorted := slices.Sorted(slices.Values(l.offsets))
	sorted = append(slices.Compact(sorted), uint32(min(len(l.data), math.MaxUint32)))
	out := make([]uint32, len(l.offsets))
	for i, from := range l.offsets {
		at, _ := slices.BinarySearch(sorted[:len(sorted)-1], from)
		out[i] = max(sorted[at+1], from) - from
	}
	return out
}

func ceil(n, d int) int { return (n + d - 1) / d }

// block returns the compressed bytes of a block, fewer where the file ends within
// them. The error is io.ErrUnexpectedEOF for a block after the end of the file.
func (l *layout) block(i int) ([]byte, error) {
	from := uint64(l.offsets[i])
	if from >= uint64(len(l.data)) {
		return nil, io.ErrUnexpectedEOF
	}
	return l.data[from:min(uint64(len(l.data)), from+uint64(l.counts[i]))], nil
}
