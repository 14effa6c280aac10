package lexicon

import (
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	words := Split("  A clean-shaven man’s “Zombie”, the man's … 2nd")
	var keys []string
	for _, w := range words {
		if w.Content() {
			keys = append(keys, w.Key)
		}
	}
	if want := []string{"clean-shaven", "man’s", "zombie", "man", "2nd"}; !slices.Equal(keys, want) {
		t.Errorf("want %q, got %q", want, keys)
	}
	if got := Phrases(words, map[int]bool{1: true, 2: true, 3: true, 7: true}); !slices.Equal(got, []string{"clean-shaven man’s Zombie", "2nd"}) {
		t.Errorf("got %q", got)
	}
}
