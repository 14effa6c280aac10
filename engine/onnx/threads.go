package onnx

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// defaultThreads returns the number of physical cores that this process may
// use, and 0, the runtime's own choice, where that cannot be told. Two threads
// on one core share its multipliers and only get in each other's way.
func defaultThreads() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	return min(physicalCores("/sys/devices/system/cpu", runtime.NumCPU()), runtime.GOMAXPROCS(0))
}

// physicalCores counts the cores under a sysfs folder, and returns fallback
// when it says nothing.
func physicalCores(sys string, fallback int) int {
	lists, _ := filepath.Glob(filepath.Join(sys, "cpu[0-9]*", "topology", "thread_siblings_list"))
	seen := map[string]bool{}
	for _, path := range lists {
		if data, err := os.ReadFile(path); err == nil {
			seen[strings.TrimSpace(string(data))] = true
		}
	}
	if len(seen) == 0 {
		return max(1, fallback)
	}
	return len(seen)
}
