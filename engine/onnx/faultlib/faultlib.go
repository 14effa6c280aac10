// Package faultlib lets tests inject faults into ONNX Runtime: it builds a library that
// forwards to the real one, except for the requested faults.
package faultlib

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

//go:embed testdata/shim.c
var source []byte

// Environment variables that request faults; shim.c describes each.
const (
	Old    = "FAULTLIB_OLD"
	Append = "FAULTLIB_APPEND"
	Create = "FAULTLIB_CREATE"
	Run    = "FAULTLIB_RUN"
	Memory = "FAULTLIB_MEMORY"
	Slow   = "FAULTLIB_SLOW"
	Crash  = "FAULTLIB_CRASH"
	Abort  = "FAULTLIB_ABORT"
	Kill   = "FAULTLIB_KILL"
)

const realLibrary = "FAULTLIB_REAL"

// Library is a built library and the real one that it wraps.
type Library struct{ Path, Real string }

// Environ returns an environment in which a process loads the library: variable is set
// to its path. extra holds more settings of the form KEY=value.
func (l Library) Environ(variable string, extra ...string) []string {
	return append(os.Environ(), append([]string{variable + "=" + l.Path, realLibrary + "=" + l.Real}, extra...)...)
}

// Build builds a library that wraps the real one; it is removed when the test ends. It
// has a provider "cuda", which "auto" chooses. The test is skipped on systems other
// than Linux, and fails without a C compiler.
func Build(t testing.TB, real string) Library {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the library is built on Linux only")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yalue/onnxruntime_go").Output()
	if err != nil {
		t.Fatalf("find the runtime's C header: %v", err)
	}
	dir := t.TempDir()
	code, shim := filepath.Join(dir, "shim.c"), filepath.Join(dir, "libonnxruntime.so")
	if err := os.WriteFile(code, source, 0o600); err != nil {
		t.Fatal(err)
	}
	cc := exec.Command("cc", "-shared", "-fPIC", "-O1", "-w", "-I", strings.TrimSpace(string(out)), "-o", shim, code, "-ldl", "-lpthread")
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("build the faulty library: %v\n%s", err, out)
	}
	return Library{Path: shim, Real: real}
}
