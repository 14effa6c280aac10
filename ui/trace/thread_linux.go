package trace

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime returns how long the calling thread has computed.
func threadTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
