package prompt

import (
	"fmt"
	"slices"
	"strings"

	"deltaedit/engine/prompt/token"
)

// NoticeKind is the kind of a Notice. The values are stable: programs that read --json
// may compare them.
type NoticeKind string

const (
	// NoticeLeftOut: Words are about the image rather than the face (a lens, a quality,
	// a style of lighting), and have no effect on the edit.
	NoticeLeftOut NoticeKind = "left_out"
	// NoticeCut: the prompt is too long, or repeats a word many times; Words are the
	// first words that were not read, and Count is their number.
	NoticeCut NoticeKind = "cut"
	// NoticeUnfamiliar: most words of the prompt, including Words, are far from
	// anything the pack was trained on.
	NoticeUnfamiliar NoticeKind = "unfamiliar"
	// NoticeLanguage: Words are in another language than the supported one, which is
	// Language, and were not translated.
	NoticeLanguage NoticeKind = "language"
	// NoticeTranslated: the prompt is in another language, and Words is what it was read
	// as, in English.
	NoticeTranslated NoticeKind = "translated"
	// NoticeHalf: the pack understands Words only partly; the edit draws Taken instead.
	// "Wink" closes both eyes.
	NoticeHalf NoticeKind = "half_understood"
	// NoticeContradiction: Words exclude each other; the edit draws Taken instead.
	NoticeContradiction NoticeKind = "contradiction"
)

// Language is the language of prompts; package translate knows usual words of others.
const Language = "English"

// Side is one of the two prompts of an edit.
type Side string

// The two sides.
const (
	Source Side = "source"
	Target Side = "target"
)

// Notice is information for the user on how a prompt was read. It never prevents an
// edit.
type Notice struct {
	Kind NoticeKind `json:"kind"`
	// Side is the prompt that the notice is about.
	Side Side `json:"side"`
	// Words are the words of the prompt that the notice is about, as they were typed;
	// adjacent words are one entry. At most maxListed.
	Words []string `json:"words,omitempty"`
	// Count is the number of words that were not read, for NoticeCut only.
	Count int `json:"count,omitempty"`
	// Taken are the names of the concepts that the edit draws for Words, the largest
	// part first; "not " precedes a concept that the edit moves away from.
	Taken []string `json:"taken,omitempty"`
}

// maxListed is the maximum number of entries in a notice or Direction.Unknown.
const maxListed = 8

// String returns the notice in English, without a full stop.
func (n Notice) String() string {
	words := quoteList(n.Words)
	switch n.Kind {
	case NoticeLeftOut:
		return "left out, since it is about the picture and not the face: " + words
	case NoticeCut:
		return fmt.Sprintf("the %s prompt is too long: %d of its words are not read, first %s", n.Side, n.Count, words)
	case NoticeUnfamiliar:
		return fmt.Sprintf("most of the %s prompt, such as %s, is not about a face: the edit is weak", n.Side, words)
	case NoticeLanguage:
		return fmt.Sprintf("prompts are understood best in %s; not understood: %s", Language, words)
	case NoticeTranslated:
		return fmt.Sprintf("the %s prompt was read as %s", n.Side, words)
	case NoticeHalf:
		return fmt.Sprintf("%s is only half understood and taken as %s", words, takenList(n.Taken))
	case NoticeContradiction:
		return fmt.Sprintf("%s contradict each other; taken as %s", words, takenList(n.Taken))
	}
	return words
}

func takenList(names []string) string {
	if len(names) == 0 {
		return "nothing in particular"
	}
	return quoteList(names)
}

// quoteList joins texts, each in quotes.
func quoteList(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = fmt.Sprintf("%q", token.Shorten(t))
	}
	if n := len(out); n > 1 {
		return strings.Join(out[:n-1], ", ") + " and " + out[n-1]
	}
	return strings.Join(out, "")
}

// firstListed returns at most maxListed different texts, in order.
func firstListed(texts []string) []string {
	var out []string
	for _, t := range texts {
		if len(out) < maxListed && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func cloneNotices(notices []Notice) []Notice {
	out := slices.Clone(notices)
	for i := range out {
		out[i].Words, out[i].Taken = slices.Clone(out[i].Words), slices.Clone(out[i].Taken)
	}
	return out
}
