// Package pack opens model packs: folders with a manifest.json that lists every model
// file with its hash and licence, and the components of the engine.
//
// The package reads and checks files; it runs no model. It refuses a pack that has a
// missing file, a wrong hash, an unknown format or a malformed component, and the error
// says which. A *Pack is immutable after Open and safe for concurrent use.
package pack
