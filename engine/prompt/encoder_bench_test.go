package prompt

import (
	"testing"

	"deltaedit/engine/internal/lru"
)

// The first look at a prompt is what somebody waits for who typed it.
func BenchmarkDelta(b *testing.B) {
	e := builtin(b)
	for _, target := range []string{"smiling face", "old smiling man with glasses and a hat", "a smiling zombie with fangs"} {
		b.Run(target, func(b *testing.B) {
			for b.Loop() {
				e.texts, e.deltas = lru.New[embedding](cacheSize), lru.New[Direction](cacheSize)
				if _, err := e.Delta(b.Context(), neutralPrompt, target); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("again", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.Delta(b.Context(), neutralPrompt, "smiling face"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
