// Package metrics counts what a worker does, and shows it to Prometheus.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Metrics are the counts of one worker. A nil *Metrics counts nothing. Its methods are
// safe for concurrent use.
type Metrics struct {
	set      *metrics.Set
	returned *metrics.Counter
	seconds  *metrics.Histogram
	held     atomic.Int64
}

// New returns counts that are zero.
func New() *Metrics {
	m := &Metrics{set: metrics.NewSet()}
	m.returned = m.set.NewCounter("deltaedit_tasks_returned_total")
	m.seconds = m.set.NewHistogram("deltaedit_edit_seconds")
	m.set.NewGauge("deltaedit_tasks_held", func() float64 { return float64(m.held.Load()) })
	for _, status := range []string{"ok", "failed"} {
		m.done(status)
	}
	return m
}

func (m *Metrics) done(status string) *metrics.Counter {
	return m.set.GetOrCreateCounter(fmt.Sprintf("deltaedit_tasks_done_total{status=%q}", status))
}

// Done counts a task with its result's status and the seconds of work.
func (m *Metrics) Done(status string, seconds float64) {
	if m != nil {
		m.done(status).Inc()
		m.seconds.Update(seconds)
	}
}

// Returned counts a task that was given back.
func (m *Metrics) Returned() {
	if m != nil {
		m.returned.Inc()
	}
}

// Held sets the number of tasks that the worker holds.
func (m *Metrics) Held(n int) {
	if m != nil {
		m.held.Store(int64(n))
	}
}

// Serve answers /metrics, and /healthz with what healthy says, until ctx ends. address is
// HOST:PORT, or a port, which is then that of 127.0.0.1. It returns the address that it
// listens on, and a function that waits for the end.
func Serve(ctx context.Context, address string, m *Metrics, healthy func() error) (listening string, wait func() error, err error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort("127.0.0.1", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("listen for metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		m.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if err := healthy(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	context.AfterFunc(ctx, func() { _ = s.Close() })
	return l.Addr().String(), func() error {
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}, nil
}
