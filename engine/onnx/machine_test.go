package onnx

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestThisMachine(t *testing.T) {
	needRuntime(t)
	m := ThisMachine()
	if !strings.HasPrefix(m.Runtime, Version()+", ") || strings.HasSuffix(m.Runtime, " 0 bytes") || m.CPU == "" || m.Devices == nil || m.Threads != defaultThreads() {
		t.Errorf("got %+v", m)
	}
	if again := ThisMachine(); again.Runtime != m.Runtime || again.CPU != m.CPU || !slices.Equal(again.Devices, m.Devices) {
		t.Errorf("first %+v, then %+v", m, again)
	}
}

func TestNVIDIADevices(t *testing.T) {
	dir := t.TempDir()
	card := filepath.Join(dir, "gpus", "0000:01:00.0")
	if err := os.MkdirAll(card, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(dir, "version"):      "NVRM version: NVIDIA UNIX  550.1  Release\nGCC version: 12\n",
		filepath.Join(card, "information"): "Model: \t\t A card\nIRQ:   1\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := nvidiaDevices(dir), []string{"NVIDIA: NVRM version: NVIDIA UNIX 550.1 Release", "NVIDIA: A card"}; !slices.Equal(got, want) {
		t.Errorf("want %q, got %q", want, got)
	}
	if got := nvidiaDevices(t.TempDir()); len(got) != 0 {
		t.Errorf("without a card: %q", got)
	}
}

func TestTryProvider(t *testing.T) {
	needRuntime(t)
	if p := TryProvider(cpu); !p.Usable || p.Name != cpu {
		t.Errorf("cpu: %+v", p)
	}
	if p := TryProvider("abacus"); p.Usable || p.Name != "abacus" || p.Detail == "" {
		t.Errorf("abacus: %+v", p)
	}
}
