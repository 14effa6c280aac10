package cli

import (
	"os"
	"strconv"
	"strings"
)

// peakMB returns the most memory that the process held, in megabytes, 0 where
// the system does not tell (it does on Linux).
func peakMB() float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			if err != nil {
				return 0
			}
			return round(kb*1024/1e6, 1)
		}
	}
	return 0
}
