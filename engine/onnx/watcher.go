package onnx

import (
	"context"

	ort "github.com/yalue/onnxruntime_go"
)

// watcher terminates a run when its context ends. Each session has one goroutine for
// all of its runs, so that a run allocates nothing.
type watcher struct {
	run     *ort.RunOptions
	start   chan (<-chan struct{})
	over    chan struct{}
	stopped chan bool
	exited  chan struct{}
	armed   bool
	err     error // of Terminate; written before stopped is sent
}

func newWatcher(run *ort.RunOptions) *watcher {
	w := &watcher{
		run:     run,
		start:   make(chan (<-chan struct{})),
		over:    make(chan struct{}),
		stopped: make(chan bool),
		exited:  make(chan struct{}),
	}
	go w.loop()
	return w
}

func (w *watcher) loop() {
	defer close(w.exited)
	for done := range w.start {
		select {
		case <-done:
			w.err = w.run.Terminate()
			<-w.over
			w.stopped <- true
		case <-w.over:
			w.stopped <- false
		}
	}
}

// begin watches ctx until end. A context that cannot end costs nothing.
func (w *watcher) begin(ctx context.Context) {
	if done := ctx.Done(); done != nil {
		w.armed = true
		w.start <- done
	}
}

// end is called when the C call has returned. It reports whether the run was
// terminated, and resets the run options for the next run.
func (w *watcher) end() (stopped bool, err error) {
	if !w.armed {
		return false, nil
	}
	w.armed = false
	w.over <- struct{}{}
	if !<-w.stopped {
		return false, nil
	}
	if w.err != nil {
		return true, w.err
	}
	return true, w.run.UnsetTerminate()
}

func (w *watcher) stop() error {
	close(w.start)
	<-w.exited
	return nil
}
