package prompt

import "container/list"

// lru keeps the most recently used values. It is not safe for concurrent use.
type lru[V any] struct {
	size  int
	order *list.List // of lruEntry[V], newest first
	at    map[string]*list.Element
}

type lruEntry[V any] struct {
	key   string
	value V
}

func newLRU[V any](size int) *lru[V] {
	return &lru[V]{size: size, order: list.New(), at: make(map[string]*list.Element, size)}
}

func (l *lru[V]) get(key string) (V, bool) {
	if e, ok := l.at[key]; ok {
		l.order.MoveToFront(e)
		return e.Value.(lruEntry[V]).value, true
	}
	var none V
	return none, false
}

func (l *lru[V]) put(key string, v V) {
	if e, ok := l.at[key]; ok {
		e.Value = lruEntry[V]{key, v}
		l.order.MoveToFront(e)
		return
	}
	l.at[key] = l.order.PushFront(lruEntry[V]{key, v})
	if l.order.Len() > l.size {
		oldest := l.order.Back()
		l.order.Remove(oldest)
		delete(l.at, oldest.Value.(lruEntry[V]).key)
	}
}
