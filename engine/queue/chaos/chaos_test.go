//go:build unix

package chaos

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/queuetest"
)

var full = flag.Bool("full", false, "the full run, in network namespaces (root on Linux, two minutes)")

// size is how much happens.
type size struct {
	photos, edits int
	each          time.Duration // an edit
	ackWait       time.Duration
	kills         int           // of workers
	restarts      int           // of the server
	cut           time.Duration // of one worker's link
	limit         time.Duration // for all
}

var (
	small  = size{photos: 12, edits: 5, each: 20 * time.Millisecond, ackWait: time.Second, kills: 3, restarts: 1, limit: 3 * time.Minute}
	whole  = size{photos: 60, edits: 10, each: 150 * time.Millisecond, ackWait: queue.AckWait, kills: 10, restarts: 2, cut: 20 * time.Second, limit: 10 * time.Minute}
	worker = []string{"worker0", "worker1", "worker2"}
)

// TestChaos: whatever is killed or cut, every edit has one result at the end, with the
// pictures of an undisturbed batch without a queue, and nothing is left on the server.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for a while")
	}
	s := small
	c := &chaos{t: t, dir: t.TempDir(), running: map[string]*process{}}
	if *full {
		s = whole
		c.net = newNamespaces(t, append([]string{"batch"}, worker...)...)
	} else {
		c.net = newLoopback(t)
	}
	c.size = s
	plan, err := queuetest.Plan(c.dir, s.photos, s.edits)
	if err != nil {
		t.Fatal(err)
	}
	c.plan, c.out = plan, filepath.Join(c.dir, "queued")
	t.Cleanup(c.endAll)
	c.start("server")
	for _, w := range worker {
		c.start(w)
	}
	c.start("batch")
	begun := time.Now()
	c.disturb()
	if err := c.running["batch"].wait(s.limit); err != nil {
		t.Fatalf("the batch: %v\n%s", err, c.log())
	}
	t.Logf("%d edits in %v", s.photos*s.edits, time.Since(begun).Round(time.Millisecond))
	if s.cut > 0 && !c.mended.Load() {
		t.Error("the batch was over before the link was there again")
	}
	for _, w := range worker {
		c.end(w, syscall.SIGTERM)
	}
	var left queue.Contents
	if err := json.Unmarshal(c.look(), &left); err != nil || left != (queue.Contents{}) {
		t.Errorf("left on the server: %+v, %v", left, err)
	}
	alone := filepath.Join(c.dir, "alone")
	if err := queuetest.Local(t.Context(), plan, alone, &queuetest.Studio{}); err != nil {
		t.Fatal(err)
	}
	if err := queuetest.Same(c.out, alone); err != nil {
		t.Errorf("%v\n%s", err, c.log())
	}
	if entries, err := os.ReadDir(c.out); err != nil || len(entries) != s.photos*s.edits+1 {
		t.Errorf("%d files, want the pictures and the results (%v)", len(entries), err)
	}
}

// chaos is the state of a run.
type chaos struct {
	t         *testing.T
	size      size
	net       network
	dir       string
	plan, out string
	starts    int
	mended    atomic.Bool // the link that was cut
	running   map[string]*process

	mu   sync.Mutex
	logs bytes.Buffer
}

// Write collects what the processes say.
func (c *chaos) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logs.Write(p)
}

func (c *chaos) log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logs.String()
}

// process is one that runs.
type process struct {
	cmd   *exec.Cmd
	ended chan error
}

// wait waits for the end of a process.
func (p *process) wait(limit time.Duration) error {
	select {
	case err := <-p.ended:
		return err
	case <-time.After(limit):
		return fmt.Errorf("it has not ended after %v", limit)
	}
}

// command returns the command for a machine: its name, or "look".
func (c *chaos) command(machine, kind string) *exec.Cmd {
	c.starts++
	r := role{
		Kind: kind, Name: fmt.Sprint(machine, "-", c.starts), Address: c.net.address(),
		Each: c.size.each, AckWait: c.size.ackWait, Plan: c.plan, Dir: c.out,
	}
	if kind == "server" {
		r.Dir = filepath.Join(c.dir, "store")
	}
	text, err := json.Marshal(r)
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := c.net.command(machine, os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"="+string(text), "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = c
	return cmd
}

// start starts the process of a machine.
func (c *chaos) start(machine string) {
	c.t.Helper()
	kind := machine
	if machine != "server" && machine != "batch" {
		kind = "worker"
	}
	p := &process{cmd: c.command(machine, kind), ended: make(chan error, 1)}
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	c.running[machine] = p
}

// end ends the process of a machine.
func (c *chaos) end(machine string, signal syscall.Signal) {
	c.t.Helper()
	p := c.running[machine]
	delete(c.running, machine)
	if err := p.cmd.Process.Signal(signal); err != nil {
		c.t.Fatalf("%s has ended by itself: %v\n%s", machine, err, c.log())
	}
	err := p.wait(time.Minute)
	if signal == syscall.SIGTERM && err != nil {
		c.t.Errorf("%s: %v\n%s", machine, err, c.log())
	}
}

// endAll ends what still runs.
func (c *chaos) endAll() {
	for _, p := range c.running {
		_ = p.cmd.Process.Kill()
	}
}

// look returns what the server holds.
func (c *chaos) look() []byte {
	c.t.Helper()
	out, err := c.command("server", "look").Output()
	if err != nil {
		c.t.Fatalf("%v\n%s", err, c.log())
	}
	return out
}

// results is how many results are recorded.
func (c *chaos) results() int {
	data, _ := os.ReadFile(filepath.Join(c.out, batch.JournalName))
	return bytes.Count(data, []byte{'\n'})
}

// disturb kills and cuts, spread over the batch: each when a share of the results is there.
func (c *chaos) disturb() {
	random := rand.New(rand.NewPCG(1, 2))
	total := c.size.photos * c.size.edits
	type event struct {
		at   int // results
		what string
		do   func()
	}
	var events []event
	add := func(n int, what string, from, to float64, do func()) {
		for i := range n {
			share := from + (to-from)*(float64(i)+random.Float64())/float64(n)
			events = append(events, event{int(share * float64(total)), what, do})
		}
	}
	add(c.size.kills, "a worker is killed", 0.05, 0.85, func() {
		w := worker[random.IntN(len(worker))]
		c.end(w, syscall.SIGKILL)
		c.start(w)
	})
	add(c.size.restarts, "the server is killed", 0.2, 0.8, func() {
		c.end("server", syscall.SIGKILL)
		c.start("server")
	})
	add(1, "the batch is killed", 0.4, 0.6, func() {
		c.end("batch", syscall.SIGKILL)
		c.start("batch")
	})
	if c.size.cut > 0 {
		add(1, "a link is cut", 0.3, 0.5, func() {
			c.net.cut(worker[0], true)
			time.AfterFunc(c.size.cut, func() {
				c.net.cut(worker[0], false)
				c.mended.Store(true)
			})
		})
	}
	limit := time.Now().Add(c.size.limit)
	for n := 0; len(events) > 0; time.Sleep(5 * time.Millisecond) {
		n = c.results()
		if time.Now().After(limit) {
			c.t.Fatalf("after %v there are %d of %d results\n%s", c.size.limit, n, total, c.log())
		}
		for i := 0; i < len(events); i++ {
			if e := events[i]; e.at <= n {
				events = append(events[:i], events[i+1:]...)
				i--
				c.t.Logf("after %d results: %s", n, e.what)
				e.do()
			}
		}
	}
}
