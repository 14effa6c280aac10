package onnx

// vulkanDevice is one device that the Vulkan loader offers.
type vulkanDevice struct {
	name     string
	software bool   // its type is CPU
	version  string // of the device and its driver, in the driver's own form
}

// pickVulkan names the device that WebGPU takes: with the default, high power
// preference hardware goes before software.
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
