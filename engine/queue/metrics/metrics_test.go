package metrics

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var sick atomic.Bool
	m := New()
	address, wait, err := Serve(ctx, "0", m, func() error {
		if sick.Load() {
			return errors.New("the queue is reconnecting")
		}
		return nil
	})
	if err != nil || !strings.HasPrefix(address, "127.0.0.1:") {
		t.Fatalf("listens on %q, %v", address, err)
	}
	get := func(path string) (int, string) {
		t.Helper()
		r, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(body)
	}
	m.Done("ok", 0.5)
	m.Done("ok", 1.5)
	m.Done("failed", 0.1)
	m.Returned()
	m.Held(7)
	status, body := get("/metrics")
	for _, want := range []string{
		`deltaedit_tasks_done_total{status="ok"} 2`, `deltaedit_tasks_done_total{status="failed"} 1`,
		"deltaedit_tasks_returned_total 1", "deltaedit_tasks_held 7", "deltaedit_edit_seconds_count 3", "process_cpu_seconds_total",
	} {
		if status != http.StatusOK || !strings.Contains(body, want+"\n") && !strings.Contains(body, want+" ") {
			t.Errorf("%q is missing in %d\n%s", want, status, body)
		}
	}
	if status, body := get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("health: %d %q", status, body)
	}
	sick.Store(true)
	if status, body := get("/healthz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "reconnecting") {
		t.Errorf("health: %d %q", status, body)
	}
	if status, _ := get("/"); status != http.StatusNotFound {
		t.Errorf("anything else: %d", status)
	}
	if _, _, err := Serve(ctx, address, m, nil); err == nil || !strings.Contains(err.Error(), "listen for metrics") {
		t.Errorf("a port that is taken: %v", err)
	}
	stop()
	if err := wait(); err != nil {
		t.Error(err)
	}
	var none *Metrics
	none.Done("ok", 1)
	none.Returned()
	none.Held(1)
}
