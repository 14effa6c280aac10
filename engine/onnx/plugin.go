package onnx

import (
	"os"
	"path/filepath"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// EnvPlugins names the environment variable that lists the paths of execution provider
// libraries to load in addition to those built into the runtime, separated as in PATH.
const EnvPlugins = "DELTAEDIT_ORT_PLUGINS"

var pluginErrors []string // written once, by Init

func registerPlugins() {
	for _, path := range filepath.SplitList(os.Getenv(EnvPlugins)) {
		if path == "" {
			continue
		}
		abs, err := filepath.Abs(path)
		if err == nil {
			err = ort.RegisterExecutionProviderLibrary(filepath.Base(abs), abs)
		}
		if err != nil {
			pluginErrors = append(pluginErrors, path+": "+firstLine(err))
		}
	}
}

// pluginNames maps each provider that may come as a plugin to the prefix of its name in
// the runtime, in lower case.
var pluginNames = map[string]string{
	webgpu:   "webgpu",
	cuda:     "cuda",
	tensorrt: "nvtensorrtrtx",
	openvino: "openvino",
	directml: "dml",
	coreml:   "coreml",
}

// pluginDevices returns the devices that the libraries of DELTAEDIT_ORT_PLUGINS offer for a
// provider, none when no library was named.
func pluginDevices(provider string) []ort.EpDevice {
	if os.Getenv(EnvPlugins) == "" {
		return nil
	}
	return devicesOf(provider)
}

// devicesOf returns the devices that the runtime and the loaded libraries offer for a provider.
func devicesOf(provider string) []ort.EpDevice {
	want, ok := pluginNames[provider]
	if !ok {
		return nil
	}
	all, err := ort.GetEpDevices()
	if err != nil {
		return nil
	}
	var out []ort.EpDevice
	for _, d := range all {
		name := strings.ToLower(d.EpName())
		// A provider can have several devices. All devices that are added together must
		// have exactly the same provider name.
		if strings.HasPrefix(name, want) && (len(out) == 0 || out[0].EpName() == d.EpName()) {
			out = append(out, d)
		}
	}
	return out
}
