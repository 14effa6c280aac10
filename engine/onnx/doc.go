// Package onnx runs the graphs of a model pack with ONNX Runtime: it finds the
// runtime library, chooses an execution provider, and wraps a session whose
// tensors are allocated once and reused by every run.
//
// The C library keeps no promise that Go can enforce: it is initialised once a
// process and never unloaded, a session is destroyed only after its last run
// has returned, and every tensor stays reachable as long as its session. This
// package is the only one that imports the binding.
package onnx
