package prompt

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine/internal/lru"
	"deltaedit/engine/internal/packtest"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt/lexicon"
	"deltaedit/engine/prompt/token"
)

// The fake space has an axis for each of six attributes, one for what it does not
// know, and a constant one that makes the sphere nearly flat.
const (
	outside  = 6
	constant = 7
	flat     = 8 // the constant over the length of one attribute
)

// embeddings are what words add to a text of the fake space; words that are not
// here add nothing.
var embeddings = map[string][]float32{
	"smiling": {1}, "grinning": {0.9, 0.1}, "old": {0, 1}, "glasses": {0, 0, 1}, "blond": {0, 0, 0, 1},
	"necklace": {0, 0, 0, 0, 1}, "man": {0, 0, 0, 0, 0, 1},
	"zombie": {outside: 2}, "fangs": {outside: 1.2}, "obama": {outside: 1.8}, "lost": {outside: 0.4}, "pizza": {2: 0.3, outside: -2},
}

func fakeVectors(vocab []string) func(context.Context, [][]int64, [][]int64) ([][]float32, error) {
	return func(_ context.Context, ids, _ [][]int64) ([][]float32, error) {
		out := make([][]float32, len(ids))
		for i, row := range ids {
			v := make([]float32, 8)
			v[constant] = flat
			scale := float32(1)
			for _, id := range row {
				switch w := vocab[id]; w {
				case "slightly":
					scale = 0.5
				case "very":
					scale = 1.5
				case "double", "chin": // they mean something only together
					both := slices.Contains(row, int64(slices.Index(vocab, "double"))) && slices.Contains(row, int64(slices.Index(vocab, "chin")))
					if both {
						v[0], v[1] = v[0]+0.35, v[1]-0.35
					} else {
						v[outside] += 1
					}
				case "-", "nonsense": // nearly nothing, and in no known direction
					v[outside] += 0.1
				default:
					for j, x := range embeddings[w] {
						v[j] += scale * x
					}
					if embeddings[w] != nil {
						scale = 1
					}
				}
			}
			normalize(v)
			out[i] = v
		}
		return out, nil
	}
}

// fakeSpace is an encoder of the fake space with the concepts, each as its word
// says it.
func fakeSpace(t *testing.T, known ...Known) *Encoder {
	t.Helper()
	vocab := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "face", "with", "a", "and", "portrait", "nice", "double", "chin", "nonsense", "slightly", "very", ",", "-", "red"}
	for w := range embeddings {
		vocab = append(vocab, w)
	}
	slices.Sort(vocab[4:])
	tok, err := token.NewWordPiece([]byte(strings.Join(vocab, "\n")), true, 64)
	if err != nil {
		t.Fatal(err)
	}
	e := &Encoder{
		run: fakeVectors(vocab), tok: tok, templates: []string{"{}", "a {}"}, bar: 0.65, minDelta: 0.03,
		texts: lru.New[embedding](cacheSize), deltas: lru.New[Direction](cacheSize),
	}
	start, err := e.Text(t.Context(), neutralPrompt)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range known {
		there, err := e.Text(t.Context(), k.Name)
		if err != nil {
			t.Fatal(err)
		}
		c := concept{Known: k, Delta: difference(there, start)}
		c.Length = normalize(c.Delta)
		e.concepts = append(e.concepts, c)
	}
	return e
}

var fakeWishes = []Known{
	{Name: "smiling", Gain: 0.5},
	{Name: "old", Gain: 0.5},
	{Name: "glasses", Gain: 0.5},
	{Name: "blond", Gain: 0.5},
	{Name: "necklace", Gain: 0.5, OutOfRange: "the generator draws no necklaces"},
	{Name: "man", Gain: 0.5},
}

func TestHonesty(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	for _, c := range []struct {
		source, target string
		unknown        []string // nil for known
		nearest        string
	}{
		{"face", "smiling face", nil, "smiling"},
		{"face", "grinning", nil, "smiling"},
		{"smiling face", "face", nil, "-smiling"},
		{"smiling face", "a portrait", nil, "-smiling"},
		{"face", "smiling man", nil, "smiling"},
		{"face", "old smiling man with glasses", nil, "smiling"},
		{"face", "face with a double chin", nil, "smiling"},
		{"smiling face", "very old face", nil, "old"},
		{"obama", "obama smiling", nil, "smiling"},
		{"smiling obama", "obama", nil, "-smiling"},
		{"obama with glasses", "obama very old", nil, "old"},
		{"face", "zombie", []string{"zombie"}, ""},
		{"face", "Zombie!", []string{"Zombie"}, ""},
		{"face", "smiling zombie", []string{"zombie"}, ""},
		{"face", "smiling zombie with fangs", []string{"zombie", "fangs"}, ""},
		{"face", "a zombie, with a double chin", []string{"zombie"}, ""},
		{"face", "old zombie obama with glasses", []string{"zombie obama"}, ""},
		{"face", "nice nonsense", []string{"nice nonsense"}, ""},
		{"face", "- -", []string{"- -"}, ""},
		// For the most part this is a face without the smile, which is known.
		{"smiling old man with glasses", "fangs", []string{"fangs"}, ""},
		{"smiling face", "zombie", []string{"zombie"}, ""},
		{"smiling face", "nonsense", []string{"nonsense"}, ""},
		{"obama", "obama with fangs", []string{"fangs"}, ""},
		{"zombie", "smiling face", []string{"zombie"}, ""},
		{"zombie", "face", []string{"zombie"}, ""},
		{"zombie", "pizza", []string{"pizza", "zombie"}, ""},
		{"face", "zombie zombie zombie zombie zombie zombie zombie zombie fangs", []string{"zombie zombie zombie zombie zombie zombie zombie zombie fangs"}, ""},
	} {
		t.Run(c.source+" to "+c.target, func(t *testing.T) {
			d, err := e.Delta(t.Context(), c.source, c.target)
			if err != nil {
				t.Fatal(err)
			}
			if d.Known != (c.unknown == nil) || d.Known != (d.Confidence >= d.Bar) || !slices.Equal(d.Unknown, c.unknown) {
				t.Errorf("want unknown %q, got known %t (%.2f), unknown %q", c.unknown, d.Known, d.Confidence, d.Unknown)
			}
			if name := d.Nearest[0].Name; c.nearest != "" && name != strings.TrimPrefix(c.nearest, "-") || d.Nearest[0].Opposite() != strings.HasPrefix(c.nearest, "-") && c.nearest != "" {
				t.Errorf("want nearest %s, got %+v", c.nearest, d.Nearest[0])
			}
			if w := d.Weight(); d.Known && w != 1 || !d.Known && !(w <= unknownWeight) {
				t.Errorf("known %t, weight %v", d.Known, w)
			}
			again, err := e.Delta(t.Context(), c.source, c.target)
			if err != nil || again.Confidence != d.Confidence || !slices.Equal(again.Unknown, d.Unknown) {
				t.Errorf("asked again: %v, %v, %q", err, again.Confidence, again.Unknown)
			}
		})
	}
}

// Words that the space never learned are named even where the rest of the prompt
// outweighs them.
func TestOverlooked(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	e.learned = lexicon.Set("smiling old man glasses very")
	for _, c := range []struct {
		source, target string
		unknown        []string
	}{
		{"face", "smiling lost face", []string{"lost"}},
		{"face", "very old, smiling, Lost man", []string{"Lost"}},
		{"old face", "smiling lost face", []string{"lost"}},
		{"lost face", "smiling lost face", nil}, // in both prompts: no part of the edit
		{"face", "smiling nice face", nil},      // says nothing
		{"face", "grinning face", nil},          // not learned, but known
		{"face", "slightly smiling face", nil},
		{"smiling lost face", "face", nil}, // what goes away may be anything
	} {
		d, err := e.Delta(t.Context(), c.source, c.target)
		if err != nil || !d.Known || d.Weight() != 1 || !slices.Equal(d.Unknown, c.unknown) {
			t.Errorf("%q to %q: want known but for %q, got %v, known %t (%.2f), unknown %q", c.source, c.target, c.unknown, err, d.Known, d.Confidence, d.Unknown)
		}
	}
	e = fakeSpace(t, fakeWishes...)
	if d, err := e.Delta(t.Context(), "face", "smiling lost face"); err != nil || !d.Known || d.Unknown != nil {
		t.Errorf("a pack without a list: %v, %+v", err, d)
	}
}

func TestIntensity(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	gain := func(target string) float64 {
		t.Helper()
		d, err := e.Delta(t.Context(), "face", target)
		if err != nil || !d.Known {
			t.Fatalf("%q: %v, %+v", target, err, d)
		}
		return d.Gain
	}
	near := func(target string, want float64) {
		t.Helper()
		if got := gain(target); math.Abs(got-want) > 0.03*want { // the sphere is not quite flat
			t.Errorf("%q: want a gain of %v, got %v", target, want, got)
		}
	}
	near("old", 0.5)
	near("slightly old", 0.25)
	near("very old", 0.75)
	near("old man", 0.5*math.Sqrt2)
	near("smiling old man with glasses", 0.5*2)
	// The length of an unknown direction is that of its unknown words.
	d, err := e.Delta(t.Context(), "face", "smiling zombie")
	if err != nil || d.Known || d.Gain > 0.5 {
		t.Errorf("%v, known %t with a gain of %v", err, d.Known, d.Gain)
	}
}

func TestOutOfRangeIsNotKnown(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	for _, c := range []struct {
		target     string
		known      bool
		outOfRange int
		weight     float64
	}{
		{"necklace", false, 1, outOfRangeWeight},
		{"slightly smiling face with a necklace", false, 1, outOfRangeWeight},
		{"very old man with a necklace", true, 1, 1},
		{"old man", true, 0, 1},
	} {
		d, err := e.Delta(t.Context(), "face", c.target)
		if err != nil {
			t.Fatal(err)
		}
		if d.Known != c.known || len(d.Beyond) != c.outOfRange || d.Weight() != c.weight || d.Unknown != nil || d.Confidence < d.Bar {
			t.Errorf("%q: got known %t (%.2f), beyond %+v, unknown %q, weight %v", c.target, d.Known, d.Confidence, d.Beyond, d.Unknown, d.Weight())
		}
	}
	e.concepts = append(e.concepts, concept{Known: Known{Name: "zombie fangs", OutOfRange: "it draws none"}, Delta: make([]float32, 8)})
	if d, err := e.Delta(t.Context(), "face", "Fangs, zombie!"); err != nil || d.Known || len(d.Beyond) != 1 || d.Beyond[0].OutOfRange != "it draws none" {
		t.Errorf("a name that the space did not learn: %v, %+v", err, d)
	}
	d, err := e.Delta(t.Context(), "face", "necklace zombie")
	if err != nil || d.Known || d.Beyond != nil || !slices.Equal(d.Unknown, []string{"zombie"}) {
		t.Errorf("what is unknown comes first: %v, %+v", err, d)
	}
}

func TestWeight(t *testing.T) {
	for _, c := range []struct {
		d    Direction
		want float64
	}{
		{Direction{Known: true, Confidence: 0.7, Bar: 0.6}, 1},
		{Direction{Known: true}, 1},
		{Direction{Confidence: 0.3, Bar: 0.6}, unknownWeight / 4},
		{Direction{Confidence: 0, Bar: 0.6}, 0},
		{Direction{Confidence: 0.9, Bar: 0.6}, outOfRangeWeight},
		{Direction{}, outOfRangeWeight},
	} {
		if got := c.d.Weight(); !close64(got, c.want) {
			t.Errorf("%+v: want %v, got %v", c.d, c.want, got)
		}
	}
}

// A pack without concepts cannot tell what it knows.
func TestWithoutConcepts(t *testing.T) {
	d, err := fakeSpace(t).Delta(t.Context(), "face", "zombie")
	if err != nil || d.Nearest != nil || d.Unknown != nil || d.Gain != 1 {
		t.Errorf("%v, %+v", err, d)
	}
}

func TestDoubtsCanBeCancelled(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	ctx, cancel := context.WithCancel(t.Context())
	run, runs := e.run, 0
	e.run = func(ctx context.Context, ids, mask [][]int64) ([][]float32, error) {
		if runs++; runs == 2 { // the words of the prompt
			cancel()
			return nil, fmt.Errorf("run: %w", ctx.Err())
		}
		return run(ctx, ids, mask)
	}
	if _, err := e.Delta(ctx, "face", "smiling zombie"); err == nil || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
	e.run = run
	if d, err := e.Delta(t.Context(), "face", "smiling zombie"); err != nil || !slices.Equal(d.Unknown, []string{"zombie"}) {
		t.Errorf("after it: %v, %+v", err, d)
	}
}

func TestConceptsOfAPack(t *testing.T) {
	open := func(text string) ([]Known, error) {
		return Concepts(packtest.Open(t, map[string][]byte{"concepts.json": []byte(text), "text.onnx": packtest.Read(t, "text.onnx")}, map[string]pack.Component{
			"text_encoder": {Graphs: []pack.Graph{textGraph()}, Params: packtest.Params(t, map[string]any{"concepts": "concepts.json"})},
		}))
	}
	got, err := open(`[{"name":"old","source":"face","target":"old face","delta":[1],"gain":0.5,"reach":1.2,"length":0.3},
		{"name":"hat","delta":[1],"out_of_range":" it draws none\n"}]`)
	want := []Known{{Name: "old", Source: "face", Target: "old face", Gain: 0.5, Reach: 1.2, Length: 0.3}, {Name: "hat", Gain: 1, OutOfRange: "it draws none"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("want %+v, got %+v, %v", want, got, err)
	}
	for text, want := range map[string]string{" \n": "words.txt lists no words", "old\nman": ""} {
		p := packtest.Open(t, map[string][]byte{"words.txt": []byte(text)}, map[string]pack.Component{
			"text_encoder": {Params: packtest.Params(t, map[string]any{"words": "words.txt"})},
		})
		learned, err := loadLearned(p, "words.txt")
		if want == "" && (err != nil || !learned["old"] || !learned["man"]) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, %v", text, learned, err)
		}
	}
	for _, bad := range []string{`{`, `[{"name":"x","length":-1}]`, `[{"name":"x","reach":-2}]`, `[{"name":"x","gain":-2}]`} {
		if _, err := open(bad); err == nil || !strings.Contains(err.Error(), "concepts.json") {
			t.Errorf("%s: got %v", bad, err)
		}
	}
	if got, err := Concepts(packtest.Open(t, map[string][]byte{"text.onnx": packtest.Read(t, "text.onnx")}, map[string]pack.Component{
		"text_encoder": {Graphs: []pack.Graph{textGraph()}, Params: packtest.Params(t, map[string]any{})},
	})); err != nil || len(got) != 0 {
		t.Errorf("a pack without concepts: %v, %v", got, err)
	}
}
