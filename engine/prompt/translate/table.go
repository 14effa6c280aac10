package translate

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"deltaedit/engine/prompt/token"
)

// class says what a word does in a prompt.
type class byte

// Classes of words.
const (
	subject  class = 'n' // "man": what is described
	quality  class = 'a' // "smiling": of the person
	feature  class = 'f' // "a beard": what a face has
	modifier class = 'm' // "blond": of a feature; of the person where there is none
	tail     class = 't' // "looking up": at the end
	degree   class = 'd' // "very"
	without  class = 'x' // "without", "not": of what follows
	lacking  class = 'X' // the same, of what precedes
	with     class = 'p' // ends what modifiers of before belong to
	and      class = 'c'
	of       class = 's' // a modifier that follows belongs to what precedes
	ignored  class = 'i'
)

// entry is the meaning of a word.
type entry struct {
	class   class
	english string
}

// language is the table of one language.
type language struct {
	name string
	// joined languages are written without spaces.
	joined bool
	// follows says that modifiers mostly follow what they describe.
	follows bool
	// exact holds words in lower case, folded those without accents.
	exact, folded map[string]entry
	// plain, if not nil, is another way to write folded words: German ä as ae.
	plain *strings.Replacer
	// endings are those of inflected words, and what they replace.
	endings [][2]string
	// longest is the number of words of the longest entry, or of letters in a joined
	// language.
	longest int
}

//go:embed words.tsv
var words string

// languages are those of the table's columns.
var languages = sync.OnceValue(func() []*language {
	all := []*language{
		{name: "de", plain: strings.NewReplacer("ae", "a", "oe", "o", "ue", "u"), endings: [][2]string{{"e", ""}, {"en", ""}, {"er", ""}, {"es", ""}, {"em", ""}, {"n", ""}, {"s", ""}}},
		{name: "es", follows: true, endings: [][2]string{{"s", ""}, {"es", ""}, {"a", "o"}, {"as", "o"}, {"a", ""}, {"as", ""}}},
		{name: "fr", follows: true, endings: [][2]string{{"s", ""}, {"e", ""}, {"es", ""}, {"x", ""}, {"euse", "eux"}, {"euses", "eux"}, {"ve", "f"}}},
		{name: "ja", joined: true},
		{name: "zh", joined: true},
	}
	lines := strings.Split(strings.TrimSuffix(words, "\n"), "\n")
	if want := "class\tenglish\tde\tes\tfr\tja\tzh"; lines[0] != want {
		panic(fmt.Sprintf("words.tsv begins with %q, want %q", lines[0], want))
	}
	for _, l := range all {
		l.exact, l.folded = map[string]entry{}, map[string]entry{}
	}
	for _, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) != 2+len(all) || len(fields[0]) != 1 {
			panic(fmt.Sprintf("words.tsv: want a class and %d columns: %q", 1+len(all), line))
		}
		e := entry{class(fields[0][0]), fields[1]}
		for i, l := range all {
			for word := range strings.SplitSeq(fields[2+i], ",") {
				l.add(word, e)
			}
		}
	}
	return all
})

// add adds a word, unless it is there: the first meaning counts.
func (l *language) add(word string, e entry) {
	if word == "" {
		return
	}
	n := len(strings.Fields(word))
	if l.joined {
		n = len([]rune(word))
	}
	l.longest = max(l.longest, n)
	word = strings.ToLower(word)
	for _, known := range []struct {
		words map[string]entry
		word  string
	}{{l.exact, word}, {l.folded, token.Fold(word)}} {
		if _, ok := known.words[known.word]; !ok {
			known.words[known.word] = e
		}
	}
}

// find returns the meaning of a word in lower case, which may be inflected and lack its
// accents.
func (l *language) find(word string) (entry, bool) {
	type lookup struct {
		words map[string]entry
		word  string
	}
	ways := []lookup{{l.exact, word}, {l.folded, token.Fold(word)}}
	if l.plain != nil {
		ways = append(ways, lookup{l.folded, l.plain.Replace(token.Fold(word))})
	}
	for _, known := range ways {
		if e, ok := known.words[known.word]; ok {
			return e, true
		}
		for _, end := range l.endings {
			stem, ok := strings.CutSuffix(known.word, end[0])
			if !ok || len(stem) < 2 {
				continue
			}
			if e, ok := known.words[stem+end[1]]; ok {
				return e, true
			}
		}
	}
	return entry{}, false
}
