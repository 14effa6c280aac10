//go:build race

package engine_test

// fewMallocs is more than without the race detector, which lets pools forget what
// is given to them.
const fewMallocs = 16.0
