package prompt

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"deltaedit/engine/prompt/lexicon"
	"deltaedit/engine/prompt/token"
	"deltaedit/engine/prompt/translate"
)

// reading is a prompt prepared for the text encoder.
type reading struct {
	side Side
	// text is encoded: the prompt in its canonical form, without terms about the image,
	// cut to the maximum length.
	text  string
	words []lexicon.Word // of text
	// translated is the prompt in English when it was in another language that the
	// table has, and "" otherwise.
	translated string
	// leftOut are the terms about the image.
	leftOut []string
	// odd are clauses in which no word was learned, in a prompt that also has other
	// clauses and terms about the image, and words that were not translated: they are
	// left out as well.
	odd []string
	// empty is true if the prompt has nothing but such terms. text is then the whole
	// prompt.
	empty bool
	// unread are the words that are not read: repetitions, and the end of a text that
	// is too long.
	unread []lexicon.Word
	// foreign is true for a prompt in a language that is not supported.
	foreign bool
	// unlearned is the number of different words that the space never learned, among
	// content different words that ask for something; both are 0 in a pack without a
	// word list.
	unlearned, content int
}

const (
	// mostWords is the maximum number of words of a prompt that are read. The space was
	// trained on texts of up to 30 words.
	mostWords = 40
	// mostBytes is the maximum number of bytes of a prompt that are examined: far more
	// than mostWords need, since much of it may be about the image.
	mostBytes = 1 << 14
	// mostRepeats is how often a word may be repeated in a row: "very very very old".
	// Of more repetitions, one is read.
	mostRepeats = 8
)

// readPrompt prepares a prompt. The result has no words only if the prompt has none.
func (e *Encoder) readPrompt(side Side, prompt string) reading {
	text, beyond := head(strings.TrimSpace(lexicon.Canonical(prompt)), mostBytes)
	translated, isTranslated := translate.Translate(text, e.isEnglish)
	if isTranslated {
		text = translated.English
	}
	rest, leftOut := lexicon.SplitTerms(text)
	r := reading{side: side, text: text, translated: translated.English, leftOut: leftOut}
	if r.empty = leftOut != nil && !asks(lexicon.Split(rest)); r.empty {
		r.words = lexicon.Split(text)
	} else {
		r.text, r.odd = e.splitOdd(rest, len(leftOut))
		words := lexicon.Split(r.text)
		r.words, r.unread = e.cut(words)
		if len(r.words) < len(words) {
			r.text = lexicon.Without(r.words, nil)
		}
	}
	r.odd = append(r.odd, translated.Unknown...)
	r.unread = append(r.unread, lexicon.Split(beyond)...)
	e.count(&r)
	return r
}

// head cuts a text at the last white space within its first limit bytes, or at limit if
// there is none.
func head(text string, limit int) (first, rest string) {
	if len(text) <= limit {
		return text, ""
	}
	at := strings.LastIndexFunc(text[:limit], unicode.IsSpace)
	if at <= 0 {
		for at = limit; !utf8.RuneStart(text[at]); at-- {
		}
	}
	return text[:at], text[at:]
}

// manyTerms is the minimum number of terms about the image in a prompt that was written
// for an image generator.
const manyTerms = 2

// splitOdd removes the clauses without a learned word from a prompt for an image
// generator, from which found terms were already removed. They are usually names of
// artists and styles, too many for a list. In other prompts an unknown word is part of
// the requested edit.
func (e *Encoder) splitOdd(text string, found int) (rest string, odd []string) {
	if found < manyTerms || len(e.learned) == 0 {
		return text, nil
	}
	var kept []string
	asked := false
	for _, c := range lexicon.Clauses(text) {
		clause := lexicon.Without(c.Words, nil)
		if e.isOdd(c.Words) {
			odd = append(odd, clause)
			continue
		}
		kept = append(kept, clause)
		asked = asked || asks(c.Words)
	}
	if !asked || odd == nil {
		return text, nil
	}
	return strings.Join(kept, ", "), odd
}

// isOdd reports whether some of the words ask for something, but none of these was learned.
// Credits ("art by …") count as odd, too.
func (e *Encoder) isOdd(words []lexicon.Word) bool {
	if words[0].Key == "by" || len(words) > 1 && words[0].Key == "art" && words[1].Key == "by" {
		return true
	}
	return asks(words) && !slices.ContainsFunc(words, func(w lexicon.Word) bool {
		return w.Content() && slices.ContainsFunc(subwords(w), func(part subword) bool {
			return !lexicon.PlainWords[part.text] && e.familiar(part.text)
		})
	})
}

// asks reports whether words ask for something.
func asks(words []lexicon.Word) bool { return slices.ContainsFunc(words, lexicon.Word.Content) }

// cut drops repeated words, and then words at the end that exceed the maximum length.
// In a text that is too long each word is read once.
func (e *Encoder) cut(words []lexicon.Word) (kept, dropped []lexicon.Word) {
	tooLong, seen := len(words) > mostWords, map[string]bool{}
	for len(words) > 0 {
		row := 1 // number of equal words in a row
		for row < len(words) && words[row].Key == words[0].Key {
			row++
		}
		for i, w := range words[:row] {
			if len(kept) >= mostWords || row > mostRepeats && i > 0 || tooLong && seen[w.Key] {
				dropped = append(dropped, w)
				continue
			}
			seen[w.Key] = true
			kept = append(kept, w)
		}
		words = words[row:]
	}
	for len(kept) > 1 && !e.fits(lexicon.Without(kept, nil)) {
		dropped = append([]lexicon.Word{kept[len(kept)-1]}, dropped...)
		kept = kept[:len(kept)-1]
	}
	return kept, dropped
}

// fits reports whether the tokenizer reads the whole text in every template.
func (e *Encoder) fits(text string) bool {
	for _, t := range e.templates {
		if e.maxTokens > 0 && len(e.tok.Encode(strings.Replace(t, "{}", text, 1))) >= e.maxTokens {
			return false
		}
	}
	return true
}

// notices returns the notices that follow from the reading itself.
func (r reading) notices(e *Encoder) []Notice {
	var out []Notice
	if r.translated != "" && !e.isNeutral(r.translated) {
		out = append(out, Notice{Kind: NoticeTranslated, Side: r.side, Words: []string{r.translated}})
	}
	if len(r.leftOut) > 0 {
		out = append(out, Notice{Kind: NoticeLeftOut, Side: r.side, Words: firstListed(r.leftOut)})
	}
	if n := len(r.unread); n > 0 {
		first := make([]string, 0, 4)
		for _, w := range r.unread[:min(n, cap(first))] {
			first = append(first, w.Text)
		}
		out = append(out, Notice{Kind: NoticeCut, Side: r.side, Words: []string{token.Shorten(strings.Join(first, " "))}, Count: n})
	}
	switch {
	case r.foreign:
		out = append(out, Notice{Kind: NoticeLanguage, Side: r.side, Words: e.notUnderstood(r)})
	case r.far() || r.padded() && !asks(r.words):
		out = append(out, Notice{Kind: NoticeUnfamiliar, Side: r.side, Words: e.notUnderstood(r)})
	}
	return out
}
