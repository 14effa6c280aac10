// Package lexicon classifies the words of prompts without a pack: one form for equal
// text, function words, terms about the image that are meant for image generators,
// words of other languages, and words that the shared space understands only partly. It
// has no state; all of it may be used from any goroutine.
package lexicon
