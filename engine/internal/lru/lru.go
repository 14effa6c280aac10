// Package lru has a cache that is limited to the most recently used values.
package lru

import "container/list"

// Cache holds the most recently used values. It is not safe for concurrent use.
type Cache[V any] struct {
	size  int
	order *list.List // of entry[V], newest first
	at    map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
}

// New returns a cache of at most size values.
func New[V any](size int) *Cache[V] {
	return &Cache[V]{size: size, order: list.New(), at: make(map[string]*list.Element, size)}
}

// Get returns the value of a key and makes it the most recently used.
func (l *Cache[V]) Get(key string) (V, bool) {
	if e, ok := l.at[key]; ok {
		l.order.MoveToFront(e)
		return e.Value.(entry[V]).value, true
	}
	var none V
	return none, false
}

// Put stores a value. When the cache is full, it removes the least recently used one.
func (l *Cache[V]) Put(key string, v V) {
	if e, ok := l.at[key]; ok {
		e.Value = entry[V]{key, v}
		l.order.MoveToFront(e)
		return
	}
	l.at[key] = l.order.PushFront(entry[V]{key, v})
	if l.order.Len() > l.size {
		oldest := l.order.Back()
		l.order.Remove(oldest)
		delete(l.at, oldest.Value.(entry[V]).key)
	}
}
