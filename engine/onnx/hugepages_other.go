//go:build !linux || race

package onnx

// adviseHugePages does nothing where there is no such advice, or where the race
// detector's own memory would be meant too.
func adviseHugePages(uintptr) bool { return true }
