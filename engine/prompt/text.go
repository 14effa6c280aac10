package prompt

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

// Errors that a person can put right.
var (
	ErrEmptyPrompt = errors.New("the prompt is empty: describe the face in a few words")
	ErrSamePrompt  = errors.New("source and target say the same: let the target say what should change")
)

// Direction is what a pair of prompts asks for. It belongs to the caller.
type Direction struct {
	// Vector is Δt, the unit vector from source to target in the shared space.
	Vector []float32
	// Confidence in [0, 1] says how much of Vector lies among the concepts
	// that the pack was trained on; see Encoder.Delta.
	Confidence float64
	// Known is Confidence ≥ the pack's bar.
	Known bool
	// Bar is the pack's bar for Known.
	Bar float64
	// Nearest are the closest concepts, best first, at most three.
	Nearest []Concept
	// Gain calibrates the edit: the mean gain of Nearest weighted by cosine.
	Gain float64
}

// Weight is the share of its strength that an edit along d should be given: 1
// when d is known, less in proportion to the confidence when it is not.
func (d Direction) Weight() float64 {
	if d.Known || d.Bar <= 0 {
		return 1
	}
	return d.Confidence / d.Bar
}

// Encoder turns text into vectors of the shared space. Its methods may be
// called from any goroutine; one runs at a time.
type Encoder struct {
	mu        sync.Mutex
	run       func(ctx context.Context, ids, mask [][]int64) ([][]float32, error)
	close     func() error
	provider  string
	tok       *Tokenizer
	templates []string
	concepts  []concept
	bar       float64
	minDelta  float64
	texts     *lru[meaning]
	deltas    *lru[Direction]
}

// meaning is a text in the shared space: a unit vector for each template, and
// their normalised mean.
type meaning struct {
	each [][]float32
	mean []float32
}

// cached is the number of texts and of pairs that are kept.
const cached = 256

type textParams struct {
	Tokenizer struct {
		Kind      string `json:"kind"`
		Vocab     string `json:"vocab"`
		Lowercase *bool  `json:"lowercase"`
		MaxTokens int    `json:"max_tokens"`
	} `json:"tokenizer"`
	Templates []string `json:"templates"`
	Concepts  string   `json:"concepts"`
	Bar       float64  `json:"confidence_bar"`
	// MinDelta is the distance of two texts below which their difference is
	// more noise than meaning.
	MinDelta float64 `json:"min_delta"`
}

// New opens the pack's text encoder, tokenizer and concepts.
func New(p *pack.Pack, o onnx.Options) (*Encoder, error) {
	s, err := onnx.Load(p, "text_encoder", 0, o)
	if err != nil {
		return nil, err
	}
	e, err := newEncoder(p, s)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("pack %q: component \"text_encoder\": %w", p.Name(), err)
	}
	return e, nil
}

func newEncoder(p *pack.Pack, s *onnx.Session) (*Encoder, error) {
	c, err := p.Component("text_encoder")
	if err != nil {
		return nil, err
	}
	params := textParams{MinDelta: 0.1}
	if err := c.Decode(&params); err != nil {
		return nil, err
	}
	if k := params.Tokenizer.Kind; k != "wordpiece" {
		return nil, fmt.Errorf("tokenizer kind is %q: this program has wordpiece", k)
	}
	if !(params.Bar >= 0 && params.Bar <= 1) {
		return nil, fmt.Errorf("confidence_bar is %v: want it in [0, 1]", params.Bar)
	}
	if !(params.MinDelta >= 0 && params.MinDelta <= 2) {
		return nil, fmt.Errorf("min_delta is %v: want it in [0, 2]", params.MinDelta)
	}
	if len(params.Templates) == 0 {
		params.Templates = []string{"{}"}
	}
	for _, t := range params.Templates {
		if strings.Count(t, "{}") != 1 {
			return nil, fmt.Errorf("template %q: want exactly one {}", t)
		}
	}
	vocab, err := p.Bytes(params.Tokenizer.Vocab)
	if err != nil {
		return nil, err
	}
	lowercase := params.Tokenizer.Lowercase == nil || *params.Tokenizer.Lowercase
	tok, err := NewTokenizer(vocab, lowercase, params.Tokenizer.MaxTokens)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", params.Tokenizer.Vocab, err)
	}
	out := s.Graph().Outputs["vector"]
	if len(out.Shape) != 2 {
		return nil, fmt.Errorf("%w: output \"vector\" is %s", onnx.ErrShape, out)
	}
	concepts, err := loadConcepts(p, params.Concepts, int(out.Shape[1]))
	if err != nil {
		return nil, err
	}
	return &Encoder{
		run: s.RunTokens, close: s.Close, provider: s.Provider(),
		tok: tok, templates: params.Templates, concepts: concepts,
		bar: params.Bar, minDelta: params.MinDelta,
		texts: newLRU[meaning](cached), deltas: newLRU[Direction](cached),
	}, nil
}

// Provider returns the provider that really runs the text encoder.
func (e *Encoder) Provider() string { return e.provider }

// Concepts returns the names of the concepts that the pack was trained on.
func (e *Encoder) Concepts() []string {
	out := make([]string, len(e.concepts))
	for i, c := range e.concepts {
		out[i] = c.Name
	}
	return out
}

// Text returns the unit vector of a text: the normalised mean over the pack's
// templates. Text without a word is ErrEmptyPrompt. The slice belongs to the
// caller.
func (e *Encoder) Text(ctx context.Context, text string) ([]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, err := e.text(ctx, text)
	return slices.Clone(m.mean), err
}

func (e *Encoder) text(ctx context.Context, text string) (meaning, error) {
	ids := e.tok.Encode(text)
	if len(ids) <= 2 {
		return meaning{}, ErrEmptyPrompt
	}
	// Texts of the same tokens are the same text to the model; longer ones than
	// it reads are told apart no more.
	key := tokenKey(ids)
	if v, ok := e.texts.get(key); ok {
		return v, nil
	}
	rows := make([][]int64, len(e.templates))
	mask := make([][]int64, len(e.templates))
	for i, t := range e.templates {
		rows[i] = e.tok.Encode(strings.Replace(t, "{}", text, 1))
		mask[i] = slices.Repeat([]int64{1}, len(rows[i]))
	}
	vectors, err := e.run(ctx, rows, mask)
	if err != nil {
		return meaning{}, err
	}
	mean := make([]float32, len(vectors[0]))
	for _, v := range vectors {
		if err := onnx.CheckFinite("the text encoder's vector", v); err != nil {
			return meaning{}, err
		}
		normalize(v)
		for j, x := range v {
			mean[j] += x
		}
	}
	if normalize(mean) == 0 {
		return meaning{}, fmt.Errorf("text encoder: %w: its vectors for %q cancel out", onnx.ErrNotFinite, shorten(text))
	}
	m := meaning{each: vectors, mean: mean}
	e.texts.put(key, m)
	return m, nil
}

// Delta returns the direction from source to target. Prompts without a word are
// ErrEmptyPrompt, two that say the same ErrSamePrompt.
//
// The confidence is high when Δt points where known concepts point (see judge),
// when it does so in every wording (see agreement), and when the two texts
// differ enough for their difference to mean something: the share explained by
// concepts is multiplied by the agreement and by min(1, |g(target)−g(source)| /
// min_delta). The last two matter for words that mean nothing for faces, which
// the projection leaves near the middle or throws about.
func (e *Encoder) Delta(ctx context.Context, source, target string) (Direction, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, err := e.text(ctx, source)
	if err != nil {
		return Direction{}, fmt.Errorf("source prompt: %w", err)
	}
	t, err := e.text(ctx, target)
	if err != nil {
		return Direction{}, fmt.Errorf("target prompt: %w", err)
	}
	from, to := tokenKey(e.tok.Encode(source)), tokenKey(e.tok.Encode(target))
	if from == to {
		return Direction{}, fmt.Errorf("%w (%q and %q)", ErrSamePrompt, shorten(source), shorten(target))
	}
	key := from + "|" + to
	d, ok := e.deltas.get(key)
	if !ok {
		v := difference(t.mean, s.mean)
		length := normalize(v)
		if length < 1e-6 {
			return Direction{}, fmt.Errorf("%w (to this pack %q and %q are one)", ErrSamePrompt, shorten(source), shorten(target))
		}
		nearest, explained, gain := judge(v, e.concepts)
		if e.minDelta > 0 {
			explained *= math.Min(1, length/e.minDelta)
		}
		explained *= agreement(s.each, t.each)
		d = Direction{Vector: v, Confidence: explained, Known: explained >= e.bar, Bar: e.bar, Nearest: nearest, Gain: gain}
		e.deltas.put(key, d)
	}
	d.Vector, d.Nearest = slices.Clone(d.Vector), slices.Clone(d.Nearest)
	return d, nil
}

// Close frees the session. Closing twice is fine.
func (e *Encoder) Close() error {
	if e == nil {
		return nil
	}
	return e.close()
}

// tokenKey is a map key for token ids.
func tokenKey(ids []int64) string {
	b := make([]byte, 0, 4*len(ids))
	for _, id := range ids {
		b = append(b, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	}
	return string(b)
}

// shorten makes a text fit for a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
