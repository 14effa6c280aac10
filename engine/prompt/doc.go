// Package prompt turns text and face images into vectors of the shared
// image-text space, and a pair of prompts into an edit direction Δt.
//
// A prompt goes through these steps, each in its own file:
//
//   - readPrompt (reading.go): the canonical form of the text, without terms about
//     the image (package lexicon), cut to the maximum length;
//   - the tokenizer (package token) and the text encoder (encoder.go);
//   - decompose: which known concepts make up the direction, and the confidence;
//   - findUnknown (unknown.go), ignoredWords (ignored.go): which words the pack
//     does not know;
//   - notices: unfamiliar text and other languages (familiar.go), partly
//     understood words (package lexicon), contradictions (contradiction.go), and suggestions
//     for misspelt words (spelling.go).
package prompt
