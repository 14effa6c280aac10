package parallel

import "sync"

// Loop is a loop over ranges whose body takes arguments. In contrast to a function
// literal given to [Ranges], running it allocates no memory. Safe for concurrent use.
type Loop[A any] struct {
	calls sync.Pool // of *call[A]
}

// call is one running call of Run.
type call[A any] struct {
	args A
	body func(from, to int) // allocated once
}

// NewLoop returns a loop with the given body, which may run on several goroutines at a
// time, each time for another range [from, to).
func NewLoop[A any](body func(args *A, from, to int)) *Loop[A] {
	l := &Loop[A]{}
	l.calls.New = func() any {
		c := new(call[A])
		c.body = func(from, to int) { body(&c.args, from, to) }
		return c
	}
	return l
}

// Run runs the body on [0, n) as Ranges does, in ranges of at least size numbers. It
// returns when all are done.
func (l *Loop[A]) Run(n, size int, args A) {
	c := l.calls.Get().(*call[A])
	c.args = args
	Ranges(n, size, c.body)
	var none A
	c.args = none
	l.calls.Put(c)
}
