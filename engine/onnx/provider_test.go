package onnx

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"deltaedit/engine/internal/swiftshader"
)

func child(t *testing.T, env []string) childReport {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = env
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var r childReport
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

func (r childReport) provider(name string) ProviderInfo {
	for _, p := range r.Providers {
		if p.Name == name {
			return p
		}
	}
	return ProviderInfo{}
}

func TestSoftwareDevice(t *testing.T) {
	if testing.Short() {
		t.Skip("a software driver takes many seconds")
	}
	if runtime.GOOS != "linux" {
		t.Skip("SwiftShader stands in for a GPU on Linux only")
	}
	r := child(t, swiftshader.Environ(t, childVar+"=1"))
	p := r.provider(webgpu)
	if !p.Usable || !p.Software || !strings.Contains(p.Device, "SwiftShader") {
		t.Errorf("webgpu: want a usable software device SwiftShader, got %+v", p)
	}
	if r.WebGPU != webgpu {
		t.Errorf("webgpu asked for: want it, got %q", r.WebGPU)
	}
	if r.Auto == webgpu {
		t.Error("auto chose a GPU in software")
	}
	if r.Auto == cpu && !strings.Contains(r.Notice, "SwiftShader") {
		t.Errorf("want a notice that names the software device, got %q", r.Notice)
	}
}

func TestNoDriver(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Vulkan drivers are looked for on Linux only")
	}
	r := child(t, swiftshader.NoDriver(t, childVar+"=1"))
	if p := r.provider(cpu); !p.Usable || p.Device == "" {
		t.Errorf("cpu: want it usable, got %+v", p)
	}
	if p := r.provider(webgpu); p.Usable || !strings.Contains(p.Detail, "Vulkan") {
		t.Errorf("webgpu: want it unusable for lack of a Vulkan driver, got %+v", p)
	}
	if !strings.Contains(r.WebGPU, "webgpu") || !strings.Contains(r.WebGPU, "Vulkan") {
		t.Errorf("webgpu asked for: want an error that says why, got %q", r.WebGPU)
	}
	if r.Auto == cpu && !strings.Contains(r.Notice, "using the CPU") {
		t.Errorf("want a notice, got %q", r.Notice)
	}
}

func TestUnusableProvider(t *testing.T) {
	needRuntime(t)
	name := directml
	if runtime.GOOS == "windows" {
		name = coreml
	}
	g := sums()
	_, err := Open(filepath.Join("testdata", g.Model), g, Options{Provider: name})
	if !errors.Is(err, ErrProvider) || !strings.Contains(err.Error(), name) {
		t.Errorf("want ErrProvider that names %s, got %v", name, err)
	}
}

func TestPickVulkan(t *testing.T) {
	soft, hard := vulkanDevice{name: "llvmpipe", software: true}, vulkanDevice{name: "card"}
	for _, c := range []struct {
		devices  []vulkanDevice
		name     string
		software bool
	}{
		{nil, "", false},
		{[]vulkanDevice{soft}, "llvmpipe", true},
		{[]vulkanDevice{soft, hard}, "card", false},
		{[]vulkanDevice{hard, soft}, "card", false},
	} {
		if name, software := pickVulkan(c.devices); name != c.name || software != c.software {
			t.Errorf("%v: want %q %v, got %q %v", c.devices, c.name, c.software, name, software)
		}
	}
}

func TestPhysicalCores(t *testing.T) {
	dir := t.TempDir()
	for cpu, siblings := range map[string]string{"cpu0": "0,2\n", "cpu1": "1,3\n", "cpu2": "0,2\n", "cpu3": "1,3\n"} {
		topology := filepath.Join(dir, cpu, "topology")
		if err := os.MkdirAll(topology, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(topology, "thread_siblings_list"), []byte(siblings), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := physicalCores(dir, 4); got != 2 {
		t.Errorf("four threads on two cores: want 2, got %d", got)
	}
	if got := physicalCores(t.TempDir(), 3); got != 3 {
		t.Errorf("nothing known: want the fallback 3, got %d", got)
	}
}

func TestLibrary(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, libraryNames()[0])
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, env, want string }{
		{"file", file, file},
		{"folder", dir, file},
		{"absent", filepath.Join(dir, "no.so"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(EnvLibrary, c.env)
			got, err := Library()
			if got != c.want || (c.want == "") != errors.Is(err, ErrNoLibrary) {
				t.Errorf("want %q, got %q, %v", c.want, got, err)
			}
			if err != nil && !strings.Contains(err.Error(), c.env) {
				t.Errorf("want the error to name %s, got %v", c.env, err)
			}
		})
	}
	t.Run("beside the working folder", func(t *testing.T) {
		t.Setenv(EnvLibrary, "")
		root, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(root, "build", "runtime", libraryNames()[0])
		deep := filepath.Join(root, "a", "b")
		for _, d := range []string{deep, filepath.Dir(want)} {
			if err := os.MkdirAll(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(want, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Chdir(deep)
		if got, err := Library(); err != nil || got != want {
			t.Errorf("want %q, got %q, %v", want, got, err)
		}
	})
}
