package bench

import (
	"math"
	"os"
	"strconv"
	"strings"
)

// peakMB returns the peak memory of the process in megabytes, or 0 if the system does
// not report it (Linux does).
func peakMB() float64 { return memoryMB("VmHWM:") }

// memoryMB returns one of the kernel's figures on the memory of this process in
// megabytes, or 0 if the system does not report it.
func memoryMB(key string) float64 { return round(ownStatus(key)*1024/1e6, 1) }

// ownStatus returns a number from /proc/self/status, in kB for memory, or 0 if there is
// none.
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

// round rounds to the given number of decimals.
func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p) / p
}
