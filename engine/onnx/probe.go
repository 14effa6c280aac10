package onnx

import (
	_ "embed"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

//go:embed probe.onnx
var probeModel []byte

// ProviderInfo is the result of trying an execution provider.
type ProviderInfo struct {
	Name   string
	Usable bool
	// Device is the device that runs the work, "" when the runtime does not report it.
	Device string
	// Software is true for a GPU interface without a GPU: it works but is slower than
	// the CPU, and "auto" skips it.
	Software bool
	// Detail says why the provider cannot be used, or what is special about it.
	Detail string
}

// Providers tries every execution provider with a tiny graph and returns the results.
// The first call may take seconds; results are cached for the process.
func Providers() []ProviderInfo {
	out := make([]ProviderInfo, 0, len(providers))
	initErr := Init()
	for _, name := range providers {
		if initErr != nil {
			out = append(out, ProviderInfo{Name: name, Detail: firstLine(initErr)})
			continue
		}
		out = append(out, infoOf(name))
	}
	return out
}

// Candidates tries the providers, other than the CPU, that "auto" chooses from. Those
// that are usually the fastest come first. Init must have succeeded.
func Candidates() []ProviderInfo {
	var out []ProviderInfo
	for _, name := range autoOrder() {
		out = append(out, infoOf(name))
	}
	return out
}

// TryProvider tries one provider. Init must have succeeded.
func TryProvider(name string) ProviderInfo {
	if !slices.Contains(providers, name) {
		return ProviderInfo{Name: name, Detail: "no provider is called that"}
	}
	return infoOf(name)
}

// infoOf tries a provider that is in providers.
func infoOf(name string) ProviderInfo {
	r := probe(name)
	info := ProviderInfo{Name: name, Usable: r.err == nil, Device: r.device, Software: r.software}
	switch {
	case r.err != nil:
		info.Detail = r.reason()
	case r.software:
		info.Detail = "a software device: slower than the CPU provider, used only when asked for"
	}
	return info
}

type probeResult struct {
	err      error // wraps ErrProvider
	device   string
	software bool
}

func (r probeResult) reason() string {
	var p *providerError
	if errors.As(r.err, &p) {
		return strings.TrimSuffix(firstLine(p.why), ".")
	}
	return firstLine(r.err)
}

// providerError says why a provider cannot be used.
type providerError struct {
	name string
	why  error
}

func (e *providerError) Error() string { return fmt.Sprintf("%v: %s: %v", ErrProvider, e.name, e.why) }

func (e *providerError) Unwrap() []error { return []error{ErrProvider, e.why} }

var probes = func() map[string]func() probeResult {
	m := make(map[string]func() probeResult, len(providers))
	for _, name := range providers {
		m[name] = sync.OnceValue(func() probeResult { return tryProvider(name) })
	}
	return m
}()

// probe tries a provider once per process. Init must have succeeded.
func probe(name string) probeResult { return probes[name]() }

func tryProvider(name string) probeResult {
	r := probeResult{device: deviceOf(name)}
	if name == webgpu && runtime.GOOS == "linux" {
		devices, err := vulkanDevices()
		if err != nil {
			r.err = &providerError{name, fmt.Errorf("no Vulkan device: %w", err)}
			return r
		}
		r.device, r.software = pickVulkan(devices)
	}
	if err := runProbe(name); err != nil {
		if len(pluginErrors) > 0 {
			err = fmt.Errorf("%w (plugin %s)", err, strings.Join(pluginErrors, "; "))
		}
		r.err = &providerError{name, err}
	}
	return r
}

func deviceOf(name string) string {
	switch name {
	case cpu:
		return fmt.Sprintf("%s, %d threads", runtime.GOARCH, max(1, defaultThreads()))
	case openvino:
		return openVINODevice()
	}
	return ""
}

// runProbe runs the tiny graph on the provider alone, without falling back to the CPU,
// and checks the result.
func runProbe(name string) (err error) {
	opts, err := sessionOptions(name, Options{Threads: 1})
	if err != nil {
		return err
	}
	var free closers
	defer func() { err = errors.Join(err, free.run()) }()
	free.add(opts.Destroy)
	if name != cpu {
		if err := opts.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1"); err != nil {
			return err
		}
	}
	shape := ort.NewShape(1, 4, 8, 8)
	in, err := ort.NewEmptyTensor[float32](shape)
	if err != nil {
		return err
	}
	free.add(in.Destroy)
	out, err := ort.NewEmptyTensor[float32](shape)
	if err != nil {
		return err
	}
	free.add(out.Destroy)
	for i := range in.GetData() {
		in.GetData()[i] = 1
	}
	s, err := ort.NewAdvancedSessionWithONNXData(probeModel, []string{"x"}, []string{"y"}, []ort.Value{in}, []ort.Value{out}, opts)
	if err != nil {
		return err
	}
	free.add(s.Destroy)
	if err := s.Run(); err != nil {
		return err
	}
	y := out.GetData()
	if corner, inner := y[0], y[9]; !(near(corner, 15) && near(inner, 35)) {
		return fmt.Errorf("it computes wrongly: want 15 and 35, got %v and %v", corner, inner)
	}
	return nil
}

func near(got, want float32) bool { return got-want < 0.05 && want-got < 0.05 }
