package nosockets_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"deltaedit/ui/internal/nosockets"
)

const what = "DELTAEDIT_TEST_SOCKETS"

func TestMain(m *testing.M) {
	switch os.Getenv(what) {
	case "":
		os.Exit(m.Run())
	case "unix":
		os.Setenv(what, "open unix")
	case "tcp":
		os.Setenv(what, "open tcp")
	case "udp":
		os.Setenv(what, "open udp")
	case "open unix":
		// An address that nobody has: the connection is refused, and no more.
		_, err := net.Dial("unix", "/nowhere")
		fmt.Print(err)
		os.Exit(0)
	case "open tcp":
		_, err := net.Dial("tcp", "127.0.0.1:1")
		fmt.Print(err)
		os.Exit(0)
	case "open udp":
		_, err := net.Dial("udp", "[::1]:1")
		fmt.Print(err)
		os.Exit(0)
	}
	fmt.Print(nosockets.Exec([]string{os.Args[0]}))
	os.Exit(77)
}

// Sockets of the internet end the program; others do not.
func TestExec(t *testing.T) {
	for kind, ends := range map[string]bool{"unix": false, "tcp": true, "udp": true} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), what+"="+kind)
		out, err := cmd.Output()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 77 {
			t.Skipf("%s", out)
		}
		killed := exit != nil && exit.Sys().(syscall.WaitStatus).Signal() == nosockets.Signal
		if killed != ends || !ends && err != nil {
			t.Errorf("%s: %v, %s", kind, err, out)
		}
	}
}
