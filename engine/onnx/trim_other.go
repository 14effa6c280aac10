//go:build !linux

package onnx

// trimMemory does nothing: other systems reclaim free memory by themselves.
func trimMemory() {}
