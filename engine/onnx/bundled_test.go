package onnx

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deltaedit/engine/internal/swiftshader"
)

// Libraries of providers are looked for beside the runtime library, the adapter to OpenVINO
// before the library that it adapts.
func TestBundledLibraries(t *testing.T) {
	dir := t.TempDir()
	library := filepath.Join(dir, libraryNames()[0])
	touch := func(path string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("abc"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	touch(library)
	t.Setenv(EnvLibrary, library)
	for provider := range bundledLibraries {
		if _, err := bundledLibrary(provider); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "make setup") {
			t.Errorf("%s: got %v", provider, err)
		}
	}
	if got := bundledFiles(); len(got) != 0 {
		t.Errorf("described as %q", got)
	}
	for _, c := range []struct{ provider, file string }{
		{openvino, "openvino/libonnxruntime_providers_openvino_plugin.so"},
		{openvino, "openvino/libdeltaedit_openvino.so"},
		{webgpu, "webgpu/libonnxruntime_providers_webgpu.so"},
	} {
		want := filepath.Join(dir, filepath.FromSlash(c.file))
		touch(want)
		if got, err := bundledLibrary(c.provider); got != want || err != nil {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
	if got := bundledFiles(); len(got) != 2 || got[openvino] != "OpenVINO: 3 bytes 3 bytes" || got[webgpu] != "WebGPU: 3 bytes" {
		t.Errorf("described as %q", got)
	}
}

// A library of WebGPU that cannot be loaded is named; the runtime's own is no way round it.
func TestBrokenWebGPULibrary(t *testing.T) {
	needRuntime(t)
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	broken := filepath.Join(dir, filepath.FromSlash(bundledLibraries[webgpu][0]))
	err = errors.Join(os.Symlink(library, filepath.Join(dir, libraryNames()[0])), os.Mkdir(filepath.Dir(broken), 0o755), os.WriteFile(broken, []byte("no library"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	r := child(t, swiftshader.Environ(t, EnvLibrary+"="+dir, childVar+"=1"))
	if p := r.provider(webgpu); p.Usable || !strings.Contains(p.Detail, filepath.Base(broken)) {
		t.Errorf("got %+v", p)
	}
	if p := r.provider(cpu); !p.Usable {
		t.Errorf("the CPU is gone with it: %+v", p)
	}
}
