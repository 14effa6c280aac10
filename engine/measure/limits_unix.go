//go:build unix

package measure

import (
	"fmt"
	"strings"
	"syscall"
)

// limits describes the memory limits of this process (ulimit), "" for none. A provider
// that fails under them may work without them.
func limits() string {
	var out []string
	for _, l := range []struct {
		name     string
		resource int
	}{{"address space", syscall.RLIMIT_AS}, {"data", syscall.RLIMIT_DATA}} {
		var r syscall.Rlimit
		// Values beyond any machine's memory mean no limit.
		if syscall.Getrlimit(l.resource, &r) == nil && uint64(r.Cur) < 1<<46 {
			out = append(out, fmt.Sprintf("%s %d KB", l.name, uint64(r.Cur)>>10))
		}
	}
	return strings.Join(out, ", ")
}
