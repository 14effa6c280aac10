package onnx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// bundledLibraries are the paths where set-up puts the libraries of providers that are not
// built into the runtime, relative to the folder of the runtime library. The first that is
// there is loaded.
var bundledLibraries = map[string][]string{
	openvino: {
		"openvino/libdeltaedit_openvino.so", // lets the next one run on processors of every vendor
		"openvino/libonnxruntime_providers_openvino_plugin.so",
		"openvino/onnxruntime_providers_openvino_plugin.dll",
	},
	webgpu: {
		"webgpu/libonnxruntime_providers_webgpu.so",
		"webgpu/libonnxruntime_providers_webgpu.dylib",
		"webgpu/onnxruntime_providers_webgpu.dll",
	},
}

// bundledNames are the providers' names in messages.
var bundledNames = map[string]string{openvino: "OpenVINO", webgpu: "WebGPU"}

// bundledLibrary returns the path of a provider's library. The error wraps fs.ErrNotExist
// when there is none.
func bundledLibrary(provider string) (string, error) {
	library, err := Library()
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(library)
	for _, name := range bundledLibraries[provider] {
		if path := filepath.Join(dir, filepath.FromSlash(name)); isFile(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("no %s in %s; run make setup: %w", bundledNames[provider], filepath.Join(dir, provider), fs.ErrNotExist)
}

// bundledLoaders holds a function for each bundled provider, which loads its library the
// first time it is called.
var bundledLoaders = func() map[string]func() error {
	m := make(map[string]func() error, len(bundledLibraries))
	for provider := range bundledLibraries {
		m[provider] = sync.OnceValue(func() error { return loadBundled(provider) })
	}
	return m
}()

// loadBundled loads a provider's library unless DELTAEDIT_ORT_PLUGINS has named one. It is
// called at the provider's first use, since loading takes up to 100 MB and some tenths of a
// second. Init must have succeeded.
func loadBundled(provider string) error {
	if len(pluginDevices(provider)) > 0 {
		return nil
	}
	path, err := bundledLibrary(provider)
	if err != nil {
		return err
	}
	if err := ort.RegisterExecutionProviderLibrary(filepath.Base(path), path); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if len(devicesOf(provider)) == 0 {
		return fmt.Errorf("%s finds no device that it can use", bundledNames[provider])
	}
	return nil
}

// appendBundled adds a provider from its library, with the provider's own settings. Where set-up
// has put none, builtIn adds the one that is built into the runtime.
func appendBundled(opts *ort.SessionOptions, provider string, settings map[string]string, builtIn func() error) error {
	err := bundledLoaders[provider]()
	if errors.Is(err, fs.ErrNotExist) {
		if builtIn() == nil {
			return nil
		}
	}
	if err != nil {
		return err
	}
	// Pass one device only: OpenVINO would try several in turn (the first is the CPU), and
	// WebGPU accepts one and chooses the GPU itself.
	return opts.AppendExecutionProviderV2(devicesOf(provider)[:1], settings)
}

// bundledFiles describes the bundled libraries beside the runtime library by their sizes, a line
// for each provider that has any.
func bundledFiles() map[string]string {
	out := map[string]string{}
	for provider, names := range bundledLibraries {
		path, err := bundledLibrary(provider)
		if err != nil {
			continue
		}
		found := bundledNames[provider] + ":"
		for _, name := range names {
			if info, err := os.Stat(filepath.Join(filepath.Dir(path), filepath.Base(name))); err == nil {
				found += fmt.Sprintf(" %d bytes", info.Size())
			}
		}
		out[provider] = found
	}
	return out
}
