//go:build unix

package interrupt

import (
	"context"
	"errors"
	"syscall"
	"testing"
)

func TestContext(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		ctx, stop := Context(t.Context())
		if err := syscall.Kill(syscall.Getpid(), signal); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		e, ok := Of(ctx)
		if !ok || e.Signal != signal || e.Status() != want || !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("%v: got %v, %t, %v; want status %d", signal, e, ok, ctx.Err(), want)
		}
		stop()
	}
}

func TestContextWithoutASignal(t *testing.T) {
	ctx, stop := Context(t.Context())
	if e, ok := Of(ctx); ok {
		t.Errorf("running: %v", e)
	}
	stop()
	if e, ok := Of(ctx); ok || ctx.Err() == nil {
		t.Errorf("stopped: %v, %v", e, ctx.Err())
	}
}
