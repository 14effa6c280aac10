package prompt

import (
	"strings"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
)

// builtinPairs are pairs of prompts with the words that the built-in pack does
// not know, joined by "; ": "" for a pair that it knows, "*" for one that it does
// not know whatever it names.
var builtinPairs = []struct{ source, target, unknown string }{
	{"face", "smiling face", ""},
	{"face", "face with blond hair", ""},
	{"face", "old face", ""},
	{"face", "a grandmother", ""},
	{"face", "man with a beard and grey hair", ""},
	{"face", "smiling face with blond hair", ""},
	{"face", "grinning", ""},
	{"face", "toddler", ""},
	{"face", "bearded", ""},
	{"smiling face", "face", ""},
	{"face with a beard", "face", ""},
	{"old face", "young face", ""},
	{"a man", "lady", ""},
	{"face", "face with glasses", ""},
	{"face with glasses", "face", ""},
	{"face", "wearing sunglasses", ""},
	{"face", "a hat", ""},
	{"face", "zombie", "zombie"},
	{"face", "a red car", "*"},
	{"face", "asdfgh", "asdfgh"},
	{"face", "pizza", "pizza"},
	{"face", "quantum physics", "*"},
	{"face", "qwrtzx", "*"},
	{"face", "!!!", "*"},
	{"zombie", "asdfgh", "*"},
	{"cat", "a dog", "*"},
}

// The built-in pack distinguishes words about faces from others, in wordings that it
// was trained on and in others.
func TestBuiltinConfidence(t *testing.T) {
	p := packtest.Builtin(t)
	e, err := New(p, onnx.Options{Provider: "cpu"})
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	defer e.Close()
	for _, c := range builtinPairs {
		d, err := e.Delta(t.Context(), c.source, c.target)
		if err != nil {
			t.Fatal(err)
		}
		unknown := strings.Join(d.Unknown, "; ")
		t.Logf("%-18s to %-29s %.2f, gain %.2f, unknown %q, nearest %s (%.2f)", c.source, c.target, d.Confidence, d.Gain, unknown, d.Nearest[0].Name, d.Nearest[0].Cosine)
		if d.Known != (c.unknown == "") {
			t.Errorf("%q to %q: known %t with a confidence of %.2f and a bar of %.2f", c.source, c.target, d.Known, d.Confidence, d.Bar)
		} else if c.unknown != "*" && unknown != c.unknown {
			t.Errorf("%q to %q: want %q to be unknown, got %q", c.source, c.target, c.unknown, unknown)
		}
	}
	// An unknown word is named even when a known attribute outweighs it.
	for target, want := range map[string]string{"smiling zombie": "zombie", "an angry robot": "robot", "blond hair and a smile": ""} {
		d, err := e.Delta(t.Context(), "face", target)
		if err != nil {
			t.Fatal(err)
		}
		if unknown := strings.Join(d.Unknown, "; "); unknown != want {
			t.Errorf("%q: want %q to be named, got %q (known %t)", target, want, unknown, d.Known)
		}
	}
	for _, target := range []string{"face with a necklace", "wearing earrings", "freckles", "eyes looking to the left"} {
		d, err := e.Delta(t.Context(), "face", target)
		if err != nil {
			t.Fatal(err)
		}
		if d.Known || len(d.Beyond) == 0 || d.Beyond[0].OutOfRange == "" {
			t.Errorf("%q: want a known wish that the generator cannot do, with the evidence; got known %t (%.2f), unknown %q, beyond %v", target, d.Known, d.Confidence, d.Unknown, d.Beyond)
		}
	}
}
