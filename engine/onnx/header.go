package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"deltaedit/engine/pack"
)

// An ONNX file is a protocol buffer. Its declared inputs and outputs are read here, in
// Go and without the weights, for two reasons: the binding can list them only by
// loading the whole model a second time, and a name that the graph does not have would
// otherwise cause an error only at the first run.

// ErrModel is wrapped when a file is not an ONNX model or does not have the
// tensors that the manifest states.
var ErrModel = errors.New("model does not fit the manifest")

var errProto = errors.New("not an ONNX file")

type header struct {
	inputs, outputs []pack.Tensor
}

// Field numbers of onnx.proto.
const (
	modelGraph       = 7
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	tensorName       = 8
	valueName        = 1
	valueType        = 2
	typeTensor       = 1
	tensorElem       = 1
	tensorShape      = 2
	shapeDim         = 1
	dimValue         = 1
)

// readHeaderFile reads the header of a model. The model's tensors must be in the model
// file itself or in the files listed in data, of which only the base names are used.
func readHeaderFile(name string, data []string) (header, error) {
	f, err := os.Open(name)
	if err != nil {
		return header{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return header{}, err
	}
	allowed := make([]string, len(data))
	for i, rel := range data {
		allowed[i] = path.Base(rel)
	}
	r := &blocks{file: f}
	if err := (locator{allowed}).check(r, info.Size()); err != nil {
		return header{}, err
	}
	return readHeader(r, info.Size())
}

// readHeader reads the graph's inputs and outputs from a model of size bytes. It omits
// initializers that are also listed as inputs.
func readHeader(r io.ReaderAt, size int64) (header, error) {
	var h header
	weights := map[string]bool{}
	found := false
	err := fields(r, 0, size, func(num int, off, n int64) error {
		if num != modelGraph {
			return nil
		}
		found = true
		return fields(r, off, n, func(num int, off, n int64) error {
			switch num {
			case graphInput, graphOutput:
				t, err := readValue(r, off, n)
				if err != nil {
					return err
				}
				if num == graphInput {
					h.inputs = append(h.inputs, t)
				} else {
					h.outputs = append(h.outputs, t)
				}
			case graphInitializer:
				return fields(r, off, n, func(num int, off, n int64) error {
					if num != tensorName {
						return nil
					}
					name, err := readString(r, off, n)
					weights[name] = true
					return err
				})
			}
			return nil
		})
	})
	if err == nil && (!found || len(h.outputs) == 0) {
		err = errProto
	}
	if err != nil {
		return header{}, err
	}
	kept := h.inputs[:0]
	for _, t := range h.inputs {
		if !weights[t.Name] {
			kept = append(kept, t)
		}
	}
	h.inputs = kept
	return h, nil
}

func readValue(r io.ReaderAt, off, n int64) (pack.Tensor, error) {
	var t pack.Tensor
	err := fields(r, off, n, func(num int, off, n int64) (err error) {
		switch num {
		case valueName:
			t.Name, err = readString(r, off, n)
		case valueType:
			err = fields(r, off, n, func(num int, off, n int64) error {
				if num != typeTensor {
					return nil
				}
				return fields(r, off, n, func(num int, off, n int64) error {
					switch num {
					case tensorElem:
						t.Type = elemName(off)
					case tensorShape:
						return fields(r, off, n, func(num int, off, n int64) error {
							if num != shapeDim {
								return nil
							}
							d := int64(-1)
							err := fields(r, off, n, func(num int, off, _ int64) error {
								if num == dimValue {
									d = off
								}
								return nil
							})
							t.Shape = append(t.Shape, d)
							return err
						})
					}
					return nil
				})
			})
		}
		return err
	})
	return t, err
}

func elemName(e int64) string {
	switch e {
	case 1:
		return "float32"
	case 7:
		return "int64"
	case 10:
		return "float16"
	case 11:
		return "float64"
	}
	return fmt.Sprintf("type %d", e)
}

// fields calls f for each field of the message of n bytes at off. For a
// length-delimited field, f gets the offset and length of its contents; for a varint, f
// gets its value in place of the offset. Other fields are skipped. Contents that f does
// not read are not read at all.
func fields(r io.ReaderAt, off, n int64, f func(num int, off, n int64) error) error {
	end := off + n
	var buf [2 * binary.MaxVarintLen64]byte
	for off < end {
		got, err := r.ReadAt(buf[:min(int64(len(buf)), end-off)], off)
		if got == 0 {
			return fmt.Errorf("%w: %w", errProto, err)
		}
		tag, used := binary.Uvarint(buf[:got])
		if used <= 0 {
			return errProto
		}
		off += int64(used)
		num := int(tag >> 3)
		switch tag & 7 {
		case 0, 2:
			v, more := binary.Uvarint(buf[used:got])
			if more <= 0 {
				return errProto
			}
			off += int64(more)
			if tag&7 == 0 {
				err = f(num, int64(v), 0)
			} else if v > uint64(end-off) {
				err = errProto
			} else {
				err = f(num, off, int64(v))
				off += int64(v)
			}
			if err != nil {
				return err
			}
		case 1:
			off += 8
		case 5:
			off += 4
		default:
			return errProto
		}
	}
	if off != end {
		return errProto
	}
	return nil
}

func readString(r io.ReaderAt, off, n int64) (string, error) {
	if n > 1<<16 {
		return "", errProto
	}
	buf := make([]byte, n)
	if _, err := r.ReadAt(buf, off); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return string(buf), nil
}
