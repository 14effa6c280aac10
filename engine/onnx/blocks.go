package onnx

import "io"

// blockSize is the number of bytes that blocks reads at a time.
const blockSize = 16 << 10

// blocks reads through one block of a file. Reading a model's header takes thousands of
// reads of a few bytes close to each other, and each would be a call of the system. Not
// safe for concurrent use.
type blocks struct {
	file io.ReaderAt
	at   int64  // of data in the file
	data []byte // what is known
}

// ReadAt implements io.ReaderAt.
func (b *blocks) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || len(p) > blockSize {
		return b.file.ReadAt(p, off)
	}
	if off < b.at || off+int64(len(p)) > b.at+int64(len(b.data)) {
		if b.data == nil {
			b.data = make([]byte, blockSize)
		}
		n, err := b.file.ReadAt(b.data[:blockSize], off)
		b.at, b.data = off, b.data[:n]
		if n < len(p) {
			return copy(p, b.data), err
		}
	}
	return copy(p, b.data[off-b.at:]), nil
}
