//go:build !linux

package onnx

import "errors"

// vulkanDevices is for Linux alone: elsewhere WebGPU uses Direct3D or Metal.
func vulkanDevices() ([]vulkanDevice, error) {
	return nil, errors.New("not used on this system")
}
