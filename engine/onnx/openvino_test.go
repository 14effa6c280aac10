package onnx

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// openVINOFolder returns a folder with the runtime library and a folder "openvino" in
// it. That folder has links to those of set-up's OpenVINO files whose names pick
// accepts.
func openVINOFolder(t *testing.T, pick func(name string) bool) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("OpenVINO is fetched for Linux on x86-64 only")
	}
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	real := filepath.Join(filepath.Dir(library), "openvino")
	files, err := os.ReadDir(real)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	below := filepath.Join(dir, "openvino")
	if err := errors.Join(os.Symlink(library, filepath.Join(dir, libraryNames()[0])), os.Mkdir(below, 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if pick(f.Name()) {
			// Hard links, since libraries look for others in their own folder.
			if err := linkOrCopy(filepath.Join(real, f.Name()), filepath.Join(below, f.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// linkOrCopy makes a hard link to a file, or copies it when it is on another file
// system.
func linkOrCopy(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// OpenVINO runs on processors of every vendor and computes the same as the CPU
// provider. Two runs give the same to the bit.
func TestOpenVINO(t *testing.T) {
	needRuntime(t)
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("OpenVINO is fetched for Linux on x86-64 only")
	}
	if info := TryProvider(openvino); !info.Usable || !strings.Contains(info.Device, cpuName()) {
		t.Fatalf("got %+v", info)
	}
	g := sums()
	run := func(provider string) map[string][]float32 {
		s, err := Open(filepath.Join("testdata", g.Model), g, Options{Provider: provider, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		if s.Provider() != provider || s.Notice() != "" {
			t.Errorf("it runs on %s, with notice %q", s.Provider(), s.Notice())
		}
		in := map[string][]float32{}
		for role, values := range s.in {
			for i := range values {
				values[i] = float32(math.Sin(float64(i)))
			}
			in[role] = values
		}
		out, err := s.Run(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want, got, again := run(cpu), run(openvino), run(openvino)
	for role := range want {
		for i, w := range want[role] {
			if g := got[role][i]; math.Abs(float64(g-w)) > 0.02*(1+math.Abs(float64(w))) || g != again[role][i] {
				t.Fatalf("%s[%d]: the CPU gives %v, OpenVINO %v and %v", role, i, w, g, again[role][i])
			}
		}
	}
}

// When set-up has fetched OpenVINO not at all or only in part, the provider is not
// usable, and the reason says so.
func TestOpenVINOIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		pick func(string) bool
		says string
	}{
		"nothing":      {func(string) bool { return false }, "OpenVINO"},
		"adapter only": {func(n string) bool { return strings.Contains(n, "deltaedit") }, "libonnxruntime_providers_openvino_plugin.so"},
		"no processor": {func(n string) bool { return !strings.Contains(n, "intel_cpu") }, "OpenVINO finds no device"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := openVINOFolder(t, c.pick)
			r := child(t, append(os.Environ(), EnvLibrary+"="+dir, childVar+"=1"))
			if p := r.provider(openvino); p.Usable || !strings.Contains(p.Detail, c.says) {
				t.Errorf("got %+v, want %q", p, c.says)
			}
			if p := r.provider(cpu); !p.Usable {
				t.Errorf("the CPU is gone with it: %+v", p)
			}
		})
	}
}

// On Intel's processors OpenVINO's own library works without the adapter, which is only
// needed on others.
func TestOpenVINOWithoutTheAdapter(t *testing.T) {
	dir := openVINOFolder(t, func(n string) bool { return !strings.Contains(n, "deltaedit") })
	r := child(t, append(os.Environ(), EnvLibrary+"="+dir, childVar+"=1"))
	p := r.provider(openvino)
	if intel := fieldOf("/proc/cpuinfo", "vendor_id") == "GenuineIntel"; p.Usable != intel {
		t.Errorf("usable %v on a processor of %s: %+v", p.Usable, fieldOf("/proc/cpuinfo", "vendor_id"), p)
	}
}
