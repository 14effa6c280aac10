//go:build linux && !race

package onnx

import "testing"

func TestAnonymousMemory(t *testing.T) {
	for line, size := range map[string]uintptr{
		"7f6a3bfff000-7f6a5c000000 rw-p 00000000 00:00 0 ":                                 0x7f6a5c000000 - 0x7f6a3bfff000,
		"15d55000-1ae43000 rw-p 00000000 00:00 0                                  [heap]":  0,
		"7ff54021000-7ff58000000 ---p 00000000 00:00 0 ":                                   0,
		"7ff5598ef000-7ff55b0ae000 r-xp 000ef000 fe:00 5324818    /x/libonnxruntime.so":    0,
		"7f0000000000-7f0000001000 rw-s 00000000 00:01 12345      /memfd:shared (deleted)": 0,
		"not a line": 0,
	} {
		from, to, ok := anonymous(line)
		if ok != (size > 0) || ok && to-from != size {
			t.Errorf("%q: got %x-%x, %v; want %d bytes", line, from, to, ok, size)
		}
	}
	if adviseHugePages(1 << 62) {
		t.Error("found memory of more bytes than there can be")
	}
}
