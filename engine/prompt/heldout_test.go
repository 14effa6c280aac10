package prompt

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// wholeHeldOut: the whole list takes minutes.
var wholeHeldOut = flag.Bool("heldout", false, "try all held-out prompts, not one in heldOutStep")

// heldOutStep: by default one in this many prompts is tried.
const heldOutStep = 24

// sampled returns every heldOutStep-th of a list, the first of them included.
func sampled[T any](list []T) []T {
	var out []T
	for i := 0; i < len(list); i += heldOutStep {
		out = append(out, list[i])
	}
	return out
}

// sampledNames does so with prompts by the names of their concepts, counted
// through all of them.
func sampledNames(prompts map[string][]string) map[string][]string {
	out, n := map[string][]string{}, 0
	for _, name := range slices.Sorted(maps.Keys(prompts)) {
		for _, text := range prompts[name] {
			if n%heldOutStep == 0 {
				out[name] = append(out[name], text)
			}
			n++
		}
	}
	return out
}

// wordList is models/deltatrain/text/words/heldout.toml: prompts that no training
// step has seen.
type wordList struct {
	plain, unseen          map[string][]string // by the name of the concept
	composed               []composedPrompt
	unknown, neutralPrompt []string
}

type composedPrompt struct {
	text  string
	wants map[string]float64 // weights by the names of concepts
}

// heldOut reads the held-out prompts. The file uses little of TOML, and so does
// this reader: it fails on a line that it does not know.
func heldOut(t testing.TB) wordList {
	t.Helper()
	out := wordList{plain: map[string][]string{}, unseen: map[string][]string{}}
	section := ""
	quoted := regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	for n, line := range strings.Split(readWords(t, "heldout.toml"), "\n") {
		line = strings.TrimSpace(line)
		var found []string
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			found = append(found, m[1])
		}
		switch {
		case line == "" || line[0] == '#' || line == "prompts = [" || line == "]":
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			if section == "composed" {
				out.composed = append(out.composed, composedPrompt{})
			}
		case section == "plain":
			out.plain[found[0]] = found[1:]
		case section == "unseen":
			out.unseen[found[0]] = found[1:]
		case section == "unknown":
			out.unknown = append(out.unknown, found...)
		case section == "neutral":
			out.neutralPrompt = append(out.neutralPrompt, found...)
		case strings.HasPrefix(line, "text = "):
			out.composed[len(out.composed)-1].text = found[0]
		case strings.HasPrefix(line, "wants = "):
			wants := strings.ReplaceAll(strings.TrimPrefix(line, "wants = "), " = ", ": ")
			if err := json.Unmarshal([]byte(wants), &out.composed[len(out.composed)-1].wants); err != nil {
				t.Fatalf("line %d: %v", n+1, err)
			}
		default:
			t.Fatalf("line %d: %q", n+1, line)
		}
	}
	return out
}

// readWords reads a word list of the training.
func readWords(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "models", "deltatrain", "text", "words", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// builtin returns the text encoder of the built-in pack. It is opened once for all
// tests, which takes a second or more, and stays open.
func builtin(t testing.TB) *Encoder {
	t.Helper()
	p := packtest.Builtin(t)
	e, err := openBuiltin(p)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	return e
}

var openBuiltin = func() func(*pack.Pack) (*Encoder, error) {
	var once sync.Once
	var e *Encoder
	var err error
	return func(p *pack.Pack) (*Encoder, error) {
		once.Do(func() { e, err = New(p, onnx.Options{Provider: "cpu"}) })
		return e, err
	}
}()

// score counts what a pack makes of prompts.
type score struct{ prompts, known, right int }

// scoreOf counts the prompts that ask for a concept: known also are those that
// the pack knows and its generator cannot draw; right are those of which the
// concept is among the nearest, to 0.1.
func scoreOf(t *testing.T, e *Encoder, prompts map[string][]string, each func(text string, d Direction)) score {
	t.Helper()
	var out score
	for _, name := range slices.Sorted(maps.Keys(prompts)) {
		at := slices.IndexFunc(e.concepts, func(c concept) bool { return c.Name == name })
		if at < 0 {
			t.Fatalf("the pack has no concept %q", name)
		}
		for _, text := range prompts[name] {
			d, err := e.Delta(t.Context(), neutralPrompt, text)
			if errors.Is(err, ErrSamePrompt) {
				out.prompts++
				continue
			}
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			best := -1.0
			for _, c := range e.concepts {
				best = max(best, dot(d.Vector, c.Delta))
			}
			out.prompts++
			if d.Confidence >= d.Bar {
				out.known++
			}
			if dot(d.Vector, e.concepts[at].Delta) >= best-0.1 {
				out.right++
			}
			each(text, d)
		}
	}
	return out
}

// The built-in pack must not lose what it was measured to know of prompts that
// it has never seen. The bounds are what it reached when this test was written, of
// all prompts (-heldout) and of the sample. HELDOUT=FILE also writes a line for
// each prompt, to compare two states of the program.
func TestHeldOut(t *testing.T) {
	if testing.Short() {
		t.Skip("60 prompts take some seconds")
	}
	e := builtin(t)
	list := heldOut(t)
	if !*wholeHeldOut {
		list.plain, list.unseen = sampledNames(list.plain), sampledNames(list.unseen)
		list.composed, list.unknown = sampled(list.composed), sampled(list.unknown)
	}
	lines, notices := map[string]string{}, map[NoticeKind]int{}
	note := func(text string, d Direction) {
		for _, n := range d.Notices {
			notices[n.Kind]++
		}
		lines[text] = fmt.Sprintf("%t\t%.3f\t%q\t%s", d.Known, d.Confidence, d.Unknown, d.Nearest[0].Name)
	}
	plain := scoreOf(t, e, list.plain, note)
	unseen := scoreOf(t, e, list.unseen, note)
	var composed score
	fit := 0.0
	for _, c := range list.composed {
		d, err := e.Delta(t.Context(), neutralPrompt, c.text)
		if err != nil {
			t.Fatalf("%q: %v", c.text, err)
		}
		note(c.text, d)
		want := make([]float32, len(d.Vector))
		for name, weight := range c.wants {
			at := slices.IndexFunc(e.concepts, func(c concept) bool { return c.Name == name })
			for j, v := range e.concepts[at].Delta {
				want[j] += float32(weight*e.concepts[at].Length) * v
			}
		}
		normalize(want)
		cosine := dot(want, d.Vector)
		fit += cosine / float64(len(list.composed))
		composed.prompts++
		if d.Confidence >= d.Bar {
			composed.known++
		}
		if cosine > 0.5 {
			composed.right++
		}
	}
	var unknown score
	weight := 0.0
	for _, text := range list.unknown {
		d, err := e.Delta(t.Context(), neutralPrompt, text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		note(text, d)
		unknown.prompts++
		if d.Known {
			unknown.known++
			if len(d.Unknown) > 0 {
				unknown.right++ // known for the rest of it, and the words are named
			}
		} else {
			weight = math.Max(weight, d.Weight())
		}
	}
	// The minimum counts for plain, unseen and composed prompts, and the maximum for unknown
	// ones.
	type bounds struct {
		plain, unseen, composed, unknown score
		fit                              float64
	}
	want := bounds{score{392, 383, 392}, score{784, 706, 721}, score{120, 114, 108}, score{120, 20, 9}, 0.836}
	if !*wholeHeldOut {
		want = bounds{score{17, 16, 17}, score{33, 30, 31}, score{5, 5, 4}, score{5, 0, 0}, 0.627}
	}
	for _, c := range []struct {
		name      string
		got, want score
	}{{"plain prompts", plain, want.plain}, {"unusual wordings", unseen, want.unseen}, {"several wishes", composed, want.composed}} {
		if c.got.known < c.want.known || c.got.right < c.want.right || c.got.prompts != c.want.prompts {
			t.Errorf("%s: want at least %+v, got %+v", c.name, c.want, c.got)
		}
	}
	if !(fit >= want.fit) {
		t.Errorf("several wishes: want a mean cosine of %.3f, got %.4f", want.fit, fit)
	}
	if unknown.known > want.unknown.known || unknown.known-unknown.right > want.unknown.right || !(weight <= unknownWeight) || unknown.prompts != want.unknown.prompts {
		t.Errorf("unknown: want at most %d of %d taken for known and %d of these untold, got %+v, weights up to %.2f", want.unknown.known, want.unknown.prompts, want.unknown.right, unknown, weight)
	}
	// All of it is English about faces, or things: there is nothing to say but
	// that three of the unknown are unfamiliar.
	if len(notices) > 1 || notices[NoticeUnfamiliar] > 3 {
		t.Errorf("got notices %v", notices)
	}
	t.Logf("plain %+v, unseen %+v, composed %+v (mean cosine %.4f), unknown %+v", plain, unseen, composed, fit, unknown)
	if path := os.Getenv("HELDOUT"); path != "" {
		var out strings.Builder
		for _, text := range slices.Sorted(maps.Keys(lines)) {
			fmt.Fprintf(&out, "%s\t%s\n", text, lines[text])
		}
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
