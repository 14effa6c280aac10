// Package synth makes pictures from style codes with a pack's generator, and
// style codes from seeds.
//
// A generator may be split into graphs that run one after the other, the
// outputs of one being inputs of the next by role. The first ones give a small
// preview soon; the rest is run only for the full picture, and what has been
// computed for a preview is not computed again.
package synth
