// Package nosockets keeps tests' programs from the network: the system ends a program that
// opens a socket of the internet, before it does anything with it.
package nosockets

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Signal is what ends a program that opens a socket.
const Signal = syscall.SIGSYS

// ErrUnsupported means that the system cannot do that.
var ErrUnsupported = errors.New("sockets cannot be forbidden here")

// Offsets in struct seccomp_data, on machines with the lower half of a word first.
const (
	offNumber   = 0
	offArgument = 16 // the first one
)

// Exec replaces this process by a program that may open no socket of the internet; nor may
// the programs that it starts. args[0] is its path. It returns only errors.
func Exec(args []string) error {
	const allow, end = unix.SECCOMP_RET_ALLOW, 0x80000000 // SECCOMP_RET_KILL_PROCESS
	statement := func(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }
	jump := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	load := func(offset uint32) unix.SockFilter {
		return statement(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, offset)
	}
	filter := []unix.SockFilter{
		load(offNumber),
		jump(unix.SYS_SOCKET, 0, 4),
		load(offArgument),
		jump(unix.AF_INET, 1, 0),
		jump(unix.AF_INET6, 0, 1),
		statement(unix.BPF_RET|unix.BPF_K, end),
		statement(unix.BPF_RET|unix.BPF_K, allow),
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// The filter is that of this thread, and so of the program that it becomes.
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	runtime.KeepAlive(filter)
	return syscall.Exec(args[0], args, os.Environ())
}
