//go:build unix

package store

import (
	"os/signal"
	"syscall"
)

// limitFiles makes writing beyond a number of bytes fail from now on.
func limitFiles(bytes uint64) {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		panic(err)
	}
}
