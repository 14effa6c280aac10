// Package synth makes images from style codes with a pack's generator, and style codes
// from seeds.
//
// A generator may be split into graphs that run in sequence. Outputs of one graph are
// inputs of later ones, matched by role. The first graphs give a small preview early;
// the others run only for the full image and continue from the preview's results.
package synth
