// Package onnx runs the graphs of a model pack with ONNX Runtime: it finds the
// runtime library, chooses an execution provider, and wraps a session whose
// tensors are allocated once and reused by every run.
//
// The C library keeps no promise that Go can enforce: it is initialised once a
// process and never unloaded, a session is destroyed only after its last run
// has returned, and every tensor stays reachable as long as its session. This
// package is the only one that imports the binding.
//
// # OpenVINO
//
// OpenVINO comes as a plugin that set-up puts beside the runtime library. It is loaded
// when it is first asked for, and computes on the processor: whole graphs at a time, so
// that a run that was told to stop goes on to its end, and in bfloat16 where the
// processor multiplies in it. Its library knows Intel's processors alone; the one that is
// compiled from adapter/openvino.c stands before it and lets it run on all.
//
// # Tensors and devices
//
// Every tensor lies in the CPU's memory, also of a session that runs on a GPU: its
// inputs go there and its outputs come back at each run. Where one graph's output is
// the next one's input (of the built-in generator the features, 8.4 MB) that is one
// way each too many. The runtime could leave them on the device; the binding (read
// at v1.30.1) cannot ask it to:
//
//   - All its tensors are made with one OrtMemoryInfo, the CPU's (ortMemoryInfo in
//     NewTensor and NewCustomDataTensor), or by the default allocator, which is the
//     CPU's as well. CreateMemoryInfo, CreateAllocator and CreateTensorAsOrtValue for
//     a device are not wrapped, nor is GetInternals' OrtValue to be made elsewhere.
//   - IoBinding wraps BindOutput, not BindOutputToDevice: an output can be bound to a
//     tensor that exists, so to the CPU's.
//   - GetBoundOutputValues copies each value with the CPU's memory functions from
//     wherever its data pointer points; with one on a device that is undefined.
//   - RunWithBinding passes no run options, so that such a run could not be cancelled.
//
// CreateAndRegisterAllocatorV2 and RegisterAllocator only give the environment
// allocators, from which the binding then cannot take a tensor.
package onnx
