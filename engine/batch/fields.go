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

// fields are the keys that a JSON object may have, each with what reads its
// value: one JSON value without blanks around it, at least one byte.
type fields map[string]func(value []byte) error

// read reads an object and returns which keys it has. It is stricter than
// encoding/json: a key that is not known, is known in another case only, or
// comes twice is refused, since it is a mistake that would make another picture.
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

// names lists the keys for a message.
func (f fields) names() string {
	return strings.Join(slices.Sorted(maps.Keys(f)), ", ")
}

// syntax says that an object is not JSON.
func syntax(err error, object []byte) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return fmt.Errorf("it is not JSON: %w, in %s", err, brief(object))
}
