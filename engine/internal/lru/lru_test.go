package lru

import "testing"

func TestCache(t *testing.T) {
	l := New[int](2)
	l.Put("a", 1)
	l.Put("b", 2)
	l.Get("a")
	l.Put("c", 3)
	l.Put("a", 4)
	for key, want := range map[string]int{"a": 4, "b": 0, "c": 3} {
		if got, ok := l.Get(key); got != want || ok != (want != 0) {
			t.Errorf("%s: want %d, got %d, %v", key, want, got, ok)
		}
	}
}
