// Package shadertest compares what the viewport's shaders draw on a display with what is drawn
// where there are none.
package shadertest
