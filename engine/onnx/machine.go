package onnx

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Machine is what the speed of a session depends on besides its graph: as long as
// it stays the same, so do measurements.
type Machine struct {
	// Runtime is the version and the size in bytes of the runtime library: builds
	// of one version differ in their providers.
	Runtime string `json:"runtime"`
	// Devices are the GPUs and their drivers, as far as the system tells: Vulkan's
	// and NVIDIA's on Linux, and everywhere what the runtime's own providers and
	// its plugins offer.
	Devices []string `json:"devices"`
	// CPU is the processor's name.
	CPU string `json:"cpu"`
	// Threads is the number of threads that a run takes on the CPU, 0 where the
	// runtime chooses.
	Threads int `json:"threads"`
}

// ThisMachine describes the machine. It asks the drivers for their devices and
// computes on none. Init has succeeded.
func ThisMachine() Machine {
	m := Machine{Runtime: Version(), Devices: []string{}, CPU: cpuName(), Threads: defaultThreads()}
	if path, err := Library(); err == nil {
		if info, err := os.Stat(path); err == nil {
			m.Runtime = fmt.Sprintf("%s, %d bytes", m.Runtime, info.Size())
		}
	}
	if runtime.GOOS == "linux" {
		devices, _ := vulkanDevices() // without any there are none
		for _, d := range devices {
			m.Devices = append(m.Devices, fmt.Sprintf("Vulkan: %s, %s", d.name, d.version))
		}
		m.Devices = append(m.Devices, nvidiaDevices("/proc/driver/nvidia")...)
	}
	devices, _ := ort.GetEpDevices()
	bundled := openVINOFile()
	for _, d := range devices {
		// Loaded at the first use, it is there or not by chance.
		if bundled == "" || !strings.HasPrefix(strings.ToLower(d.EpName()), openvino) {
			m.Devices = append(m.Devices, fmt.Sprintf("%s: %s", d.EpName(), d.EpVendor()))
		}
	}
	if bundled != "" {
		m.Devices = append(m.Devices, bundled)
	}
	return m
}

// nvidiaDevices reads from a folder of the kernel's which cards there are, and the
// driver's version.
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

// fieldOf returns the first value of a key in a file of lines "key : value", ""
// where there is none.
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
