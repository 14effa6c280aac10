// Package onnx runs the graphs of a model pack with ONNX Runtime: it finds the
// runtime library, chooses an execution provider, and wraps a session whose
// tensors are allocated once and reused by every run.
//
// Go cannot enforce the rules of the C library, so this package follows them: the
// library is initialised once per process and never unloaded, a session is destroyed
// only after its last run has returned, and every tensor stays reachable as long as
// its session. Only this package imports the binding.
//
// # OpenVINO
//
// OpenVINO is a plugin that set-up puts beside the runtime library. It is loaded when
// it is first requested, and computes on the CPU. It runs whole graphs at a time, so a
// cancelled run continues to its end. It computes in bfloat16 where the processor
// multiplies in it. Its library accepts only Intel's processors; the adapter compiled
// from adapter/openvino.c wraps it and lets it run on all.
//
// # Tensors and devices
//
// Every tensor is in CPU memory, even when the session runs on a GPU: each run copies
// the inputs to the GPU and the outputs back. Where one graph's output is the next
// one's input (in the built-in generator the features, 8.4 MB), that is one unnecessary
// copy in each direction. The runtime could leave such tensors on the device, but the
// binding (read at v1.30.1) cannot ask it to:
//
//   - It makes all its tensors with one OrtMemoryInfo, the CPU's (ortMemoryInfo in
//     NewTensor and NewCustomDataTensor), or with the default allocator, which is also
//     the CPU's. It does not wrap CreateMemoryInfo, CreateAllocator and
//     CreateTensorAsOrtValue for a device, and callers cannot create the OrtValue that
//     GetInternals returns.
//   - IoBinding wraps BindOutput, not BindOutputToDevice: an output can be bound only to
//     an existing tensor, so only to CPU memory.
//   - GetBoundOutputValues copies each value with the CPU's memory functions from
//     wherever its data pointer points; for a value on a device that is undefined.
//   - RunWithBinding passes no run options, so such a run cannot be cancelled.
//
// CreateAndRegisterAllocatorV2 and RegisterAllocator only register allocators with the
// environment; the binding cannot allocate a tensor from them.
package onnx
