// Package batch runs a plan of edits. It can be killed at any moment and resumed later.
//
// A [Plan] is a file of JSON lines, which is checked completely before any work is
// done. A [Folder] holds the images and a journal, results.jsonl, with one line for
// every edit that was tried; only one batch at a time can use it. [Run] does the edits
// that are not in the journal. An image is written under a temporary name, flushed and
// renamed before its line is appended and flushed, so every line in the journal has a
// complete image. The SHA-256 in the line shows whether the image has changed since.
package batch
