package prompt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"deltaedit/engine/internal/lru"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/prompt/lexicon"
	"deltaedit/engine/prompt/token"
	"deltaedit/engine/prompt/translate"
)

// Errors that the user can correct.
var (
	ErrEmptyPrompt = errors.New("the prompt is empty: describe the face in a few words")
	ErrSamePrompt  = errors.New("source and target say the same: let the target say what should change")
)

// Direction is the edit direction for a pair of prompts. It belongs to the caller.
type Direction struct {
	// Vector is Δt, the unit vector from source to target in the shared space.
	Vector []float32
	// Conditioned is the unit vector that the delta mapper and the relevance mask are
	// given for Vector: see conditionedOf. It is equal to Vector if the pack has no
	// conditioned direction for it.
	Conditioned []float32
	// KeptHair is Conditioned for a photo whose hair stays although Subject.Hair is
	// HairGrows: it asks for no long hair, which would be strands over the cheeks. nil if
	// there is no difference.
	KeptHair []float32
	// Length is the distance between the two texts' vectors, at most 2. It grows with
	// the size of the requested change.
	Length float64
	// Confidence in [0, 1] says how much of Vector lies among the concepts that the
	// pack was trained on; see Encoder.Delta. It is 1 for a pack that lists no
	// concepts, such as one with CLIP, because such a pack cannot tell.
	Confidence float64
	// Known means that the pack knows the requested edit and that its generator can
	// draw the largest part: Confidence ≥ Bar, and Beyond is not the largest part.
	Known bool
	// Bar is the pack's minimum Confidence for a known edit.
	Bar float64
	// Unknown are the words, or whole prompts, that the pack does not know, those of
	// the target first. When Confidence ≥ Bar they are words that have no effect on the
	// edit; usually nil.
	Unknown []string
	// Nearest are the closest concepts, those with the largest part in Vector first: at
	// least three if the pack has as many, at most four.
	Nearest []Concept
	// Beyond are the concepts in Vector that the generator cannot draw. When Confidence
	// < Bar they are those that Unknown names, because the space of such a pack hardly
	// learned what its generator can hardly draw.
	Beyond []Concept
	// Behind are the concepts in Vector that are about the background.
	Behind []Concept
	// Taken are the concepts that make up Vector, those with the largest part first: at
	// most four, each with a coefficient of at least minShare, equal to the first of
	// Nearest.
	Taken []Concept
	// Notices say how the prompts were read where that may be unexpected, those of the
	// target first; usually nil.
	Notices []Notice
	// Suggestion is a correction of words that look misspelt.
	Suggestion Suggestion
	// Gain calibrates the edit, so that strength 1 is plainly visible: see gainOf.
	Gain float64

	// Subject says which parts of a portrait the direction is about. Its slices are shared
	// by clones and never modified. HairShape or HairGrows when any of it is about that,
	// HairColour when nearly all of it is about the colour, HairTone when a good part is.
	Subject Subject

	ranges     []faceRange // shared by clones, never modified
	thresholds thresholds
}

const (
	// unknownWeight is the maximum weight of an edit that the pack does not know.
	unknownWeight = 0.5
	// outOfRangeWeight is the weight of an edit that the generator cannot draw.
	outOfRangeWeight = 0.25
)

// Weight returns the factor in [0, 1] for the strength of an edit along d: 1 when d is
// known. For an unknown direction it is at most one half, times the square of
// Confidence / Bar, because a small edit is better than a random one.
func (d Direction) Weight() float64 {
	switch {
	case d.Known:
		return 1
	case d.Confidence >= d.Bar:
		return outOfRangeWeight
	}
	short := d.Confidence / d.Bar
	return unknownWeight * short * short
}

func (d Direction) clone() Direction {
	d.Vector, d.Conditioned, d.KeptHair = slices.Clone(d.Vector), slices.Clone(d.Conditioned), slices.Clone(d.KeptHair)
	d.Nearest = slices.Clone(d.Nearest)
	d.Unknown, d.Beyond, d.Behind = slices.Clone(d.Unknown), slices.Clone(d.Beyond), slices.Clone(d.Behind)
	d.Taken, d.Notices, d.Suggestion.Words = slices.Clone(d.Taken), cloneNotices(d.Notices), slices.Clone(d.Suggestion.Words)
	return d
}

// Encoder turns text into vectors of the shared space. Its methods may be called from
// any goroutine; one runs at a time.
type Encoder struct {
	mu        sync.Mutex
	run       func(ctx context.Context, ids, mask [][]int64) ([][]float32, error)
	close     func() error
	provider  string
	tok       tokenizer
	templates []string
	concepts  []concept
	learned   map[string]bool // words, as keys; nil if the pack lists none
	spelling  *speller        // nil if the pack lists no words
	maxTokens int             // per text, 0 for no limit
	bar       float64
	minDelta  float64
	texts     *lru.Cache[embedding]
	deltas    *lru.Cache[Direction]
}

// embedding is a text in the shared space: a unit vector for each template, and their
// normalised mean.
type embedding struct {
	each [][]float32
	mean []float32
}

// tokenizer turns text into the ids that a text encoder reads, including those of the
// start and end tokens. It is safe for concurrent use.
type tokenizer interface {
	Encode(text string) []int64
}

// cacheSize is the number of cached texts, and of cached pairs.
const cacheSize = 256

type textParams struct {
	Tokenizer tokenizerParams `json:"tokenizer"`
	Templates []string        `json:"templates"`
	Concepts  string          `json:"concepts"`
	// Words is the file of the words that the space learned, one per line.
	Words string  `json:"words"`
	Bar   float64 `json:"confidence_bar"`
	// MinDelta is the distance of two texts below which their difference is more noise
	// than meaning.
	MinDelta float64 `json:"min_delta"`
}

type tokenizerParams struct {
	Kind      string `json:"kind"` // wordpiece or clip_bpe
	Vocab     string `json:"vocab"`
	Lowercase *bool  `json:"lowercase"` // only for wordpiece
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
		tok, err = token.NewBytePairs(vocab, params.MaxTokens)
	} else {
		tok, err = token.NewWordPiece(vocab, params.Lowercase == nil || *params.Lowercase, params.MaxTokens)
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
		spelling: newSpeller(learned, concepts, tok), maxTokens: params.Tokenizer.MaxTokens,
		bar: params.Bar, minDelta: params.MinDelta,
		texts: lru.New[embedding](cacheSize), deltas: lru.New[Direction](cacheSize),
	}, nil
}

// Provider returns the provider that actually runs the text encoder.
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
// templates. The error for a text without a word is ErrEmptyPrompt. The slice belongs
// to the caller.
func (e *Encoder) Text(ctx context.Context, text string) ([]float32, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	text = lexicon.Canonical(text)
	if t, ok := translate.Translate(text, e.isEnglish); ok {
		text = t.English
	}
	m, err := e.embed(ctx, text)
	return slices.Clone(m.mean), err
}

// embed returns the embedding of a text and caches it.
func (e *Encoder) embed(ctx context.Context, text string) (embedding, error) {
	ids := e.tok.Encode(text)
	if len(ids) <= 2 {
		return embedding{}, ErrEmptyPrompt
	}
	// Texts with the same tokens are the same text to the model.
	key := tokenKey(ids)
	if m, ok := e.texts.Get(key); ok {
		return m, nil
	}
	m, err := e.embedAll(ctx, []string{text}, e.templates)
	if err != nil {
		return embedding{}, err
	}
	e.texts.Put(key, m[0])
	return m[0], nil
}

// embedAll returns the embeddings of texts, each inserted into the templates, from one
// run of the model.
func (e *Encoder) embedAll(ctx context.Context, texts, templates []string) ([]embedding, error) {
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
	out := make([]embedding, len(texts))
	n := len(templates)
	for i, text := range texts {
		if out[i], err = embeddingOf(vectors[i*n : (i+1)*n]); err != nil {
			return nil, fmt.Errorf("text encoder: %w for %q", err, token.Shorten(text))
		}
	}
	return out, nil
}

// embeddingOf returns the embedding with the given vectors, one for each template. It
// normalises them in place.
func embeddingOf(vectors [][]float32) (embedding, error) {
	mean := make([]float32, len(vectors[0]))
	for _, v := range vectors {
		if err := onnx.CheckFinite("its vector", v); err != nil {
			return embedding{}, err
		}
		normalize(v)
		for j, x := range v {
			mean[j] += x
		}
	}
	if normalize(mean) == 0 {
		return embedding{}, fmt.Errorf("%w: its vectors cancel out", onnx.ErrNotFinite)
	}
	return embedding{each: vectors, mean: mean}, nil
}

// Delta returns the direction from source to target. The error for prompts without a
// word is ErrEmptyPrompt, and for two with the same meaning ErrSamePrompt.
//
// The confidence is the part of Δt that known concepts explain (matchingPursuit), times
// the agreement of the templates (agreement), times min(1, |g(target) − g(source)| /
// min_delta). The last two are low for words that mean nothing for faces. A target that
// is unknown by itself makes the pair unknown, whatever the source is. Text that is far
// from the vocabulary or in another language has its confidence reduced further
// (reading.share), however close it is to a concept.
//
// Prompts in some other languages are translated as far as their words are usual ones.
// Words about the image are left out, and long prompts are cut; Notices report this.
func (e *Encoder) Delta(ctx context.Context, source, target string) (Direction, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := pairKey(source, target)
	if d, ok := e.deltas.Get(key); ok {
		return d.clone(), nil
	}
	before, after := e.readPrompt(Source, source), e.readPrompt(Target, target)
	if before.empty { // all words are about the image
		leftOut, unread := before.leftOut, before.unread
		before = e.readPrompt(Source, neutralPrompt)
		before.leftOut, before.unread = leftOut, unread
	}
	from, err := e.embed(ctx, before.text)
	if err != nil {
		return Direction{}, fmt.Errorf("source prompt: %w", err)
	}
	to, err := e.embed(ctx, after.text)
	if err != nil {
		return Direction{}, fmt.Errorf("target prompt: %w", err)
	}
	if slices.Equal(e.tok.Encode(before.text), e.tok.Encode(after.text)) {
		return Direction{}, fmt.Errorf("%w (%q and %q)", ErrSamePrompt, token.Shorten(source), token.Shorten(target))
	}
	pair := e.changeBetween(from, to)
	if pair.length < 1e-6 {
		return Direction{}, fmt.Errorf("%w (to this pack %q and %q are one)", ErrSamePrompt, token.Shorten(source), token.Shorten(target))
	}
	d := Direction{
		Vector: pair.vector, Conditioned: pair.conditioned, KeptHair: pair.keptHair, Length: pair.length, Confidence: pair.confidence, Bar: e.bar,
		Nearest: pair.nearest, Taken: pair.taken, Gain: pair.gain, Behind: pair.behind,
		Suggestion: e.Suggest(source, target),
		ranges:     pair.ranges, thresholds: pair.thresholds, Subject: pair.subject,
	}
	d.Notices = after.notices(e)
	for _, n := range before.notices(e) {
		// Terms that both prompts leave out are reported once.
		if n.Kind != NoticeLeftOut || !slices.Equal(before.leftOut, after.leftOut) {
			d.Notices = append(d.Notices, n)
		}
	}
	if len(e.concepts) == 0 {
		// Such a pack, for example one with CLIP, cannot tell what it knows, so every
		// prompt counts as known.
		d.Confidence = 1
	} else {
		found, err := e.findUnknown(ctx, before, after, from, to, pair)
		if err != nil {
			return Direction{}, err
		}
		d.Confidence, d.Unknown = found.confidence, found.unknown
		d.Notices = append(found.notices, d.Notices...)
	}
	d.Known = d.Confidence >= e.bar
	if d.Known {
		d.Beyond, d.Known = pair.outOfRange, !pair.mainlyOutOfRange
	} else {
		d.Beyond = e.outOfRangeIn(d.Unknown, d.Vector)
	}
	if !d.Known {
		// The length of Δt indicates the intensity only for a known edit.
		d.Gain = min(pair.gain, pair.plain)
	}
	e.deltas.Put(key, d)
	return d.clone(), nil
}

// Close frees the session. It may be called twice.
func (e *Encoder) Close() error {
	if e == nil {
		return nil
	}
	return e.close()
}

// pairKey returns a map key for a pair of prompts that is short even for long prompts.
func pairKey(source, target string) string {
	key := source + "\x00" + target
	if len(key) > 1<<12 {
		sum := sha256.Sum256([]byte(key))
		return "sha256\x00" + string(sum[:])
	}
	return key
}

// tokenKey returns a map key for token ids.
func tokenKey(ids []int64) string {
	b := make([]byte, 0, 4*len(ids))
	for _, id := range ids {
		b = append(b, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	}
	return string(b)
}
