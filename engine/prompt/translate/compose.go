package translate

import (
	"slices"
	"strings"
)

// part is something that a face has, or lacks.
type part struct {
	name      string
	modifiers []string
	lacks     bool
}

// String returns a part with its article and modifiers: "a big nose".
func (p part) String() string {
	name, article := strings.CutPrefix(p.name, "a ")
	words := append(slices.Clone(p.modifiers), name)
	text := strings.Join(words, " ")
	switch {
	case p.lacks || !article:
		return text
	case strings.ContainsRune("aeiou", rune(text[0])):
		return "an " + text
	}
	return "a " + text
}

// composer builds an English prompt from the pieces of another.
type composer struct {
	follows bool
	// noun is what is described, "" for a face.
	noun      string
	qualities []string
	parts     []part
	tails     []string

	// waiting are modifiers that stand before what they belong to; degree and lacks are
	// for what follows.
	waiting []string
	degree  string
	lacks   bool
	// last is what a modifier that follows belongs to.
	last last
	// owned says that the next modifier belongs to the part before.
	owned bool
}

// last is what stood last.
type last int

const (
	nothing last = iota
	aSubject
	aPart
)

// compose returns the English prompt for pieces; "" for none that asks for something.
func compose(pieces []piece, follows bool) string {
	c := composer{follows: follows}
	asked := false
	for _, p := range pieces {
		if p.known {
			c.take(p.entry)
			asked = asked || p.asks()
		}
	}
	if !asked {
		return ""
	}
	c.end()
	return c.String()
}

func (c *composer) take(e entry) {
	switch e.class {
	case subject:
		c.takeSubject(e.english)
	case quality:
		c.qualities = append(c.qualities, c.said(e.english, true))
	case feature:
		c.parts = append(c.parts, part{e.english, c.waiting, c.lacks})
		if c.degree != "" {
			p := &c.parts[len(c.parts)-1]
			p.modifiers = append([]string{c.degree}, p.modifiers...)
		}
		c.waiting, c.lacks, c.degree, c.last, c.owned = nil, false, "", aPart, false
	case modifier:
		c.takeModifier(e.english)
	case tail:
		c.tails = append(c.tails, e.english)
	case degree:
		c.degree = e.english
	case without:
		c.lacks, c.last = true, nothing
	case lacking:
		if n := len(c.parts); n > 0 {
			c.parts[n-1].lacks = true
		}
	case with:
		c.last = nothing
	case of:
		c.owned = c.last == aPart
	}
}

// takeSubject notes what is described. "Face" and "person" say nothing beside "man".
func (c *composer) takeSubject(name string) {
	if n := len(c.parts); n > 0 && len(c.parts[n-1].modifiers) == 0 && !c.follows {
		// "eyes closed woman"
		c.parts[n-1].modifiers, c.waiting = c.waiting, nil
	}
	for _, m := range c.waiting {
		c.qualities = append(c.qualities, ofPerson(m))
	}
	c.waiting, c.last, c.owned = nil, aSubject, false
	if c.noun == "" || c.noun == "face" || c.noun == "person" {
		if c.noun == "" || name != "face" && name != "person" {
			c.noun = name
		}
	}
}

func (c *composer) takeModifier(name string) {
	n := len(c.parts)
	switch {
	case n > 0 && c.last == aPart && (c.follows || c.owned):
		c.parts[n-1].modifiers = append(c.parts[n-1].modifiers, c.said(ofPart(name), false))
		c.owned = false
	case c.last == aSubject && c.follows:
		c.qualities = append(c.qualities, c.said(ofPerson(name), false))
	default:
		c.waiting = append(c.waiting, c.said(name, false))
	}
}

// said returns a word with what was said of it before: "very old", "not smiling".
func (c *composer) said(word string, negated bool) string {
	if c.degree != "" && !(c.degree == "more" && strings.HasSuffix(word, "er")) {
		word = c.degree + " " + word
	}
	if c.lacks && negated {
		word, c.lacks = "not "+word, false
	}
	c.degree = ""
	return word
}

// A modifier may mean one thing of a feature and another of a person, with a stroke between.
func ofPart(modifier string) string {
	part, _, _ := strings.Cut(modifier, "/")
	return part
}

func ofPerson(modifier string) string {
	part, person, both := strings.Cut(modifier, "/")
	if both {
		return person
	}
	return part
}

// end finds a place for modifiers at the end.
func (c *composer) end() {
	if n := len(c.parts); n > 0 && len(c.parts[n-1].modifiers) == 0 {
		c.parts[n-1].modifiers, c.waiting = c.waiting, nil
	}
	for _, m := range c.waiting {
		c.qualities = append(c.qualities, ofPerson(m))
	}
	for i := range c.parts {
		for k, m := range c.parts[i].modifiers {
			c.parts[i].modifiers[k] = ofPart(m)
		}
	}
}

// String returns the English prompt.
func (c *composer) String() string {
	noun := c.noun
	if noun == "" {
		noun = "face"
	}
	out := append(slices.Clone(c.qualities), noun)
	for _, lacks := range []bool{false, true} {
		var names []string
		for _, p := range c.parts {
			if p.lacks == lacks {
				names = append(names, p.String())
			}
		}
		word := "with"
		if lacks {
			word = "without"
		}
		if len(names) > 0 {
			out = append(out, word, strings.Join(names, " and "))
		}
	}
	return strings.Join(append(out, c.tails...), " ")
}
