// Package pngstrips writes PNGs on all cores: the rows are filtered and compressed in strips,
// which together are one stream that every reader of PNGs understands.
package pngstrips
