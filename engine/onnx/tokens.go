package onnx

import (
	"context"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"deltaedit/engine/pack"
)

// tokenTensors describes a graph from token ids to vectors: inputs "ids" and
// "mask", int64 [batch, length], and one float32 output [batch, dim].
type tokenTensors struct {
	inputs []string // roles in the session's order
	batch  int64    // -1 when dynamic
	length int64    // -1 when dynamic
	dim    int64
}

func newTokenTensors(g pack.Graph, inRoles, outRoles []string) (tokenTensors, error) {
	bad := func(format string, args ...any) (tokenTensors, error) {
		return tokenTensors{}, fmt.Errorf("%w: a graph with dynamic or integer tensors must map int64 \"ids\" and \"mask\" of shape [batch length] to one float32 [batch dim]: %s", ErrModel, fmt.Sprintf(format, args...))
	}
	ids, ok := g.Inputs["ids"]
	if !ok {
		return bad("it has no input \"ids\"")
	}
	for _, role := range inRoles {
		if role != "ids" && role != "mask" {
			return bad("it has an input %q", role)
		}
		if t := g.Inputs[role]; t.Type != "int64" || len(t.Shape) != 2 || t.Shape[0] != ids.Shape[0] || t.Shape[1] != ids.Shape[1] {
			return bad("input %q is %s", role, t)
		}
	}
	if len(outRoles) != 1 {
		return bad("it has %d outputs", len(outRoles))
	}
	out := g.Outputs[outRoles[0]]
	if out.Type != "float32" || len(out.Shape) != 2 || out.Shape[0] != ids.Shape[0] || out.Shape[1] < 1 {
		return bad("output %q is %s", outRoles[0], out)
	}
	return tokenTensors{inputs: inRoles, batch: ids.Shape[0], length: ids.Shape[1], dim: out.Shape[1]}, nil
}

// RunTokens runs a text graph on rows of token ids with their masks (1 for a token, 0
// for padding) and returns one vector per row. Rows of different lengths are padded
// with id 0, mask 0. The vectors belong to the caller. Cancelling works as in Run.
func (s *Session) RunTokens(ctx context.Context, ids, mask [][]int64) ([][]float32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("run %s: %w", s.model, ErrClosed)
	}
	if s.dynamic == nil {
		return nil, fmt.Errorf("run %s: %w: the graph takes no token ids", s.model, ErrShape)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if len(mask) != len(ids) {
		return nil, fmt.Errorf("run %s: %w: %d rows of ids, %d of mask", s.model, ErrShape, len(ids), len(mask))
	}
	for i := range ids {
		if len(ids[i]) == 0 || len(ids[i]) != len(mask[i]) {
			return nil, fmt.Errorf("run %s: %w: row %d: %d ids, %d mask values", s.model, ErrShape, i, len(ids[i]), len(mask[i]))
		}
	}
	chunk := int(s.tokens.batch)
	if chunk < 0 {
		chunk = len(ids)
	}
	out := make([][]float32, 0, len(ids))
	for from := 0; from < len(ids); from += chunk {
		to := min(from+chunk, len(ids))
		rows, err := s.runTokens(ctx, ids[from:to], mask[from:to], chunk)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// runTokens runs one batch of at most batch rows. s.mu is held.
func (s *Session) runTokens(ctx context.Context, ids, mask [][]int64, batch int) (_ [][]float32, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	longest := 0
	for _, row := range ids {
		longest = max(longest, len(row))
	}
	length := int(s.tokens.length)
	if length < 0 {
		length = longest
	}
	if longest > length {
		return nil, fmt.Errorf("run %s: %w: %d tokens, the graph takes %d", s.model, ErrShape, longest, length)
	}
	var free closers
	defer func() { _ = free.run() }()
	inputs := make([]ort.Value, len(s.tokens.inputs))
	for i, role := range s.tokens.inputs {
		rows := ids
		if role == "mask" {
			rows = mask
		}
		t, err := ort.NewEmptyTensor[int64](ort.NewShape(int64(batch), int64(length)))
		if err != nil {
			return nil, fmt.Errorf("run %s: input %q: %w", s.model, role, err)
		}
		free.add(t.Destroy)
		for r, row := range rows {
			copy(t.GetData()[r*length:], row)
		}
		inputs[i] = t
	}
	vectors, err := ort.NewEmptyTensor[float32](ort.NewShape(int64(batch), s.tokens.dim))
	if err != nil {
		return nil, fmt.Errorf("run %s: output: %w", s.model, err)
	}
	free.add(vectors.Destroy)
	data := vectors.GetData()

	s.watch.begin(ctx)
	err = s.dynamic.RunWithOptions(inputs, []ort.Value{vectors}, s.run)
	if err := s.finish(ctx, err); err != nil {
		return nil, err
	}
	dim := int(s.tokens.dim)
	out := make([][]float32, len(ids))
	for r := range out {
		out[r] = data[r*dim : (r+1)*dim : (r+1)*dim]
	}
	return out, nil
}
