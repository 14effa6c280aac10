package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// fields are the allowed keys of a JSON object, each with a function that parses its
// value: one JSON value without surrounding blanks, at least one byte.
type fields map[string]func(value []byte) error

// read parses an object and returns which keys it has. It is stricter than
// encoding/json: it rejects unknown keys, keys in the wrong case and duplicate keys,
// because these are mistakes that would produce another image.
func (f fields) read(object []byte) (map[string]bool, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf(`want an object such as {"in":"photo.jpg","source":"face","target":"smiling face"}, got %s`, brief(object))
	}
	given := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, syntax(err, object)
		}
		key, ok := t.(string)
		if !ok {
			return nil, syntax(nil, object)
		}
		set := f[key]
		switch {
		case set == nil:
			return nil, fmt.Errorf("key %q is unknown: want %s", key, f.names())
		case given[key]:
			return nil, fmt.Errorf("key %q comes twice: keep one", key)
		}
		given[key] = true
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, syntax(err, object)
		}
		if err := set(bytes.TrimSpace(v)); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, syntax(err, object)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more follows the object in %s: write one object a line", brief(object))
	}
	return given, nil
}

// names lists the keys for an error message.
func (f fields) names() string {
	return strings.Join(slices.Sorted(maps.Keys(f)), ", ")
}

// syntax returns the error for an object that is not valid JSON.
func syntax(err error, object []byte) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return fmt.Errorf("it is not JSON: %w, in %s", err, brief(object))
}
