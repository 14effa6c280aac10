package onnx

// vulkanDevice is one device that the Vulkan loader reports.
type vulkanDevice struct {
	name     string
	software bool   // the device type is CPU
	version  string // of the device and its driver, in the driver's own form
}

// pickVulkan returns the name of the device that WebGPU uses: with its default
// preference, high power, hardware comes before software.
func pickVulkan(devices []vulkanDevice) (name string, software bool) {
	for _, d := range devices {
		if !d.software {
			return d.name, false
		}
	}
	if len(devices) == 0 {
		return "", false
	}
	return devices[0].name, true
}
