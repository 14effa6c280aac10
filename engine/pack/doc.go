// Package pack opens model packs: folders with a manifest.json that names every
// model file, its hash and licence, and the components the engine is made of.
//
// The package reads and checks; it runs nothing. A pack that is missing a file,
// has a wrong hash, an unknown format or a malformed component is refused with
// a sentence that says which. A *Pack is immutable after Open and safe for
// concurrent use.
package pack
