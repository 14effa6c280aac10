// Package diffusion draws a face with the pack's style-conditioned denoiser
// (component "diffusion"): it encodes a photograph's face to noise under the
// face's own style code, and decodes that noise to an image under an edited code.
//
// The network is a denoiser in the form of Karras et al., "Elucidating the
// Design Space of Diffusion-Based Generative Models" (2022), variance exploding:
// for x_σ = x_0 + σ·n it estimates x_0, given σ, the style code s, and the
// generator's image of s. Both directions follow the probability-flow equation
//
//	dx/dσ = (x − D(x, σ)) / σ
//
// on one grid, so that noise decoded under the code it was encoded with gives the
// photograph again, up to the solver's error. Nothing is random.
package diffusion
