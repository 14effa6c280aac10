//go:build !linux || race

package onnx

// adviseHugePages does nothing on systems without such advice and under the race
// detector, whose own memory would match too.
func adviseHugePages(uintptr) bool { return true }
