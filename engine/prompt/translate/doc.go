// Package translate turns prompts in some languages into English: those that say in usual
// words what a face should be. It knows the words of a table (words.tsv) and a little of how
// adjectives stand beside what they describe, and no grammar. All of it may be used from any
// goroutine.
package translate
