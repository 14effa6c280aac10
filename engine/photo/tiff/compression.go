package tiff

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"math/bits"
	"strings"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

// expanded returns the bytes of a block, decompressed; w and h are its size in
// pixels. Reading ends with io.EOF or
// io.ErrUnexpectedEOF where the block's data ends.
func (l *layout) expanded(data []byte, w, h int) (io.Reader, error) {
	if l.reversed && l.compression != group4 {
		data = bytes.Clone(data)
		for i, b := range data {
			data[i] = bits.Reverse8(b)
		}
	}
	r := bytes.NewReader(data)
	switch l.compression {
	case packBits:
		return &unpacker{data: data}, nil
	case lzwCoding:
		if len(data) > 1 && data[0] == 0 && data[1]&1 == 1 {
			return nil, Unsupported("old-style LZW compression")
		}
		return lzw.NewReader(r, lzw.MSB, 8), nil
	case deflate, deflateOld:
		z, err := zlib.NewReader(r)
		return z, ended(err)
	case group4:
		order := ccitt.MSB
		if l.reversed {
			order = ccitt.LSB
		}
		return ccitt.NewReader(r, order, ccitt.Group4, w, h, &ccitt.Options{Invert: l.photometric == whiteIsZero}), nil
	}
	return r, nil
}

// ended tells an end of data that came too early from data that is wrong.
func ended(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "ccitt: incomplete code"):
		return io.ErrUnexpectedEOF
	case errors.As(err, new(jpeg.UnsupportedError)):
		return Unsupported("this kind of JPEG compression")
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// unpacker reads PackBits: runs of one byte and stretches of several, with their
// lengths before them.
type unpacker struct {
	data    []byte
	run     int  // bytes of value still to come
	value   byte // of the run
	literal int  // bytes of data still to come as they are
}

// Read is for io.Reader.
func (u *unpacker) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		switch {
		case u.run > 0:
			k := min(u.run, len(p)-n)
			for i := range k {
				p[n+i] = u.value
			}
			u.run -= k
			n += k
		case u.literal > 0 && len(u.data) > 0:
			k := copy(p[n:], u.data[:min(u.literal, len(u.data))])
			u.data = u.data[k:]
			u.literal -= k
			n += k
		case len(u.data) < 2: // not even a run
			return n, io.EOF
		default:
			length := int(int8(u.data[0]))
			u.data = u.data[1:]
			switch {
			case length >= 0:
				u.literal = length + 1
			case length != -128: // which stands for nothing
				u.run, u.value = 1-length, u.data[0]
				u.data = u.data[1:]
			}
		}
	}
	return n, nil
}
