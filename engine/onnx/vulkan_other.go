//go:build !linux

package onnx

import "errors"

// vulkanDevices is used on Linux only: elsewhere WebGPU uses Direct3D or Metal.
func vulkanDevices() ([]vulkanDevice, error) {
	return nil, errors.New("not used on this system")
}
