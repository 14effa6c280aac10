//go:build !linux

// Package nosockets keeps tests' programs from the network: the system ends a program that
// opens a socket of the internet, before it does anything with it.
package nosockets

import (
	"errors"
	"syscall"
)

// Signal is what ends a program that opens a socket.
const Signal = syscall.SIGKILL

// ErrUnsupported means that the system cannot do that.
var ErrUnsupported = errors.New("sockets cannot be forbidden here")

// Exec replaces this process by a program that may open no socket of the internet. It
// returns only errors.
func Exec([]string) error { return ErrUnsupported }
