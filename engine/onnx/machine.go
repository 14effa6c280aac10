package onnx

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Machine describes what the speed of a session depends on besides its graph.
// Measurements remain valid as long as it is unchanged.
type Machine struct {
	// Runtime is the version and the size in bytes of the runtime library. Builds of
	// the same version can differ in their providers.
	Runtime string `json:"runtime"`
	// Devices lists the GPUs and their drivers, as far as the system reports them:
	// Vulkan and NVIDIA devices on Linux, and on all systems the devices of the
	// runtime's own providers and its plugins.
	Devices []string `json:"devices"`
	// CPU is the processor's name.
	CPU string `json:"cpu"`
	// Threads is the number of CPU threads of a run, 0 when the runtime chooses it.
	Threads int `json:"threads"`
}

// ThisMachine describes this machine. It asks the drivers for their devices and
// computes on none. Init must have succeeded.
func ThisMachine() Machine {
	m := Machine{Runtime: Version(), Devices: []string{}, CPU: cpuName(), Threads: defaultThreads()}
	if path, err := Library(); err == nil {
		if info, err := os.Stat(path); err == nil {
			m.Runtime = fmt.Sprintf("%s, %d bytes", m.Runtime, info.Size())
		}
	}
	if runtime.GOOS == "linux" {
		devices, _ := vulkanDevices() // on an error there are no devices
		for _, d := range devices {
			m.Devices = append(m.Devices, fmt.Sprintf("Vulkan: %s, %s", d.name, d.version))
		}
		m.Devices = append(m.Devices, nvidiaDevices("/proc/driver/nvidia")...)
	}
	devices, _ := ort.GetEpDevices()
	bundled := bundledFiles()
	for provider := range bundled {
		// It is loaded at its first use, so it may or may not be listed here; it is added below.
		devices = slices.DeleteFunc(devices, func(d ort.EpDevice) bool {
			return strings.HasPrefix(strings.ToLower(d.EpName()), pluginNames[provider])
		})
	}
	for _, d := range devices {
		m.Devices = append(m.Devices, fmt.Sprintf("%s: %s", d.EpName(), d.EpVendor()))
	}
	for _, provider := range slices.Sorted(maps.Keys(bundled)) {
		m.Devices = append(m.Devices, bundled[provider])
	}
	return m
}

// nvidiaDevices reads the driver's version and the cards from dir, a folder that the
// kernel provides.
func nvidiaDevices(dir string) []string {
	var out []string
	if data, err := os.ReadFile(filepath.Join(dir, "version")); err == nil {
		line, _, _ := strings.Cut(string(data), "\n")
		out = append(out, "NVIDIA: "+strings.Join(strings.Fields(line), " "))
	}
	cards, _ := filepath.Glob(filepath.Join(dir, "gpus", "*", "information"))
	for _, card := range cards {
		if name := fieldOf(card, "Model"); name != "" {
			out = append(out, "NVIDIA: "+name)
		}
	}
	return out
}

// fieldOf returns the first value of a key in a file of lines "key : value", or "" if
// there is none.
func fieldOf(path, key string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
