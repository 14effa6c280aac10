// Package batch works off a plan of edits, one after the other through one
// engine, so that it can be killed at any moment and gone on with.
//
// A [Plan] is JSON lines, read whole and refused whole before any work. A
// [Folder] is where the pictures go: it is locked for one batch at a time and
// holds a journal, results.jsonl, with one line for every edit that has been
// tried. [Run] does what the journal does not have yet. A picture is written
// under a temporary name, flushed and renamed before its line is appended and
// flushed, so that a line in the journal always stands for a whole picture; the
// SHA-256 in it tells whether the picture is still the one that was written.
package batch
