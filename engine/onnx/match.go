package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"deltaedit/engine/pack"
)

// Check compares the tensors that the manifest states for every graph of a pack with
// those in its model files, without loading the runtime. The error wraps ErrModel and
// says which graph and tensor.
func Check(p *pack.Pack) error {
	components := p.Manifest().Components
	for _, name := range slices.Sorted(maps.Keys(components)) {
		for _, g := range components[name].Graphs {
			path, err := p.Path(g.Model)
			if err != nil {
				return err
			}
			h, err := readHeaderFile(path, g.Data)
			if err == nil {
				err = match(g, h)
			}
			if err != nil {
				return fmt.Errorf("pack %q: component %q: model %s: %w", p.Name(), name, g.Model, err)
			}
		}
	}
	return nil
}

// match compares the tensors that a manifest states with those of the model itself.
// Every input of the model must have a role, since a run must supply all of them.
// Outputs without a role are not requested. The manifest may fix a dimension that is
// dynamic in the model, but not the reverse.
func match(g pack.Graph, h header) error {
	if err := matchSide("input", g.Inputs, h.inputs); err != nil {
		return err
	}
	if err := matchSide("output", g.Outputs, h.outputs); err != nil {
		return err
	}
	for _, t := range h.inputs {
		known := slices.ContainsFunc(slices.Collect(maps.Values(g.Inputs)), func(want pack.Tensor) bool { return want.Name == t.Name })
		if !known {
			return fmt.Errorf("%w: input tensor %q (%s) has no role in the manifest", ErrModel, t.Name, t)
		}
	}
	return nil
}

func matchSide(side string, want map[string]pack.Tensor, have []pack.Tensor) error {
	for _, role := range slices.Sorted(maps.Keys(want)) {
		w := want[role]
		i := slices.IndexFunc(have, func(t pack.Tensor) bool { return t.Name == w.Name })
		if i < 0 {
			return fmt.Errorf("%w: %s %q: want tensor %q, got only %s", ErrModel, side, role, w.Name, names(have))
		}
		got := have[i]
		if w.Type != "float32" && w.Type != "int64" {
			return fmt.Errorf("%w: %s %q: type %q: want float32 or int64", ErrModel, side, role, w.Type)
		}
		if got.Type != w.Type || !fits(w.Shape, got.Shape) {
			return fmt.Errorf("%w: %s %q: tensor %q: want %s, got %s", ErrModel, side, role, w.Name, w, got)
		}
	}
	return nil
}

func fits(want, got []int64) bool {
	return slices.EqualFunc(want, got, func(w, g int64) bool { return g == w || g < 0 && w > 0 })
}

func names(ts []pack.Tensor) string {
	quoted := make([]string, len(ts))
	for i, t := range ts {
		quoted[i] = fmt.Sprintf("%q", t.Name)
	}
	return strings.Join(quoted, ", ")
}
