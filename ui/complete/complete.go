// Package complete finishes what a person types with the concepts that a pack knows.
package complete

import (
	"slices"
	"strings"
)

// Concept is something that a pack knows.
type Concept struct {
	// Name is the concept's name, such as "blond hair".
	Name string
	// Target is the simplest prompt for it, such as "face with blond hair".
	Target string
	// Drawn is false for a concept that the generator cannot draw.
	Drawn bool
	// Foreign is true for a name and a prompt in another language than English: the prompt is put
	// behind what was written, without a rule of grammar.
	Foreign bool
}

// Suggestion is a text that may have been meant.
type Suggestion struct {
	// Text is the whole prompt.
	Text string
	// Concept is what it ends with.
	Concept Concept
}

// maxWords is the number of words at the end of a text that are completed together.
const maxWords = 3

// noun is the word that concepts are about.
const noun = "face"

// Suggest returns what a text may become when its last words are completed: at most so
// many texts, the best first. A text that ends with a space, or that is complete, has
// none.
func Suggest(concepts []Concept, text string, most int) []Suggestion {
	var found []Suggestion
	for _, at := range endings(text) {
		var these []Suggestion
		for _, c := range concepts {
			if done, ok := finish(text[:at], strings.ToLower(text[at:]), c); ok && !strings.EqualFold(done, strings.TrimSpace(text)) {
				these = append(these, Suggestion{done, c})
			}
		}
		// What cannot be drawn comes last.
		slices.SortStableFunc(these, func(a, b Suggestion) int {
			switch {
			case a.Concept.Drawn == b.Concept.Drawn:
				return 0
			case a.Concept.Drawn:
				return -1
			}
			return 1
		})
		for _, s := range these {
			same := func(o Suggestion) bool { return o.Text == s.Text || o.Concept == s.Concept }
			if !slices.ContainsFunc(found, same) {
				found = append(found, s)
			}
		}
	}
	return found[:min(len(found), most)]
}

// endings returns where the last words of a text begin, the longest ending first.
func endings(typed string) []int {
	if typed == "" || strings.HasSuffix(typed, " ") {
		return nil
	}
	var out []int
	for i := len(typed) - 1; i >= 0 && len(out) < maxWords; i-- {
		if typed[i] != ' ' && (i == 0 || typed[i-1] == ' ' || endsWithComma(typed[:i])) {
			out = append(out, i)
		}
	}
	slices.Reverse(out)
	return out
}

// endsWithComma reports whether a text ends with a comma of Chinese or Japanese, which no space
// follows.
func endsWithComma(text string) bool {
	return strings.HasSuffix(text, "、") || strings.HasSuffix(text, "，")
}

// finish returns the text before the ending, followed by the concept, when the ending, in
// lower case, is the beginning of its name or of its wording.
func finish(before, ending string, c Concept) (string, bool) {
	adjective, with := parts(c.Target)
	wording := adjective
	if with != "" {
		wording = withoutArticle(with)
	}
	begins := strings.HasPrefix(strings.ToLower(c.Name), ending) ||
		wording != "" && strings.HasPrefix(wording, ending) || with != "" && strings.HasPrefix(with, ending)
	head := strings.TrimSpace(before)
	if head == "" {
		return c.Target, begins || strings.HasPrefix(strings.ToLower(c.Target), ending)
	}
	if !begins {
		return "", false
	}
	lower := strings.ToLower(head)
	hasNoun := slices.Contains(strings.FieldsFunc(lower, func(r rune) bool { return r == ' ' || r == ',' }), noun)
	if c.Foreign {
		if hasNoun { // it is English
			return "", false
		}
		if !endsWithComma(head) {
			head += " "
		}
		return head + c.Target, true
	}
	last := lower[strings.LastIndex(lower, " ")+1:]
	switch {
	case with == "" && (adjective == "" || hasNoun):
		return "", false // "face with" is not followed by "smiling"
	case with == "":
		return head + " " + adjective + " " + noun, true
	case last == "a" || last == "an" || last == "the":
		return head + " " + withoutArticle(with), true
	case last == "with" || last == "and" || strings.HasSuffix(last, ",") && strings.Contains(lower, " with "):
		return head + " " + with, true
	case hasNoun:
		return head + " with " + with, true
	}
	return head + " " + noun + " with " + with, true
}

// parts divides a concept's prompt: "smiling face" has the adjective "smiling", "face with
// a beard" has "a beard". Others have neither.
func parts(target string) (adjective, with string) {
	target = strings.ToLower(target)
	if rest, ok := strings.CutPrefix(target, noun+" with "); ok {
		return "", rest
	}
	if rest, ok := strings.CutSuffix(target, " "+noun); ok {
		return rest, ""
	}
	return "", ""
}

func withoutArticle(text string) string {
	for _, article := range []string{"a ", "an ", "the "} {
		if rest, ok := strings.CutPrefix(text, article); ok {
			return rest
		}
	}
	return text
}
