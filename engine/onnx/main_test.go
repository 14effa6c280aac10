package onnx

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// childVar makes the test binary run as a child of a test: a GPU driver reads the
// environment when it is loaded, so a test that needs certain settings starts the
// binary again.
const childVar = "DELTAEDIT_TEST_CHILD"

type childReport struct {
	Providers []ProviderInfo
	Auto      string
	Notice    string
	WebGPU    string // the provider when webgpu is requested by name, or the error
}

func TestMain(m *testing.M) {
	switch os.Getenv(childVar) {
	case "":
		os.Exit(m.Run())
	case childRuns:
		os.Exit(manyRuns())
	}
	if err := Init(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	report := childReport{Providers: Providers()}
	g := sums()
	for _, name := range []string{auto, webgpu} {
		s, err := Open("testdata/sums.onnx", g, Options{Provider: name, Threads: 1})
		switch {
		case name == auto && err == nil:
			report.Auto, report.Notice = s.Provider(), s.Notice()
		case name == auto:
			report.Auto = err.Error()
		case err == nil:
			report.WebGPU = s.Provider()
		default:
			report.WebGPU = err.Error()
		}
		if err := s.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
