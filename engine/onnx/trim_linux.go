package onnx

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
static void trim(void) { malloc_trim(0); }
#else
static void trim(void) {}
#endif
*/
import "C"

// trimMemory returns free memory that the C library holds to the system: reading a model
// or compiling a graph leaves as much behind as the model is large, or more. It takes
// milliseconds.
func trimMemory() { C.trim() }
