package prompt

import (
	"testing"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// The built-in pack tells words about faces from others, in wordings that it
// was trained on and in ones that it was not.
func TestBuiltinConfidence(t *testing.T) {
	dir, err := pack.Find("")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	e, err := New(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer e.Close()
	for _, c := range []struct {
		source, target string
		known          bool
	}{
		{"face", "smiling face", true},
		{"face", "face with blond hair", true},
		{"face", "old face", true},
		{"face", "a grandmother", true},
		{"face", "man with a beard and glasses", true},
		{"face", "smiling face with blond hair", true},
		{"face", "grinning", true},
		{"face", "toddler", true},
		{"face", "spectacles", true},
		{"smiling face", "face", true},
		{"face with glasses", "face", true},
		{"old face", "young face", true},
		{"a man", "lady", true},
		{"face", "zombie", false},
		{"face", "a red car", false},
		{"face", "asdfgh", false},
		{"face", "pizza", false},
		{"face", "quantum physics", false},
		{"face", "1234", false},
		{"face", "!!!", false},
		{"zombie", "asdfgh", false},
		{"cat", "a dog", false},
	} {
		d, err := e.Delta(t.Context(), c.source, c.target)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-18s to %-29s %.2f, nearest %s", c.source, c.target, d.Confidence, d.Nearest[0].Name)
		if d.Known != c.known {
			t.Errorf("%q to %q: known %t with a confidence of %.2f and a bar of %.2f", c.source, c.target, d.Known, d.Confidence, d.Bar)
		}
	}
}
