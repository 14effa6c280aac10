package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"iter"
	"strconv"
	"strings"
)

// pngChunk is a chunk of a PNG in memory. Its slices share the file's memory.
type pngChunk struct {
	kind string
	body []byte
	raw  []byte // the whole chunk: length, type, body, checksum
}

// intact reports whether the chunk's checksum is right.
func (c pngChunk) intact() bool {
	n := len(c.raw)
	return crc32.ChecksumIEEE(c.raw[4:n-4]) == binary.BigEndian.Uint32(c.raw[n-4:])
}

// ancillary reports whether an image can be decoded without the chunk.
func (c pngChunk) ancillary() bool { return c.kind[0]&0x20 != 0 }

// pngChunks yields the chunks of a PNG up to and including IEND, whether or not
// their checksums are right. It stops at a chunk that the file cuts short.
func pngChunks(data []byte) iter.Seq[pngChunk] {
	return func(yield func(pngChunk) bool) {
		if !strings.HasPrefix(string(data[:min(len(data), len(signature))]), signature) {
			return
		}
		for rest := data[len(signature):]; len(rest) >= 12; {
			n := uint64(binary.BigEndian.Uint32(rest))
			if n+12 > uint64(len(rest)) {
				return
			}
			c := pngChunk{kind: string(rest[4:8]), body: rest[8 : 8+n], raw: rest[:12+n]}
			if !yield(c) || c.kind == "IEND" {
				return
			}
			rest = rest[12+n:]
		}
	}
}

// rawProfile decodes a text in which ImageMagick kept a profile before PNG had
// chunks for them: a newline, the profile's name, its length in bytes, and its
// bytes in hexadecimal over several lines. It returns nil for other texts.
func rawProfile(text string) []byte {
	fields := strings.Fields(text)
	if len(fields) < 3 || len(text) > maxPacket {
		return nil
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return nil
	}
	data, err := hex.DecodeString(strings.Join(fields[2:], ""))
	if err != nil || len(data) != n {
		return nil
	}
	return data
}

// inflate decompresses data, up to limit bytes.
func inflate(data []byte, limit int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(out)) > limit {
		return nil, ErrTooLarge
	}
	return out, nil
}
