package onnx

import (
	"fmt"
	"io"
	"slices"
)

// A model may store tensors in other files, which it names by path. Such a path can
// lead anywhere, so only the files that the manifest lists for the graph are allowed:
// they are in the model's folder and have a hash.

// Field numbers of onnx.proto for the messages that can contain tensors.
const (
	modelTraining  = 20
	modelFunctions = 25

	graphNode   = 1
	graphSparse = 15

	functionNode = 7

	nodeAttribute = 5

	attributeTensor  = 5
	attributeGraph   = 6
	attributeTensors = 10
	attributeGraphs  = 11
	attributeSparse  = 22
	attributeSparses = 23

	tensorExternal = 13
	tensorLocation = 14

	entryKey   = 1
	entryValue = 2
)

// maxNesting is the maximum depth of graphs within graphs.
const maxNesting = 32

// locator returns an error for a model that refers to files other than the allowed
// ones, which are names in the model's folder.
type locator struct{ allowed []string }

func (l locator) check(r io.ReaderAt, size int64) error {
	return fields(r, 0, size, func(num int, off, n int64) error {
		switch num {
		case modelGraph:
			return l.graph(r, off, n, 0)
		case modelTraining:
			return fields(r, off, n, func(_ int, off, n int64) error { return l.graph(r, off, n, 0) })
		case modelFunctions:
			return fields(r, off, n, func(num int, off, n int64) error {
				if num != functionNode {
					return nil
				}
				return l.node(r, off, n, 0)
			})
		}
		return nil
	})
}

func (l locator) graph(r io.ReaderAt, off, n int64, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: graphs are nested deeper than %d", errProto, maxNesting)
	}
	return fields(r, off, n, func(num int, off, n int64) error {
		switch num {
		case graphInitializer:
			return l.tensor(r, off, n)
		case graphSparse:
			return l.sparse(r, off, n)
		case graphNode:
			return l.node(r, off, n, depth)
		}
		return nil
	})
}

func (l locator) node(r io.ReaderAt, off, n int64, depth int) error {
	return fields(r, off, n, func(num int, off, n int64) error {
		if num != nodeAttribute {
			return nil
		}
		return fields(r, off, n, func(num int, off, n int64) error {
			switch num {
			case attributeTensor, attributeTensors:
				return l.tensor(r, off, n)
			case attributeSparse, attributeSparses:
				return l.sparse(r, off, n)
			case attributeGraph, attributeGraphs:
				return l.graph(r, off, n, depth+1)
			}
			return nil
		})
	})
}

// sparse checks the values and the indices of a sparse tensor.
func (l locator) sparse(r io.ReaderAt, off, n int64) error {
	return fields(r, off, n, func(num int, off, n int64) error {
		if num != 1 && num != 2 {
			return nil
		}
		return l.tensor(r, off, n)
	})
}

func (l locator) tensor(r io.ReaderAt, off, n int64) error {
	var name, location string
	external := false
	err := fields(r, off, n, func(num int, off, n int64) (err error) {
		switch {
		case num == tensorName:
			name, err = readString(r, off, n)
		case num == tensorExternal:
			external = true
			var key, value string
			if key, value, err = readEntry(r, off, n); key == "location" {
				location = value
			}
		case num == tensorLocation && off != 0:
			external = true
		}
		return err
	})
	if err == nil && external && !slices.Contains(l.allowed, location) {
		err = fmt.Errorf("%w: tensor %q lies in another file, %q: want all data inside the model or in files that the manifest names for it", ErrModel, name, location)
	}
	return err
}

// readEntry reads a StringStringEntryProto.
func readEntry(r io.ReaderAt, off, n int64) (key, value string, err error) {
	err = fields(r, off, n, func(num int, off, n int64) (err error) {
		switch num {
		case entryKey:
			key, err = readString(r, off, n)
		case entryValue:
			value, err = readString(r, off, n)
		}
		return err
	})
	return key, value, err
}
