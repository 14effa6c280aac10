package onnx

import (
	"runtime"
	"syscall"
)

// cpuName returns the processor's name.
func cpuName() string {
	if name, err := syscall.Sysctl("machdep.cpu.brand_string"); err == nil {
		return name
	}
	return runtime.GOARCH
}
