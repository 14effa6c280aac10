// Package prompt turns words into directions of the shared image-text space,
// and faces into its vectors: tokenizer, text tower, Δt with its confidence,
// image tower.
package prompt
