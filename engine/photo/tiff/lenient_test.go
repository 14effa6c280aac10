package tiff

import (
	"encoding/binary"
	"fmt"
	"testing"

	"deltaedit/engine/photo/phototest"
)

// Old programs leave out tags that can be worked out: the lengths of strips and tiles,
// and the kind of colours. The image is that of the file with them.
func TestMissingTags(t *testing.T) {
	for _, order := range []phototest.Order{binary.BigEndian, binary.LittleEndian} {
		for _, samples := range []int{1, 3} {
			for _, compression := range []uint16{1, 8, 32773} {
				for _, tiles := range []int{0, 16} {
					f := phototest.TIFF{
						Order: order, Width: 37, Height: 21, Bits: 8, Samples: samples, Photometric: uint16(1 + samples/3),
						Compression: compression, RowsPerStrip: 8, TileW: tiles, TileH: tiles, Value: value,
					}
					want, err := Decode(f.Encode())
					if err != nil {
						t.Fatal(err)
					}
					counts := uint16(tagStripByteCounts)
					if tiles > 0 {
						counts = tagTileByteCounts
					}
					zeros := phototest.Tag{ID: counts, Kind: 4, Count: 6, Data: make([]byte, 24)}
					for name, tag := range map[string]phototest.Tag{
						"no lengths": {ID: counts, Kind: 4}, "lengths of 0": zeros, "no kind of colours": {ID: tagPhotometric, Kind: 3},
					} {
						g := f
						g.Tags = []phototest.Tag{tag}
						img, err := Decode(g.Encode())
						if err != nil {
							t.Errorf("%v, %d samples, compression %d, tiles %d, %s: %v", order, samples, compression, tiles, name, err)
							continue
						}
						for i := range 37 * 21 {
							if a, b := img.At(i%37, i/37), want.At(i%37, i/37); a != b {
								t.Errorf("%d samples, compression %d, tiles %d, %s: pixel %d is %v, want %v", samples, compression, tiles, name, i, a, b)
								break
							}
						}
					}
				}
			}
		}
	}
}

func TestDistances(t *testing.T) {
	for name, c := range map[string]struct {
		offsets, want []uint32
	}{
		"in order":       {[]uint32{8, 20, 50}, []uint32{12, 30, 50}},
		"from the end":   {[]uint32{50, 20, 8}, []uint32{50, 30, 12}},
		"twice the same": {[]uint32{8, 8, 60}, []uint32{52, 52, 40}},
		"behind the end": {[]uint32{8, 300}, []uint32{292, 0}},
	} {
		l := &layout{data: make([]byte, 100), offsets: c.offsets}
		if got := l.distances(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
