package engine

import (
	"errors"
	"strings"
	"testing"
)

func TestAside(t *testing.T) {
	failed := errors.New("failed")
	for name, c := range map[string]struct {
		f    func() error
		want func(error) bool
	}{
		"done":   {func() error { return nil }, func(err error) bool { return err == nil }},
		"failed": {func() error { return failed }, func(err error) bool { return errors.Is(err, failed) }},
		"panicked": {func() error { panic("injected") }, func(err error) bool {
			var p *PanicError
			return errors.As(err, &p) && p.Value == "injected" && strings.Contains(string(p.Stack), "TestAside")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			wait := aside(c.f)
			for range 2 {
				if err := wait(); !c.want(err) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}
