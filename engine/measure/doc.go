// Package measure measures which execution provider runs a pack's generator fastest on
// this machine, and stores the decision.
//
// It measures real work: the preview and the full image of a random style code, with
// the pack's graphs. The CPU is measured first; the images of the others must agree
// with its image. When only the CPU can be used, nothing is measured. Decisions are
// stored in a file in the user's cache folder, with everything that they depend on
// (Key): with another driver, processor, runtime library or pack the providers are
// measured again.
package measure
