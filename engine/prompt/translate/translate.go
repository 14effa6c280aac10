package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLetters is the length of the longest prompt that is translated.
const maxLetters = 400

// Text is a prompt that was translated.
type Text struct {
	// English is the prompt in English.
	English string
	// Unknown are the words that the table does not have, as typed; they are left out.
	Unknown []string
}

// Translate returns a prompt in English, and false for one that is in English already, in
// another language, or of which most words are not known. english reports whether a word,
// in lower case, is an English one.
func Translate(prompt string, english func(string) bool) (Text, bool) {
	prompt = strings.ToLower(strings.TrimSpace(prompt))
	if len([]rune(prompt)) > maxLetters {
		return Text{}, false
	}
	var best []piece
	var of *language
	most := -1
	for _, l := range languages() {
		if pieces, score := l.read(prompt, english); score > most {
			best, of, most = pieces, l, score
		}
	}
	if of == nil {
		return Text{}, false
	}
	out := Text{English: compose(best, of.follows)}
	if out.English == "" {
		return Text{}, false
	}
	for _, p := range best {
		if !p.known {
			out.Unknown = append(out.Unknown, p.text)
		}
	}
	return out, true
}

// piece is a word of a prompt, or several that mean one thing.
type piece struct {
	text  string
	known bool
	entry
}

// asks reports whether a piece says something about a face.
func (p piece) asks() bool {
	switch p.class {
	case subject, quality, feature, modifier, tail:
		return p.known
	}
	return false
}

// read divides a prompt into pieces. The score is the number of those that say something
// about a face, less that of the unknown ones; of their letters in a joined language. It is
// -1 for a prompt that is English, or not in the language.
func (l *language) read(prompt string, english func(string) bool) (pieces []piece, score int) {
	pieces = l.readWords(prompt)
	if l.joined {
		if l.name != "ja" && strings.ContainsFunc(prompt, isKana) {
			return nil, -1
		}
		pieces = l.readJoined(prompt)
	}
	foreign := false
	for _, p := range pieces {
		weight := 1
		if l.joined {
			weight = utf8.RuneCountInString(p.text)
		}
		switch {
		case !p.known:
			score -= weight
		case p.asks():
			score += weight
		}
		for word := range strings.FieldsSeq(p.text) {
			foreign = foreign || p.known && p.class != and && !english(word)
		}
	}
	if !foreign || score < 0 {
		return nil, -1
	}
	return pieces, score
}

// isKana reports whether a letter is Japanese only.
func isKana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }

// readWords divides a prompt at spaces, hyphens and apostrophes.
func (l *language) readWords(prompt string) []piece {
	fields := strings.FieldsFunc(strings.ReplaceAll(prompt, ",", " , "), func(r rune) bool {
		return r != ',' && !unicode.In(r, unicode.L, unicode.N, unicode.M)
	})
	var out []piece
	for len(fields) > 0 {
		if fields[0] == "," {
			out = append(out, piece{",", true, entry{and, ""}})
			fields = fields[1:]
			continue
		}
		n := min(l.longest, len(fields))
		for ; n > 1; n-- {
			if e, ok := l.find(strings.Join(fields[:n], " ")); ok {
				out = append(out, piece{strings.Join(fields[:n], " "), true, e})
				break
			}
		}
		if n <= 1 {
			e, ok := l.find(fields[0])
			out = append(out, piece{fields[0], ok, e})
			n = 1
		}
		fields = fields[n:]
	}
	return out
}

// readJoined divides a prompt that is written without spaces: the longest word first.
func (l *language) readJoined(prompt string) []piece {
	var out []piece
	runes := []rune(prompt)
	gap := true
	for len(runes) > 0 {
		if !unicode.In(runes[0], unicode.L, unicode.N, unicode.M) {
			if strings.ContainsRune("、，,。", runes[0]) {
				out = append(out, piece{",", true, entry{and, ""}})
			}
			runes, gap = runes[1:], true
			continue
		}
		n := min(l.longest, len(runes))
		for ; n > 0; n-- {
			if e, ok := l.exact[string(runes[:n])]; ok {
				out = append(out, piece{string(runes[:n]), true, e})
				break
			}
		}
		if n == 0 {
			if last := len(out) - 1; !gap && last >= 0 && !out[last].known {
				out[last].text += string(runes[0])
			} else {
				out = append(out, piece{text: string(runes[0])})
			}
			n = 1
			runes, gap = runes[n:], false
			continue
		}
		runes, gap = runes[n:], true
	}
	return out
}
