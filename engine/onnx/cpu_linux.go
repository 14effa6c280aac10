package onnx

import "runtime"

// cpuName returns the processor's name, or its architecture where the system gives no
// name, as on many ARM boards.
func cpuName() string {
	if name := fieldOf("/proc/cpuinfo", "model name"); name != "" {
		return name
	}
	return runtime.GOARCH
}
