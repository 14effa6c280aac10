package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// openVINOLibraries are the paths where set-up puts OpenVINO's provider library,
// relative to the folder of the runtime library. The first is an adapter that lets the
// second run on processors of every vendor.
var openVINOLibraries = []string{
	"openvino/libdeltaedit_openvino.so",
	"openvino/libonnxruntime_providers_openvino_plugin.so",
	"openvino/onnxruntime_providers_openvino_plugin.dll",
}

// openVINOLibrary returns the path of OpenVINO's provider library. The error wraps
// fs.ErrNotExist when there is none.
func openVINOLibrary() (string, error) {
	library, err := Library()
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(library)
	for _, name := range openVINOLibraries {
		if path := filepath.Join(dir, filepath.FromSlash(name)); isFile(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("no OpenVINO in %s; run make setup: %w", filepath.Join(dir, "openvino"), fs.ErrNotExist)
}

// loadOpenVINO loads OpenVINO's provider library unless DELTAEDIT_ORT_PLUGINS has named
// one. It is called at the first use, since loading takes 100 MB and some tenths of a
// second. Init must have succeeded.
var loadOpenVINO = sync.OnceValue(func() error {
	if len(pluginDevices(openvino)) > 0 {
		return nil
	}
	path, err := openVINOLibrary()
	if err != nil {
		return err
	}
	if err := ort.RegisterExecutionProviderLibrary(filepath.Base(path), path); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if len(pluginDevices(openvino)) == 0 {
		return errors.New("OpenVINO finds no device that it can use")
	}
	return nil
})

// appendOpenVINO adds OpenVINO on the CPU: from the plugin, or from the runtime library
// if it is built in.
func appendOpenVINO(opts *ort.SessionOptions, threads int) error {
	err := loadOpenVINO()
	if errors.Is(err, fs.ErrNotExist) {
		if opts.AppendExecutionProviderOpenVINO(nil) == nil {
			return nil
		}
	}
	if err != nil {
		return err
	}
	// Pass one device only: several would be tried in turn. The first is the CPU.
	return opts.AppendExecutionProviderV2(pluginDevices(openvino)[:1], openVINOSettings(threads))
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

// openVINOFile describes the OpenVINO libraries beside the runtime library by their
// sizes. It returns "" when there are none.
func openVINOFile() string {
	path, err := openVINOLibrary()
	if err != nil {
		return ""
	}
	found := "OpenVINO:"
	for _, name := range openVINOLibraries {
		if info, err := os.Stat(filepath.Join(filepath.Dir(path), filepath.Base(name))); err == nil {
			found += fmt.Sprintf(" %d bytes", info.Size())
		}
	}
	return found
}
