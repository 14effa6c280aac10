//go:build !linux && !darwin

package onnx

import (
	"os"
	"runtime"
)

// cpuName returns the processor's name where the environment has it, as on Windows, or
// else its architecture.
func cpuName() string {
	if name := os.Getenv("PROCESSOR_IDENTIFIER"); name != "" {
		return name
	}
	return runtime.GOARCH
}
