//go:build !linux && !darwin

package onnx

import (
	"os"
	"runtime"
)

// cpuName is the processor's name where the environment has it, as on Windows,
// and its architecture elsewhere.
func cpuName() string {
	if name := os.Getenv("PROCESSOR_IDENTIFIER"); name != "" {
		return name
	}
	return runtime.GOARCH
}
