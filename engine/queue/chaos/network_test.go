//go:build unix

package chaos

import (
	"fmt"
	"net"
	"os/exec"
	"testing"
)

// network is where the processes run.
type network interface {
	// address is where the server listens.
	address() string
	// command returns a command that runs on a machine.
	command(machine string, args ...string) *exec.Cmd
	// cut cuts a machine off, or connects it again.
	cut(machine string, off bool)
}

// loopback has all processes on this machine. It cannot be cut.
type loopback struct{ at string }

func newLoopback(t *testing.T) network {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return loopback{l.Addr().String()}
}

func (l loopback) address() string { return l.at }

func (l loopback) command(_ string, args ...string) *exec.Cmd {
	return exec.Command(args[0], args[1:]...)
}

func (l loopback) cut(string, bool) {}

// namespaces has every machine in a network namespace of its own, with a link to that of
// the server and none to the world.
type namespaces struct {
	t     *testing.T
	links map[string]string // the server's end, by machine
}

const prefix = "deltaedit-chaos-"

func newNamespaces(t *testing.T, machines ...string) network {
	t.Helper()
	n := &namespaces{t: t, links: map[string]string{}}
	n.add("server")
	for i, m := range machines {
		n.add(m)
		here, there := fmt.Sprintf("dechaos%da", i), fmt.Sprintf("dechaos%db", i)
		n.ip("link", "add", here, "netns", prefix+"server", "type", "veth", "peer", "name", there, "netns", prefix+m)
		for _, end := range []struct{ space, link, address string }{
			{"server", here, fmt.Sprintf("10.99.%d.1/24", i)}, {m, there, fmt.Sprintf("10.99.%d.2/24", i)},
		} {
			n.ip("-n", prefix+end.space, "addr", "add", end.address, "dev", end.link)
			n.ip("-n", prefix+end.space, "link", "set", end.link, "up")
		}
		// The server has one address for all.
		n.ip("-n", prefix+m, "route", "add", "10.99.255.1", "via", fmt.Sprintf("10.99.%d.1", i))
		n.links[m] = here
	}
	n.ip("-n", prefix+"server", "addr", "add", "10.99.255.1/32", "dev", "lo")
	return n
}

func (n *namespaces) add(machine string) {
	n.ip("netns", "add", prefix+machine)
	n.t.Cleanup(func() { n.ip("netns", "del", prefix+machine) })
	n.ip("-n", prefix+machine, "link", "set", "lo", "up")
}

func (n *namespaces) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %q: %v: %s", args, err, out)
	}
}

func (n *namespaces) address() string { return "10.99.255.1:4222" }

func (n *namespaces) command(machine string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", prefix + machine}, args...)...)
}

func (n *namespaces) cut(machine string, off bool) {
	state := "up"
	if off {
		state = "down"
	}
	n.ip("-n", prefix+"server", "link", "set", n.links[machine], state)
}
