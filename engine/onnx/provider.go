package onnx

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Provider names, as the command line spells them.
const (
	auto     = "auto"
	cpu      = "cpu"
	webgpu   = "webgpu"
	cuda     = "cuda"
	tensorrt = "tensorrt"
	openvino = "openvino"
	directml = "directml"
	coreml   = "coreml"
)

// providers lists every provider that can be requested, in the order in which they are
// shown.
var providers = []string{cpu, webgpu, cuda, tensorrt, openvino, directml, coreml}

// ErrProvider is wrapped when a provider cannot be used.
var ErrProvider = errors.New("execution provider cannot be used")

// Names returns the providers that can be requested by name.
func Names() []string { return slices.Clone(providers) }

// Compiles reports whether a provider compiles a model when it is opened, which takes longer
// than to draw several pictures.
func Compiles(provider string) bool { return provider == openvino }

// AutoNames returns the providers that "auto" chooses from on this system, the CPU
// last.
func AutoNames() []string { return append(autoOrder(), cpu) }

// autoOrder returns the providers, other than the CPU, that "auto" chooses from by
// measuring, usually fastest first. TensorRT is omitted because it compiles each graph
// for minutes: it is used only when requested by name.
func autoOrder() []string {
	if runtime.GOOS == "darwin" {
		return gpuOrder()
	}
	return append(gpuOrder(), openvino)
}

// gpuOrder returns the providers that a session with provider "auto" tries before the
// CPU, best first.
func gpuOrder() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{cuda, directml, webgpu}
	case "darwin":
		return []string{webgpu, coreml}
	default:
		return []string{cuda, webgpu}
	}
}

type choice struct {
	provider string
	auto     bool
	notice   string
}

// replaced returns the CPU as the choice after c.provider failed. did says what the
// provider did to the model, for example "cannot run".
func (c choice) replaced(did, model string, err error) choice {
	return choice{provider: cpu, auto: true, notice: fmt.Sprintf("%s %s %s (%s); using the CPU", c.provider, did, model, firstLine(err))}
}

const noGPU = "no GPU can be used"

// NoneUsable returns the notice that none of the candidates is a usable GPU.
func NoneUsable(candidates []ProviderInfo) string {
	var why []string
	for _, c := range candidates {
		switch {
		case c.Name == openvino: // not a GPU
		case c.Usable && c.Software:
			why = append(why, fmt.Sprintf("%s: only the software device %s", c.Name, c.Device))
		case !c.Usable:
			why = append(why, c.Name+": "+c.Detail)
		}
	}
	return noGPU + " (" + strings.Join(why, "; ") + "); using the CPU"
}

// NoGPU reports whether a notice says only that the machine has no usable GPU, which is
// normal. It returns false when another notice is joined to it by "; ".
func NoGPU(notice string) bool {
	return strings.HasPrefix(notice, noGPU) && !strings.Contains(notice, "; using the CPU; ")
}

// chooseWith is like choose, but with o.Instead the CPU may replace a provider that was
// requested by name. Then it is a notice, not an error, that the provider cannot be
// used.
func chooseWith(o Options) (choice, error) {
	c, err := choose(o.Provider)
	if o.Instead == nil || o.Provider == cpu {
		return c, err
	}
	if err != nil && slices.Contains(providers, o.Provider) {
		c = choice{provider: cpu, notice: fmt.Sprintf("%s cannot be used (%s); using the CPU", o.Provider, probeResult{err: err}.reason())}
		o.Instead(c.notice)
		err = nil
	}
	c.auto = true
	return c, err
}

// choose returns the provider to open a session with. Init must have succeeded.
func choose(name string) (choice, error) {
	switch {
	case name == auto || name == "":
		var tried []ProviderInfo
		for _, p := range gpuOrder() {
			c := infoOf(p)
			if c.Usable && !c.Software {
				return choice{provider: p, auto: true}, nil
			}
			tried = append(tried, c)
		}
		return choice{provider: cpu, auto: true, notice: NoneUsable(tried)}, nil
	case slices.Contains(providers, name):
		if r := probe(name); r.err != nil {
			return choice{}, r.err
		}
		return choice{provider: name}, nil
	}
	return choice{}, fmt.Errorf("%w: no provider is called %q: want auto, %s", ErrProvider, name, strings.Join(providers, ", "))
}

// spinDuration is for how many microseconds a worker thread of a session looks for work before
// it sleeps. By default it does so for 20 ms or more, also when the session is opened: while
// several are opened side by side, a fifth of the processors' time was spent so. Older runtimes
// ignore the setting.
const spinDuration = "300"

// sessionOptions returns options for a session on a provider. An error from the runtime
// must not be ignored: the session would be created on the CPU.
func sessionOptions(provider string, o Options) (*ort.SessionOptions, error) {
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	threads := o.Threads
	if threads == 0 {
		threads = defaultThreads()
	}
	err = errors.Join(
		opts.SetIntraOpNumThreads(threads),
		opts.SetMemPattern(!o.Lean),
		opts.SetLogSeverityLevel(ort.LoggingLevelFatal),
		// Worker threads spin between the nodes of a run, but not after it, and never for
		// long: then the cores are free for other sessions and for drawing.
		opts.AddSessionConfigEntry("session.force_spinning_stop", "1"),
		opts.AddSessionConfigEntry("session.intra_op.spin_duration_us", spinDuration),
		appendProvider(opts, provider, threads),
	)
	if !o.Apart {
		err = errors.Join(err, opts.AddSessionConfigEntry("session.use_env_allocators", "1"))
	}
	if err != nil {
		return nil, errors.Join(err, opts.Destroy())
	}
	return opts, nil
}

func appendProvider(opts *ort.SessionOptions, provider string, threads int) error {
	switch provider {
	case openvino:
		return appendOpenVINO(opts, threads)
	case webgpu:
		return appendWebGPU(opts)
	}
	if devices := pluginDevices(provider); len(devices) > 0 {
		return opts.AppendExecutionProviderV2(devices, nil)
	}
	switch provider {
	case cpu:
		return nil
	case cuda:
		o, err := ort.NewCUDAProviderOptions()
		if err != nil {
			return err
		}
		defer o.Destroy()
		if err := o.Update(map[string]string{"arena_extend_strategy": "kSameAsRequested"}); err != nil {
			return err
		}
		return opts.AppendExecutionProviderCUDA(o)
	case tensorrt:
		o, err := ort.NewTensorRTProviderOptions()
		if err != nil {
			return err
		}
		defer o.Destroy()
		return opts.AppendExecutionProviderTensorRT(o)
	case directml:
		// DirectML requires both of these.
		if err := errors.Join(opts.SetMemPattern(false), opts.SetExecutionMode(ort.ExecutionModeSequential)); err != nil {
			return err
		}
		return opts.AppendExecutionProviderDirectML(0)
	case coreml:
		return opts.AppendExecutionProviderCoreMLV2(nil)
	}
	return fmt.Errorf("%w: no provider is called %q", ErrProvider, provider)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	if r := []rune(line); len(r) > 160 {
		line = string(r[:160]) + "…"
	}
	return line
}
