package onnx

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// counted counts the reads of a file.
type counted struct {
	io.ReaderAt
	reads int
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	c.reads++
	return c.ReaderAt.ReadAt(p, off)
}

func TestBlocksReadTheSame(t *testing.T) {
	data := make([]byte, 3*blockSize+5)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(data)
	file := bytes.NewReader(data)
	b := &blocks{file: file}
	r := rand.New(rng)
	for range 2000 {
		n, off := r.IntN(40), r.Int64N(int64(len(data)+20))
		if r.IntN(100) == 0 {
			n = blockSize + 1
		}
		want, got := make([]byte, n), make([]byte, n)
		wantN, wantErr := file.ReadAt(want, off)
		gotN, gotErr := b.ReadAt(got, off)
		// An empty read at the end may or may not say that it is the end.
		if gotN != wantN || !bytes.Equal(got, want) || n > 0 && errors.Is(gotErr, io.EOF) != errors.Is(wantErr, io.EOF) {
			t.Fatalf("%d bytes at %d of %d: got %d, %v, want %d, %v", n, off, len(data), gotN, gotErr, wantN, wantErr)
		}
	}
	if _, err := b.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("no error before the file")
	}
}

func TestBlocksReadSeldom(t *testing.T) {
	c := &counted{ReaderAt: bytes.NewReader(make([]byte, blockSize))}
	b := &blocks{file: c}
	for off := range int64(blockSize - 20) {
		if n, err := b.ReadAt(make([]byte, 20), off); n != 20 || err != nil {
			t.Fatalf("at %d: %d, %v", off, n, err)
		}
	}
	if c.reads != 1 {
		t.Errorf("%d reads, want 1", c.reads)
	}
}
