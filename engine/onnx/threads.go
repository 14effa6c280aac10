package onnx

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// defaultThreads returns the number of physical cores that this process may use, or 0
// when it is unknown, so that the runtime chooses. Two threads on one core share its
// multiply units and slow each other down.
func defaultThreads() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	return min(physicalCores("/sys/devices/system/cpu", runtime.NumCPU()), runtime.GOMAXPROCS(0))
}

// physicalCores counts the cores under a sysfs folder. When the folder has no data, it
// returns fallback, but at least 1.
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
