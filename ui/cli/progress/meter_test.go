package progress

import (
	"bytes"
	"testing"
	"time"

	"deltaedit/engine/batch"
)

func TestMeter(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	m := NewMeter(&b)
	m.now, m.start, m.said = func() time.Time { return now }, now, now
	ok := batch.Result{Status: batch.StatusOK}
	m.Done(ok, batch.Counts{Total: 20, OK: 1})
	now = now.Add(meterLog)
	m.Done(ok, batch.Counts{Total: 20, Before: 8, OK: 3, Failed: 1})
	m.Done(ok, batch.Counts{Total: 20, Before: 8, OK: 4, Failed: 1})
	now = now.Add(time.Second)
	m.End(batch.Counts{Total: 20, Before: 8, OK: 11, Failed: 1})
	want := "12/20, 8 of them before, 1 failed, 0.40 a second, about 20s left\n" +
		"20/20, 8 of them before, 1 failed, 1.09 a second\n"
	if b.String() != want {
		t.Errorf("got %q\nwant %q", &b, want)
	}
}
