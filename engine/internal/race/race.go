//go:build race

// Package race says whether the race detector is on: it makes code slower and
// makes it allocate more.
package race

// Enabled is true when the race detector is on.
const Enabled = true
