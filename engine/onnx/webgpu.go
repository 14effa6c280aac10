package onnx

import (
	"os"

	ort "github.com/yalue/onnxruntime_go"
)

// envSoftware is read by WebGPU's library when it is loaded. With "1" it offers the processor as
// a device where the runtime finds no GPU, and computes on whatever Vulkan has. Otherwise it
// offers only GPUs that the runtime finds, which are not all: neither SwiftShader nor a GPU that
// the system shows to Vulkan alone, as in some containers.
const envSoftware = "ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"

// appendWebGPU adds WebGPU: from its library, or from the runtime library if it is built in.
func appendWebGPU(opts *ort.SessionOptions) error {
	if os.Getenv(envSoftware) == "" {
		if err := os.Setenv(envSoftware, "1"); err != nil {
			return err
		}
	}
	return appendBundled(opts, webgpu, nil, func() error { return opts.AppendExecutionProvider("WebGPU", nil) })
}
