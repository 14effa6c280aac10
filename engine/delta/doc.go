// Package delta converts a direction in the shared image-text space into a change of
// the style code, and adds such changes to a style code. It uses the pack's delta
// mapper, a relevance mask that excludes channels unrelated to the text, and a limit
// that holds the style code in the range that the generator handles well.
package delta
