package cli

import (
	"os"
	"strconv"
	"strings"
)

// peakMB returns the most memory that the process held, in megabytes, 0 where
// the system does not tell (it does on Linux).
func peakMB() float64 { return memoryMB("VmHWM:") }

// memoryMB returns one of the kernel's figures of this process's memory in
// megabytes, 0 where the system does not tell.
func memoryMB(key string) float64 { return round(ownStatus(key)*1024/1e6, 1) }

// ownStatus returns a number of /proc/self/status, which is in kB where it is of
// memory, and 0 where there is none.
func ownStatus(key string) float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, key); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			if err != nil {
				return 0
			}
			return v
		}
	}
	return 0
}
