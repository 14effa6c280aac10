package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

// A file of a picture holds the magic, the key, the number of values, the values as
// little-endian int16 in steps of pictureStep, and the SHA-256 of all that.
var pictureMagic = []byte("deltaedit picture 1\n")

const (
	pictureSuffix = ".picture"
	// pictureStep is an eightieth of a level of a picture in [-1, 1].
	pictureStep = 1.0 / 8192
)

var pictureHeader = len(pictureMagic) + sha256.Size + 4

// Picture returns the key of the picture that a provider draws of an inversion with a side of
// some pixels.
func (k Key) Picture(provider string, side int) Key {
	sum := sha256.New()
	sum.Write(k[:])
	_ = binary.Write(sum, binary.LittleEndian, uint64(side)) // a hash does not fail
	sum.Write([]byte(provider))
	out := Key(sum.Sum(nil))
	copy(out[:groupSize], k[:])
	return out
}

// PutPicture keeps the picture of a key, of any number of values in [-4, 4): others are
// clamped. It writes in the background as Put does, but is done with the values when it
// returns.
func (s *Store) PutPicture(k Key, pix []float32) {
	if s == nil || int64(pictureHeader+2*len(pix)+sha256.Size) > s.limit {
		return
	}
	data := make([]byte, 0, pictureHeader+2*len(pix)+sha256.Size)
	data = append(append(data, pictureMagic...), k[:]...)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(pix)))
	for _, v := range pix {
		n := math.Round(float64(v) / pictureStep)
		data = binary.LittleEndian.AppendUint16(data, uint16(int16(max(min(n, math.MaxInt16), math.MinInt16))))
	}
	s.keep(s.picturePath(k), int64(cap(data)), func(w io.Writer) error {
		sum := sha256.Sum256(data)
		_, err := w.Write(append(data, sum[:]...))
		return err
	})
}

// Picture returns the picture of a key, which has some number of values, and whether there is
// one. A file that is damaged counts as missing. No value differs by more than 1/16384 from
// what was put. The values belong to the caller.
func (s *Store) Picture(k Key, values int) ([]float32, bool) {
	if s == nil {
		return nil, false
	}
	path := s.picturePath(k)
	data, err := readFile(path, s.limit)
	if err != nil {
		return nil, false
	}
	pix, err := decodePicture(data, k, values)
	if err != nil {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // an entry whose time cannot be set is removed sooner
	return pix, true
}

func (s *Store) picturePath(k Key) string {
	return s.path(k)[:len(s.path(k))-len(suffix)] + pictureSuffix
}

func decodePicture(data []byte, k Key, values int) ([]float32, error) {
	if want := pictureHeader + 2*values + sha256.Size; len(data) != want {
		return nil, fmt.Errorf("%w: it has %d bytes, want %d", errFile, len(data), want)
	}
	data, tail := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if sha256.Sum256(data) != [sha256.Size]byte(tail) {
		return nil, fmt.Errorf("%w: its hash is wrong", errFile)
	}
	header := binary.LittleEndian.AppendUint32(append(append([]byte{}, pictureMagic...), k[:]...), uint32(values))
	if !bytes.Equal(data[:pictureHeader], header) {
		return nil, fmt.Errorf("%w: it is of another key or kind", errFile)
	}
	pix := make([]float32, values)
	for i := range pix {
		pix[i] = float32(int16(binary.LittleEndian.Uint16(data[pictureHeader+2*i:]))) * pictureStep
	}
	return pix, nil
}
