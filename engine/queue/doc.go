// Package queue is what the two sides of a batch on many machines have in common: how
// edits, photos and results are named and stored on a NATS server with JetStream.
//
// Package submit gives the edits of a batch away and collects their results, package
// work takes edits and does them, and package server is a NATS server inside the process.
//
// Three things of the server are used. The stream of tasks holds every edit that is
// waiting or in work, each under a subject of its own, so that the server itself drops an
// edit that is sent again while it is still there; a task is removed when its worker
// confirms that the result is stored. The stream of results holds every result until the
// batch has recorded it. An object store for each batch holds photos, under their
// SHA-256, and pictures that are too large for a message; it is deleted with the batch.
//
// Whatever is published is published again until the server has confirmed it, and what
// comes twice is dropped. So every message arrives at least once, and every result is
// recorded once.
package queue
