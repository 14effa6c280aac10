package lexicon

import "strings"

// Half returns the indices of the words of a text that the pack understands only
// partly; usually none. taken are the names of the concepts in the text's direction.
//
// The space was trained on both eyes and both brows together: it knows closed eyes and
// raised brows, but not one closed eye or one raised brow. It also knows hair only in
// natural colours.
func Half(words []Word, taken []string) map[int]bool {
	about := func(names ...string) bool {
		for _, concept := range taken {
			for _, name := range names {
				if strings.Contains(" "+concept+" ", " "+name+" ") {
					return true
				}
			}
		}
		return false
	}
	out := map[int]bool{}
	for i, w := range words {
		switch {
		case winks[w.Key] && len(taken) > 0:
			out[i] = true
		case oneOf[w.Key]:
			// "one blue eye", "left eyebrow"
			for k := i + 1; k < len(words) && k <= i+3; k++ {
				if names := pairs[words[k].Key]; names != nil && about(names...) {
					for j := i; j <= k; j++ {
						out[j] = true
					}
					if next := k + 1; next < len(words) && words[next].Content() && !words[k].EndsClause() {
						out[next] = true // "left eye closed"
					}
					break
				}
				if words[k].EndsClause() {
					break
				}
			}
		case pairs[w.Key] != nil && i+3 < len(words) && words[i+1].Key == "on" && about(pairs[w.Key]...) &&
			(oneOf[words[i+2].Key] || oneOf[words[i+3].Key]): // "brow on the left"
			for j := i; j <= i+3; j++ {
				out[j] = true
			}
		case oddColours[w.Key] && i+1 < len(words) && hairs[words[i+1].Key] && about("hair"):
			out[i], out[i+1] = true, true
		}
	}
	return out
}

// winks are words for closing one eye.
var winks = Set(`wink winks winked winking winky one-eyed`)

// oneOf are words that mean one of a pair.
var oneOf = Set(`one left right single only other upper lower`)

// pairs maps parts that a face has two of, in the singular, to the names of the pair in
// concepts.
var pairs = map[string][]string{
	"eye": {"eyes"}, "eyelid": {"eyes"}, "lid": {"eyes"}, "iris": {"eyes"}, "pupil": {"eyes"},
	"eyebrow": {"brows"}, "brow": {"brows"}, "cheek": {"cheeks"}, "cheekbone": {"cheekbones"},
	"lip": {"lips", "lipstick"}, "earring": {"earrings"},
}

// oddColours are colours that hair does not naturally have; red hair is ginger.
var oddColours = Set(`
	green greenish purple pink pinkish violet lilac lavender magenta turquoise teal cyan blue rainbow neon
	multicoloured multicolored multi-coloured multi-colored
`)

var hairs = Set(`hair haired locks curls`)
