package ifd_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"deltaedit/engine/photo/ifd"
	"deltaedit/engine/photo/phototest"
)

func TestEntries(t *testing.T) {
	for _, o := range []ifd.Order{binary.BigEndian, binary.LittleEndian} {
		data := phototest.EXIF(o, []phototest.Tag{
			phototest.Short(o, 0x0112, 6), phototest.Text(0x010f, "MakerCo"), phototest.Short(o, 0x0112, 3),
			{ID: 0x0200, Kind: 99, Count: 1, Data: []byte{1, 2, 3, 4}},
			{ID: 0x0201, Kind: 4, Count: 1 << 31, Data: make([]byte, 8)}, // longer than the data
		}, nil, nil, []byte("\xff\xd8\xff\xd9"))
		got, ok := ifd.OrderOf(data)
		if !ok || got != o {
			t.Fatalf("order %v, %t", got, ok)
		}
		entries, next, ok := ifd.Entries(data, o, 8)
		if !ok || next == 0 {
			t.Fatalf("next directory at %d, %t", next, ok)
		}
		want := []ifd.Entry{
			{Tag: 0x0112, Kind: 3, Count: 1, Value: o.AppendUint16(nil, 6), At: 8 + 2 + 8},
			{Tag: 0x010f, Kind: 2, Count: 8, Value: []byte("MakerCo\x00"), At: 8 + 2 + 5*12 + 4},
			{Tag: 0x0112, Kind: 3, Count: 1, Value: o.AppendUint16(nil, 3), At: 8 + 2 + 2*12 + 8},
			{Tag: 0x0200, Kind: 99, Count: 1, Value: []byte{}, At: 8 + 2 + 3*12 + 8},
			{Tag: 0x0201, Kind: 4, Count: 1 << 31},
		}
		n := 0
		for e := range entries {
			w := want[n]
			if e.Tag != w.Tag || e.Kind != w.Kind || e.Count != w.Count || !bytes.Equal(e.Value, w.Value) || (e.Value == nil) != (w.Value == nil) || e.At != w.At {
				t.Errorf("%v: entry %d is %+v, want %+v", o, n, e, w)
			}
			n++
		}
		if n != len(want) {
			t.Errorf("%v: %d entries, want %d", o, n, len(want))
		}
		for range entries { // a reader may stop
			break
		}
		thumbnail, last, ok := ifd.Entries(data, o, next)
		if !ok || last != 0 {
			t.Errorf("%v: the last directory says that the next is at %d, %t", o, last, ok)
		}
		n = 0
		for range thumbnail {
			n++
		}
		if n != 2 {
			t.Errorf("%v: %d entries of the thumbnail", o, n)
		}
	}
}

// A directory need not have the offset of the next one, but all of its entries.
func TestEntriesOfDataThatEnds(t *testing.T) {
	o := binary.LittleEndian
	data := phototest.EXIF(o, []phototest.Tag{phototest.Short(o, 0x0112, 6)}, nil, nil, nil)
	if _, _, ok := ifd.Entries(data[:8+2+12], o, 8); !ok {
		t.Error("a whole directory at the end is refused")
	}
	for _, n := range []int{8 + 2 + 11, 8 + 2, 8 + 1, 8, 0} {
		if _, _, ok := ifd.Entries(data[:n], o, 8); ok {
			t.Errorf("the directory of %d bytes is accepted", n)
		}
	}
	if _, _, ok := ifd.Entries(data, o, 1<<32-1); ok {
		t.Error("a directory behind the data is accepted")
	}
	for _, text := range []string{"", "II*\x00\x08\x00\x00", "II\x2b\x00\x08\x00\x00\x00", "MM*\x00\x00\x00\x00\x08"} {
		if _, ok := ifd.OrderOf([]byte(text)); ok {
			t.Errorf("%q has an order", text)
		}
	}
}
