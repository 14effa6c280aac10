//go:build linux && !race

package onnx

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// adviseHugePages asks for large pages in private memory without a file, in one
// piece of at least so many bytes: the runtime's arena. A picture's planes take
// tens of megabytes, and looking up pages of 4 kB costs a run about a tenth of
// its time. It is advice: where the system does not follow it nothing changes.
//
// It reports whether there is such memory, or will not be.
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

// maxArena is more than the arena's first chunk and what the system may have put
// beside it: address space that is only reserved comes in larger pieces.
const maxArena = 2 << 30

// anonymous reads a line of /proc/self/maps and reports whether it is of private,
// writable memory that belongs to no file. It may be Go's own, where a heap is as
// large: no harm is done.
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
