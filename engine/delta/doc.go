// Package delta turns a direction in the shared image-text space into a change
// of the style code, and adds such changes to a code: the pack's delta mapper,
// the relevance mask that leaves alone what has nothing to do with the words,
// and the limit that keeps a code where the generator knows what to do.
package delta
