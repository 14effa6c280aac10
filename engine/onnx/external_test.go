package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// message encodes a length-delimited field of a protocol buffer.
func message(field int, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := binary.AppendUvarint(nil, uint64(field)<<3|2)
	out = binary.AppendUvarint(out, uint64(len(body)))
	return append(out, body...)
}

// A model that refers to data in another file is refused wherever the reference is: no
// hash covers that file, and its path may lead out of the pack.
func TestExternalDataIsRefused(t *testing.T) {
	entry := message(tensorExternal, message(1, []byte("location")), message(2, []byte("../../secret")))
	located := append(binary.AppendUvarint(nil, tensorLocation<<3), 1)
	for name, tensor := range map[string][]byte{
		"a path":        append(message(tensorName, []byte("w")), entry...),
		"a location":    append(message(tensorName, []byte("w")), located...),
		"path, no name": entry,
		"a nowhere":     message(tensorExternal),
	} {
		node := func(attribute []byte) []byte { return message(graphNode, message(nodeAttribute, attribute)) }
		for where, model := range map[string][]byte{
			"initializer":        message(modelGraph, message(graphInitializer, tensor)),
			"sparse initializer": message(modelGraph, message(graphSparse, message(1, tensor))),
			"attribute":          message(modelGraph, node(message(attributeTensor, tensor))),
			"list":               message(modelGraph, node(message(attributeTensors, tensor))),
			"sparse attribute":   message(modelGraph, node(message(attributeSparse, message(2, tensor)))),
			"inner graph":        message(modelGraph, node(message(attributeGraph, node(message(attributeGraphs, message(graphInitializer, tensor)))))),
			"function":           message(modelFunctions, message(functionNode, message(nodeAttribute, message(attributeTensor, tensor)))),
			"training":           message(modelTraining, message(1, message(graphInitializer, tensor))),
		} {
			err := locator{}.check(bytes.NewReader(model), int64(len(model)))
			if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), "another file") {
				t.Errorf("%s in %s: got %v", name, where, err)
			}
		}
	}
	beside := append(message(tensorName, []byte("w")), message(tensorExternal, message(entryKey, []byte("location")), message(entryValue, []byte("w.bin")))...)
	beside = append(beside, located...)
	held := message(modelGraph, message(graphInitializer, beside))
	for allowed, fine := range map[string]bool{"w.bin": true, "v.bin": false, "": false} {
		err := locator{[]string{allowed}}.check(bytes.NewReader(held), int64(len(held)))
		if (err == nil) != fine || err != nil && !strings.Contains(err.Error(), `"w.bin"`) {
			t.Errorf("data in w.bin, allowed %q: got %v", allowed, err)
		}
	}
	plain := append(message(tensorName, []byte("w")), append(binary.AppendUvarint(nil, tensorLocation<<3), 0)...)
	model := message(modelGraph, message(graphInitializer, plain))
	if err := (locator{}).check(bytes.NewReader(model), int64(len(model))); err != nil {
		t.Errorf("data inside the model: %v", err)
	}
	deep := message(graphInitializer, plain)
	for range 200 {
		deep = message(graphNode, message(nodeAttribute, message(attributeGraph, deep)))
	}
	model = message(modelGraph, deep)
	if err := (locator{}).check(bytes.NewReader(model), int64(len(model))); !errors.Is(err, errProto) {
		t.Errorf("200 graphs within each other: %v", err)
	}
	models, err := filepath.Glob("testdata/*.onnx")
	if err != nil || len(models) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, m := range models {
		if _, err := readHeaderFile(m, nil); err != nil {
			t.Errorf("%s: %v", m, err)
		}
	}
}
