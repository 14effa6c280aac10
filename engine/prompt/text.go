package prompt

import (
	"context"
	"errors"
	"fmt"
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
	// Length is the distance of the two texts, of which Vector is the
	// direction: the more is asked for, the longer. At most 2.
	Length float64
	// Confidence in [0, 1] says how much of Vector lies among the concepts
	// that the pack was trained on; see Encoder.Delta. It is 1 for a pack that
	// lists none, such as one with CLIP: that cannot tell.
	Confidence float64
	// Known says that the pack knows the wish and that its generator can do
	// the larger part: Confidence ≥ Bar, and Beyond is not the largest part.
	Known bool
	// Bar is the pack's bar for Confidence.
	Bar float64
	// Unknown are the words, or whole prompts, that the pack does not know,
	// those of the target first. When Confidence ≥ Bar they are words that the
	// edit leaves out, nil mostly.
	Unknown []string
	// Nearest are the closest concepts, those first of which most is in
	// Vector: at least three where the pack has as many, at most four.
	Nearest []Concept
	// Beyond are the concepts in Vector that the generator cannot do. When
	// Confidence < Bar they are those that Unknown names: the space of such a
	// pack hardly learned what its generator hardly draws.
	Beyond []Concept
	// Behind are the concepts in Vector that are of what lies behind the person.
	Behind []Concept
	// Gain calibrates the edit, so that strength 1 is plainly visible: see
	// gainOf.
	Gain float64

	spans []span // shared by clones, never written to
}

const (
	// weak is the most that is left of an edit that the pack does not know.
	weak = 0.5
	// beyondWeight is what is left of one that the generator cannot do.
	beyondWeight = 0.25
)

// Weight in [0, 1] is the share of its strength that an edit along d should be
// given: 1 when d is known. An unknown one has half of it at most, and less by
// the square of how far the confidence falls short: a small edit beats a random
// one.
func (d Direction) Weight() float64 {
	switch {
	case d.Known:
		return 1
	case d.Confidence >= d.Bar:
		return beyondWeight
	}
	short := d.Confidence / d.Bar
	return weak * short * short
}

func (d Direction) clone() Direction {
	d.Vector, d.Nearest = slices.Clone(d.Vector), slices.Clone(d.Nearest)
	d.Unknown, d.Beyond, d.Behind = slices.Clone(d.Unknown), slices.Clone(d.Beyond), slices.Clone(d.Behind)
	return d
}

// Encoder turns text into vectors of the shared space. Its methods may be
// called from any goroutine; one runs at a time.
type Encoder struct {
	mu        sync.Mutex
	run       func(ctx context.Context, ids, mask [][]int64) ([][]float32, error)
	close     func() error
	provider  string
	tok       tokenizer
	templates []string
	concepts  []concept
	learned   map[string]bool // words, as keys; nil where the pack lists none
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

// tokenizer turns text into the ids that a text encoder reads, those of the marks
// at its start and end included. It is safe for concurrent use.
type tokenizer interface {
	Encode(text string) []int64
}

// cached is the number of texts and of pairs that are kept.
const cached = 256

type textParams struct {
	Tokenizer tokenizerParams `json:"tokenizer"`
	Templates []string        `json:"templates"`
	Concepts  string          `json:"concepts"`
	// Words lists the words that the space learned, a line each.
	Words string  `json:"words"`
	Bar   float64 `json:"confidence_bar"`
	// MinDelta is the distance of two texts below which their difference is
	// more noise than meaning.
	MinDelta float64 `json:"min_delta"`
}

type tokenizerParams struct {
	Kind      string `json:"kind"` // wordpiece or clip_bpe
	Vocab     string `json:"vocab"`
	Lowercase *bool  `json:"lowercase"` // of wordpiece alone
	MaxTokens int    `json:"max_tokens"`
}

func newTokenizer(p *pack.Pack, params tokenizerParams) (tokenizer, error) {
	if params.Kind != "wordpiece" && params.Kind != "clip_bpe" {
		return nil, fmt.Errorf("tokenizer kind is %q: this program has wordpiece and clip_bpe", params.Kind)
	}
	vocab, err := p.Bytes(params.Vocab)
	if err != nil {
		return nil, err
	}
	var tok tokenizer
	if params.Kind == "clip_bpe" {
		tok, err = NewBytePairs(vocab, params.MaxTokens)
	} else {
		tok, err = NewTokenizer(vocab, params.Lowercase == nil || *params.Lowercase, params.MaxTokens)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", params.Vocab, err)
	}
	return tok, nil
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
	tok, err := newTokenizer(p, params.Tokenizer)
	if err != nil {
		return nil, err
	}
	out := s.Graph().Outputs["vector"]
	if len(out.Shape) != 2 {
		return nil, fmt.Errorf("%w: output \"vector\" is %s", onnx.ErrShape, out)
	}
	concepts, err := loadConcepts(p, params.Concepts, int(out.Shape[1]))
	if err != nil {
		return nil, err
	}
	learned, err := loadLearned(p, params.Words)
	if err != nil {
		return nil, err
	}
	return &Encoder{
		run: s.RunTokens, close: s.Close, provider: s.Provider(),
		tok: tok, templates: params.Templates, concepts: concepts, learned: learned,
		bar: params.Bar, minDelta: params.MinDelta,
		texts: newLRU[meaning](cached), deltas: newLRU[Direction](cached),
	}, nil
}

// Provider returns the provider that really runs the text encoder.
func (e *Encoder) Provider() string { return e.provider }

// Concepts returns the concepts that the pack was trained on.
func (e *Encoder) Concepts() []Known {
	out := make([]Known, len(e.concepts))
	for i, c := range e.concepts {
		out[i] = c.Known
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

// text returns the meaning of a text, which it keeps.
func (e *Encoder) text(ctx context.Context, text string) (meaning, error) {
	ids := e.tok.Encode(text)
	if len(ids) <= 2 {
		return meaning{}, ErrEmptyPrompt
	}
	// Texts of the same tokens are the same text to the model; longer ones than
	// it reads are told apart no more.
	key := tokenKey(ids)
	if m, ok := e.texts.get(key); ok {
		return m, nil
	}
	m, err := e.read(ctx, []string{text}, e.templates)
	if err != nil {
		return meaning{}, err
	}
	e.texts.put(key, m[0])
	return m[0], nil
}

// read returns the meanings of texts, each worded by the templates, from one
// run of the model.
func (e *Encoder) read(ctx context.Context, texts, templates []string) ([]meaning, error) {
	var rows, mask [][]int64
	for _, text := range texts {
		for _, t := range templates {
			row := e.tok.Encode(strings.Replace(t, "{}", text, 1))
			rows, mask = append(rows, row), append(mask, slices.Repeat([]int64{1}, len(row)))
		}
	}
	vectors, err := e.run(ctx, rows, mask)
	if err != nil {
		return nil, err
	}
	out := make([]meaning, len(texts))
	n := len(templates)
	for i, text := range texts {
		if out[i], err = meaningOf(vectors[i*n : (i+1)*n]); err != nil {
			return nil, fmt.Errorf("text encoder: %w for %q", err, shorten(text))
		}
	}
	return out, nil
}

// meaningOf takes the vectors of a text's wordings, which it makes unit vectors.
func meaningOf(vectors [][]float32) (meaning, error) {
	mean := make([]float32, len(vectors[0]))
	for _, v := range vectors {
		if err := onnx.CheckFinite("its vector", v); err != nil {
			return meaning{}, err
		}
		normalize(v)
		for j, x := range v {
			mean[j] += x
		}
	}
	if normalize(mean) == 0 {
		return meaning{}, fmt.Errorf("%w: its vectors cancel out", onnx.ErrNotFinite)
	}
	return meaning{each: vectors, mean: mean}, nil
}

// Delta returns the direction from source to target. Prompts without a word are
// ErrEmptyPrompt, two that say the same ErrSamePrompt.
//
// The confidence is high when Δt points where known concepts point (see pursue),
// when it does so in every wording (see agreement), and when the two texts
// differ enough for their difference to mean something: the share explained by
// concepts is multiplied by the agreement and by min(1, |g(target)−g(source)| /
// min_delta). The last two matter for words that mean nothing for faces, which
// the projection leaves near the middle or throws about. A target that is
// unknown by itself makes the pair unknown, whatever the source is.
func (e *Encoder) Delta(ctx context.Context, source, target string) (Direction, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	from, err := e.text(ctx, source)
	if err != nil {
		return Direction{}, fmt.Errorf("source prompt: %w", err)
	}
	to, err := e.text(ctx, target)
	if err != nil {
		return Direction{}, fmt.Errorf("target prompt: %w", err)
	}
	here, there := tokenKey(e.tok.Encode(source)), tokenKey(e.tok.Encode(target))
	if here == there {
		return Direction{}, fmt.Errorf("%w (%q and %q)", ErrSamePrompt, shorten(source), shorten(target))
	}
	key := here + "|" + there
	if d, ok := e.deltas.get(key); ok {
		return d.clone(), nil
	}
	pair := e.between(from, to)
	if pair.length < 1e-6 {
		return Direction{}, fmt.Errorf("%w (to this pack %q and %q are one)", ErrSamePrompt, shorten(source), shorten(target))
	}
	d := Direction{
		Vector: pair.vector, Length: pair.length, Confidence: pair.confidence, Bar: e.bar,
		Nearest: pair.nearest, Gain: pair.gain, Behind: pair.behind, spans: pair.spans,
	}
	if len(e.concepts) == 0 {
		// Such a pack, as one with CLIP, does not know what it was trained on:
		// it is believed to know any wish.
		d.Confidence = 1
	} else {
		found, err := e.doubts(ctx, source, target, from, to, pair)
		if err != nil {
			return Direction{}, err
		}
		d.Confidence, d.Unknown = found.confidence, found.unknown
	}
	d.Known = d.Confidence >= e.bar
	if d.Known {
		d.Beyond, d.Known = pair.beyond, !pair.mostly
	} else {
		d.Beyond = e.named(d.Unknown, d.Vector)
	}
	if !d.Known {
		// The length says how much of a wish is asked for only where the wish
		// is known.
		d.Gain = min(pair.gain, pair.plain)
	}
	e.deltas.put(key, d)
	return d.clone(), nil
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
