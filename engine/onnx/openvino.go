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

// openVINOLibraries are where set-up puts OpenVINO's provider, from the folder of the
// runtime library on. The first lets the other run on processors of every vendor.
var openVINOLibraries = []string{
	"openvino/libdeltaedit_openvino.so",
	"openvino/libonnxruntime_providers_openvino_plugin.so",
	"openvino/onnxruntime_providers_openvino_plugin.dll",
}

// openVINOLibrary returns the path of OpenVINO's provider; the error wraps
// fs.ErrNotExist where there is none.
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

// loadOpenVINO loads OpenVINO's provider unless DELTAEDIT_ORT_PLUGINS named one: at
// the first use, since it takes 100 MB and tenths of a second. Init has succeeded.
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

// appendOpenVINO adds OpenVINO on the processor: the plugin, or what is built into
// the runtime library.
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
	// One device: several would be tried in turn. The processor is the first.
	return opts.AppendExecutionProviderV2(pluginDevices(openvino)[:1], openVINOSettings(threads))
}

// openVINOSettings are OpenVINO's own settings of a session. Left as it is, the
// precision is single, or bfloat16 on processors that multiply in it.
func openVINOSettings(threads int) map[string]string {
	device := map[string]string{
		// A thread that is bound to a core waits for whoever else is on it.
		"ENABLE_CPU_PINNING": "NO",
	}
	if threads > 0 {
		device["INFERENCE_NUM_THREADS"] = strconv.Itoa(threads)
	}
	text, err := json.Marshal(map[string]any{"CPU": device})
	if err != nil {
		panic(err) // strings alone
	}
	return map[string]string{"load_config": string(text)}
}

// openVINODevice is the processor, and what it computes in where the system tells.
func openVINODevice() string {
	flags := strings.Fields(fieldOf("/proc/cpuinfo", "flags"))
	if slices.Contains(flags, "avx512_bf16") || slices.Contains(flags, "amx_bf16") {
		return cpuName() + ", bfloat16"
	}
	return cpuName()
}

// openVINOFile describes the OpenVINO beside the runtime library, "" for none.
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
