//go:build !linux

package onnx

// trimMemory does nothing: other systems take free memory back by themselves.
func trimMemory() {}
