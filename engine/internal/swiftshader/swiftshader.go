// Package swiftshader lets tests run WebGPU on the CPU: it finds SwiftShader, the
// software implementation of Vulkan in the chromium package.
package swiftshader

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Environ returns an environment in which a process finds SwiftShader as its only
// Vulkan driver. extra holds more settings of the form KEY=value. The test fails when
// SwiftShader is not installed: make setup installs it.
func Environ(t testing.TB, extra ...string) []string {
	t.Helper()
	var icd string
	for _, dir := range []string{"/usr/lib/chromium", "/usr/lib/chromium-browser", "/usr/lib64/chromium-browser", "/opt/google/chrome"} {
		if path := filepath.Join(dir, "vk_swiftshader_icd.json"); exists(path) {
			icd = path
			break
		}
	}
	if icd == "" {
		t.Fatal("SwiftShader (vk_swiftshader_icd.json of the chromium package) is not installed: run make setup")
	}
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "VK_") })
	return append(env, append([]string{
		"VK_ICD_FILENAMES=" + icd,
		"VK_DRIVER_FILES=" + icd,
		"XDG_RUNTIME_DIR=" + t.TempDir(),
	}, extra...)...)
}

// NoDriver returns an environment without any Vulkan driver.
func NoDriver(t testing.TB, extra ...string) []string {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none.json")
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "VK_") })
	return append(env, append([]string{"VK_ICD_FILENAMES=" + none, "VK_DRIVER_FILES=" + none}, extra...)...)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
