package queue

import (
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"
)

// HelloEvery is how often each side tells about itself.
const HelloEvery = 5 * time.Second

// Hello is what a worker, or a batch, tells about itself to all others.
type Hello struct {
	Name string `json:"name"` // of the worker, or of the batch
	Fit  Fit    `json:"for"`
}

// HelloFromWorker tells the batches about a worker.
func (q *Queue) HelloFromWorker(h Hello) error { return q.hello(workerSubject, h) }

// HelloFromBatch tells the workers about a batch.
func (q *Queue) HelloFromBatch(h Hello) error { return q.hello(batchSubject, h) }

func (q *Queue) hello(subject string, h Hello) error {
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return q.nc.Publish(subject, data)
}

// Workers has f called, on another goroutine, for what workers tell.
func (q *Queue) Workers(f func(Hello)) error { return q.listen(workerSubject, f) }

// Batches has f called, on another goroutine, for what batches tell.
func (q *Queue) Batches(f func(Hello)) error { return q.listen(batchSubject, f) }

func (q *Queue) listen(subject string, f func(Hello)) error {
	_, err := q.nc.Subscribe(subject, func(m *nats.Msg) {
		var h Hello
		if json.Unmarshal(m.Data, &h) == nil && h.Name != "" {
			f(h)
		}
	})
	return err
}
