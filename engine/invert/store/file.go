package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/invert"
	"deltaedit/engine/onnx"
)

// A file holds the magic, the key, the lengths of the style code, the feature offset and
// the extended code, their values as little-endian float32, and the SHA-256 of all that.
// The length of a slice that is nil is absent.
var magic = []byte("deltaedit inversion 1\n")

const absent = math.MaxUint32

var errFile = errors.New("not an inversion")

// slicesOf returns the slices of a code in the order of the file.
func slicesOf(c *invert.Code) []*[]float32 { return []*[]float32{&c.Style, &c.Offset, &c.WPlus} }

// headerSize is the number of bytes before the values.
var headerSize = len(magic) + sha256.Size + 3*4

// encodedSize returns the size in bytes of a code's file.
func encodedSize(c invert.Code) int64 {
	n := headerSize + sha256.Size
	for _, v := range slicesOf(&c) {
		n += 4 * len(*v)
	}
	return int64(n)
}

func write(w io.Writer, k Key, c invert.Code) error {
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	header := append(append([]byte{}, magic...), k[:]...)
	for _, v := range slicesOf(&c) {
		n := uint32(len(*v))
		if *v == nil {
			n = absent
		}
		header = binary.LittleEndian.AppendUint32(header, n)
	}
	_, _ = out.Write(header) // Flush returns the first error
	var b [4]byte
	for _, values := range slicesOf(&c) {
		for _, v := range *values {
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
			_, _ = out.Write(b[:])
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}

// read reads the file of a key, which may have at most limit bytes.
func read(path string, k Key, limit int64) (invert.Code, error) {
	if err := atomicfile.Plain(path); err != nil {
		return invert.Code{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return invert.Code{}, err
	}
	if info.Size() > limit {
		return invert.Code{}, fmt.Errorf("%w: it has %d bytes, more than %d", errFile, info.Size(), limit)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return invert.Code{}, err
	}
	return decode(data, k)
}

// decode reads the code of a key from a file's bytes.
func decode(data []byte, k Key) (invert.Code, error) {
	if len(data) < headerSize+sha256.Size {
		return invert.Code{}, fmt.Errorf("%w: it is too short", errFile)
	}
	data, tail := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if sha256.Sum256(data) != [sha256.Size]byte(tail) {
		return invert.Code{}, fmt.Errorf("%w: its hash is wrong", errFile)
	}
	header, values := data[:headerSize], data[headerSize:]
	if string(header[:len(magic)]) != string(magic) || Key(header[len(magic):len(magic)+sha256.Size]) != k {
		return invert.Code{}, fmt.Errorf("%w: it is of another key or kind", errFile)
	}
	lengths := header[len(magic)+sha256.Size:]
	var c invert.Code
	for i, v := range slicesOf(&c) {
		n := binary.LittleEndian.Uint32(lengths[4*i:])
		if n == absent {
			continue
		}
		if uint64(len(values)) < 4*uint64(n) {
			return invert.Code{}, fmt.Errorf("%w: it ends too early", errFile)
		}
		*v = make([]float32, n)
		for j := range *v {
			(*v)[j] = math.Float32frombits(binary.LittleEndian.Uint32(values[4*j:]))
		}
		values = values[4*n:]
		if err := onnx.CheckFinite("the inversion", *v); err != nil {
			return invert.Code{}, fmt.Errorf("%w: %w", errFile, err)
		}
	}
	if len(values) > 0 || len(c.Style) == 0 {
		return invert.Code{}, fmt.Errorf("%w: it has %d bytes too many, and a style code of %d values", errFile, len(values), len(c.Style))
	}
	return c, nil
}
