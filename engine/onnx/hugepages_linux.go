//go:build linux && !race

package onnx

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// adviseHugePages asks the system to use large pages for the runtime's arena: private
// memory without a file, in one mapping of at least atLeast bytes. The planes of an
// image take tens of megabytes, and with pages of 4 kB address translation takes about
// a tenth of a run's time. It is only advice: where the system ignores it, nothing
// changes.
//
// The result is true when it need not be called again: it found such a mapping, or it
// cannot read the list of mappings.
func adviseHugePages(atLeast uintptr) bool {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return true
	}
	defer f.Close()
	found := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if from, to, ok := anonymous(lines.Text()); ok && to-from >= atLeast && to-from < maxArena {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_HUGEPAGE)
			found = true
		}
	}
	return found
}

// maxArena is an upper limit for the size of the arena's mapping, that is its first
// chunk and what the system may have placed beside it. Larger mappings are only
// reserved address space.
const maxArena = 2 << 30

// anonymous parses a line of /proc/self/maps and reports whether it describes private,
// writable memory without a file. This may also match Go's own heap if it is as large,
// which does no harm.
func anonymous(line string) (from, to uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) != 5 || fields[1] != "rw-p" || fields[4] != "0" {
		return 0, 0, false
	}
	if _, err := fmt.Sscanf(fields[0], "%x-%x", &from, &to); err != nil {
		return 0, 0, false
	}
	return from, to, true
}
