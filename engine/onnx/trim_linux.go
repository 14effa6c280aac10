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

// trimMemory gives back to the system what the C library holds free: compiling a graph
// leaves hundreds of megabytes behind. It takes milliseconds.
func trimMemory() { C.trim() }
