//go:build !race

package engine_test

// fewMallocs is what a frame allocates less often than: nothing, but that the
// runtime allocates for itself now and then.
const fewMallocs = 1.0
