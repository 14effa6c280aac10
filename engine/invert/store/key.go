package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"math"

	"deltaedit/engine/face"
)

// Key identifies an inversion by everything that it depends on. Its first groupSize bytes are
// the same for all faces of a photo.
type Key [sha256.Size]byte

const groupSize = 8

// String returns the key in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Inputs is everything that an inversion depends on.
type Inputs struct {
	// Pack is the hash of the pack's manifest, which holds the hash of the inverter.
	Pack string
	// Runtime is the version of ONNX Runtime, and Provider what runs the inverter: others
	// round in another way.
	Runtime, Provider string
	// Photo is the hash of the photo's file.
	Photo string
	// Alignment is the face's place in the photo.
	Alignment face.Alignment
	// Square is the aligned square, of any side, in the tones that the inverter sees. It
	// tells the pixels apart that another version of the program decodes from the file.
	Square *image.RGBA
}

// group returns the first bytes of the keys of the photo's inversions.
func (in Inputs) group() [groupSize]byte {
	sum := sha256.New()
	for _, text := range []string{string(magic), in.Pack, in.Runtime, in.Provider, in.Photo} {
		_ = binary.Write(sum, binary.LittleEndian, uint64(len(text))) // a hash does not fail
		sum.Write([]byte(text))
	}
	return [groupSize]byte(sum.Sum(nil))
}

// Key returns the key of the inversion.
func (in Inputs) Key() Key {
	group, sum := in.group(), sha256.New()
	sum.Write(group[:])
	a := in.Alignment
	for _, v := range []float64{a.Origin.X, a.Origin.Y, a.U.X, a.U.Y, a.V.X, a.V.Y} {
		_ = binary.Write(sum, binary.LittleEndian, math.Float64bits(v))
	}
	size := in.Square.Rect.Size()
	_ = binary.Write(sum, binary.LittleEndian, [2]uint64{uint64(size.X), uint64(size.Y)})
	for y := range size.Y {
		sum.Write(in.Square.Pix[y*in.Square.Stride:][:4*size.X])
	}
	k := Key(sum.Sum(nil))
	copy(k[:], group[:])
	return k
}
