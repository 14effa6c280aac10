//go:build unix

package submit_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/queue"
	"deltaedit/engine/queue/queuetest"
	"deltaedit/engine/queue/server"
	"deltaedit/engine/queue/work"
)

// BenchmarkTasks measures how many edits of 50 ms a second a server, a batch and enough
// simulated workers do on this machine, over loopback, with the results on the disk.
func BenchmarkTasks(b *testing.B) {
	for _, workers := range []int{40} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			const photos, edits = 40, 100
			s, _ := start(b, server.Options{Listen: "127.0.0.1:0"})
			options := queue.Options{URL: s.ClientURL()}
			p := newPlace(b, photos, edits)
			for i := range workers {
				p.worker(connect(b, options), &queuetest.Studio{Each: 50 * time.Millisecond, Side: 32}, func(c *work.Config) {
					c.Name, c.AckWait = fmt.Sprint("worker ", i), queue.AckWait
				})
			}
			q := connect(b, options)
			for b.Loop() {
				b.StopTimer()
				if err := os.RemoveAll(p.queued); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				start, used := time.Now(), cpuTime()
				if err := p.submit(b.Context(), q, nil); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(cpuTime()-used)/1e6/(photos*edits), "cpu-ms/edit")
				b.ReportMetric(photos*edits/time.Since(start).Seconds(), "edits/s")
			}
		})
	}
}

// cpuTime is the processor time of this process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
