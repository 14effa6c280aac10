package onnx

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// appendOpenVINO adds OpenVINO on the CPU: from its library, or from the runtime library if
// it is built in.
func appendOpenVINO(opts *ort.SessionOptions, threads int) error {
	return appendBundled(opts, openvino, openVINOSettings(threads), func() error { return opts.AppendExecutionProviderOpenVINO(nil) })
}

// openVINOSettings returns OpenVINO's own settings for a session. The precision is left
// at its default: single, or bfloat16 on processors that multiply in it.
func openVINOSettings(threads int) map[string]string {
	device := map[string]string{
		// A thread that is pinned to a core must wait for other work on that core.
		"ENABLE_CPU_PINNING": "NO",
	}
	if threads > 0 {
		device["INFERENCE_NUM_THREADS"] = strconv.Itoa(threads)
	}
	text, err := json.Marshal(map[string]any{"CPU": device})
	if err != nil {
		panic(err) // cannot happen: the map holds only strings
	}
	return map[string]string{"load_config": string(text)}
}

// openVINODevice returns the processor's name, and the precision when the system
// reports that the processor multiplies in bfloat16.
func openVINODevice() string {
	flags := strings.Fields(fieldOf("/proc/cpuinfo", "flags"))
	if slices.Contains(flags, "avx512_bf16") || slices.Contains(flags, "amx_bf16") {
		return cpuName() + ", bfloat16"
	}
	return cpuName()
}
