// Package engine is the contract between the window, or the command line, and the
// engine: requests, frames, results, timings, and the interfaces between the parts.
//
// Package worker implements the goroutine that serves requests, package studio the
// work that it does. Neither imports the other. The other packages below engine do
// one step of the work each: photo (decode, encode), face (detect, align, segment),
// invert, prompt, delta, synth or diffusion, and compose.
//
// No package below engine knows the window. Events are delivered through a function
// that the owner of the screen supplies, so tests can drive the queue themselves.
package engine

// Program is the name and version written into recipes.
const Program = "deltaedit " + Version

// Version of the program: the only source. What else states it is made from here, or held to
// it by a test.
const Version = "0.1.0"
