package onnx

import (
	"fmt"
	"io"
)

// A model may keep tensors in other files, which it names by path. No hash covers
// those and the path may lead anywhere, so a pack's models hold all of their data
// themselves.

// Field numbers of onnx.proto where tensors can be.
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
)

// maxNesting bounds graphs within graphs.
const maxNesting = 32

// selfContained refuses a model that names other files.
func selfContained(r io.ReaderAt, size int64) error {
	return fields(r, 0, size, func(num int, off, n int64) error {
		switch num {
		case modelGraph:
			return checkGraph(r, off, n, 0)
		case modelTraining:
			return fields(r, off, n, func(_ int, off, n int64) error { return checkGraph(r, off, n, 0) })
		case modelFunctions:
			return fields(r, off, n, func(num int, off, n int64) error {
				if num != functionNode {
					return nil
				}
				return checkNode(r, off, n, 0)
			})
		}
		return nil
	})
}

func checkGraph(r io.ReaderAt, off, n int64, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: graphs are nested deeper than %d", errProto, maxNesting)
	}
	return fields(r, off, n, func(num int, off, n int64) error {
		switch num {
		case graphInitializer:
			return checkTensor(r, off, n)
		case graphSparse:
			return checkSparse(r, off, n)
		case graphNode:
			return checkNode(r, off, n, depth)
		}
		return nil
	})
}

func checkNode(r io.ReaderAt, off, n int64, depth int) error {
	return fields(r, off, n, func(num int, off, n int64) error {
		if num != nodeAttribute {
			return nil
		}
		return fields(r, off, n, func(num int, off, n int64) error {
			switch num {
			case attributeTensor, attributeTensors:
				return checkTensor(r, off, n)
			case attributeSparse, attributeSparses:
				return checkSparse(r, off, n)
			case attributeGraph, attributeGraphs:
				return checkGraph(r, off, n, depth+1)
			}
			return nil
		})
	})
}

// checkSparse looks at a sparse tensor's values and indices.
func checkSparse(r io.ReaderAt, off, n int64) error {
	return fields(r, off, n, func(num int, off, n int64) error {
		if num != 1 && num != 2 {
			return nil
		}
		return checkTensor(r, off, n)
	})
}

func checkTensor(r io.ReaderAt, off, n int64) error {
	var name string
	external := false
	err := fields(r, off, n, func(num int, off, n int64) (err error) {
		switch {
		case num == tensorName:
			name, err = readString(r, off, n)
		case num == tensorExternal, num == tensorLocation && off != 0:
			external = true
		}
		return err
	})
	if err == nil && external {
		err = fmt.Errorf("%w: tensor %q lies in another file: want all data inside the model", ErrModel, name)
	}
	return err
}
