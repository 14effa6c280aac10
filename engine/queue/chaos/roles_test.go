//go:build unix

package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/queue"
	"deltaedit/engine/queue/queuetest"
	"deltaedit/engine/queue/server"
	"deltaedit/engine/queue/submit"
	"deltaedit/engine/queue/work"
)

// roleEnv has the test binary be one of the processes.
const roleEnv = "DELTAEDIT_CHAOS_ROLE"

// role is what a process does, as JSON in its environment.
type role struct {
	Kind    string        // "server", "worker", "batch" or "look"
	Name    string        // of a worker
	Address string        // HOST:PORT of the server
	Dir     string        // of the server's store, or of the batch
	Plan    string        // of the batch
	Each    time.Duration // an edit
	AckWait time.Duration
}

func TestMain(m *testing.M) {
	text := os.Getenv(roleEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	var r role
	err := json.Unmarshal([]byte(text), &r)
	if err == nil {
		err = r.play()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s %s: %v\n", r.Kind, r.Name, err)
		os.Exit(1)
	}
}

func (r role) play() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if r.Kind == "server" {
		s, err := server.Start(server.Options{Dir: r.Dir, Listen: r.Address, Plain: true})
		if err != nil {
			return err
		}
		<-ctx.Done()
		s.Close()
		return nil
	}
	q, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer q.Close()
	notice := func(text string) { fmt.Fprintf(os.Stderr, "%s %s: %s\n", r.Kind, r.Name, text) }
	switch r.Kind {
	case "worker":
		return work.Run(context.Background(), ctx.Done(), q, work.Config{
			Name: r.Name, Studio: &queuetest.Studio{Each: r.Each}, Fit: queuetest.Fit,
			Jobs: 2, Ahead: work.DefaultAhead, AckWait: r.AckWait, Notice: notice,
		})
	case "batch":
		return queuetest.Submit(ctx, q, r.Plan, r.Dir, func(c *submit.Config) { c.Notice = notice })
	case "look":
		left, err := q.Left(ctx)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(left)
	}
	return errors.New("it has no role")
}

// connect connects to the server, which may be starting.
func (r role) connect(ctx context.Context) (q *queue.Queue, err error) {
	for range 300 {
		if q, err = queue.Connect(ctx, queue.Options{URL: "nats://" + r.Address, Name: r.Name, Plain: true}); err == nil || ctx.Err() != nil {
			return q, err
		}
		time.Sleep(100 * time.Millisecond) // between processes there is nothing to wait for
	}
	return nil, err
}
