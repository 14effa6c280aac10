package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// EnvLibrary names the environment variable that holds the path of the ONNX
// Runtime library, or of the folder it is in.
const EnvLibrary = "DELTAEDIT_ORT"

// envTelemetry keeps the runtime's telemetry off; see Init.
const envTelemetry = "ORT_DISABLE_TELEMETRY"

// ErrNoLibrary is wrapped when no ONNX Runtime library was found.
var ErrNoLibrary = errors.New("ONNX Runtime library not found")

// Library returns the absolute path of the ONNX Runtime library: the one that
// DELTAEDIT_ORT names (which must exist), or the first that is found beside the
// program, in build/runtime of the working folder, of the program's folder or of any
// folder above these, or in the system's library folders.
func Library() (string, error) {
	if env := os.Getenv(EnvLibrary); env != "" {
		path, err := filepath.Abs(env)
		if err != nil {
			return "", fmt.Errorf("%s: %w", EnvLibrary, err)
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = filepath.Join(path, libraryNames()[0])
		}
		if !isFile(path) {
			return "", fmt.Errorf("%w: %s is %s, which is not a file", ErrNoLibrary, EnvLibrary, env)
		}
		return path, nil
	}
	folders := libraryFolders()
	for _, dir := range folders {
		for _, name := range libraryNames() {
			if path := filepath.Join(dir, name); isFile(path) {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%w: no %s in %s; install the program again (in a source tree run make setup), or set %s to its path", ErrNoLibrary, libraryNames()[0], strings.Join(folders, ", "), EnvLibrary)
}

// Init loads the library and initialises the runtime. The first call does the work;
// later calls, from any goroutine, return its result. A library that failed to load is
// not tried again in this process.
func Init() error { return initOnce() }

var initOnce = sync.OnceValue(func() error {
	path, err := Library()
	if err != nil {
		return err
	}
	if err := checkLibrary(path); err != nil {
		return fmt.Errorf("load ONNX Runtime from %s: %w; install the program again (in a source tree run make setup), or set %s to another", path, err, EnvLibrary)
	}
	// The runtime's official builds report how they are used to their maker. With the variable
	// they start nothing that could; DisableTelemetry below says it once more.
	if err := os.Setenv(envTelemetry, "1"); err != nil {
		return fmt.Errorf("set %s: %w", envTelemetry, err)
	}
	ort.SetSharedLibraryPath(path)
	// Errors are returned to the caller. The log would repeat them on stderr, where
	// even an unavailable provider is an error.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("load ONNX Runtime from %s (it must be version 1.25 or later): %w; install the program again (in a source tree run make setup), or set %s to another", path, err, EnvLibrary)
	}
	if err := errors.Join(ort.DisableTelemetry(), shareArena()); err != nil {
		return fmt.Errorf("load ONNX Runtime from %s: %w", path, err)
	}
	registerPlugins()
	return nil
})

// Version returns the version of the loaded runtime, "" before Init.
func Version() string {
	if !ort.IsInitialized() {
		return ""
	}
	return ort.GetVersion()
}

func libraryNames() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{"onnxruntime.dll"}
	case "darwin":
		return []string{"libonnxruntime.dylib"}
	default:
		return []string{"libonnxruntime.so", "libonnxruntime.so.1"}
	}
}

func libraryFolders() []string {
	var out, starts []string
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dir := filepath.Dir(exe)
		out = append(out, dir, filepath.Join(dir, "lib"))
		starts = append(starts, dir)
	}
	for _, start := range starts {
		for dir := start; ; dir = filepath.Dir(dir) {
			out = append(out, filepath.Join(dir, "build", "runtime"))
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	switch runtime.GOOS {
	case "windows":
		// Not the system folder: it has an older runtime that Windows itself uses.
	case "darwin":
		out = append(out, "/opt/homebrew/lib", "/usr/local/lib")
	default:
		out = append(out, "/usr/local/lib", "/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
	}
	return out
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
