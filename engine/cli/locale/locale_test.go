package locale

import (
	"maps"
	"testing"
)

func TestNormalise(t *testing.T) {
	type env = map[string]string
	cases := []struct{ have, want env }{
		{env{}, env{}},
		{env{"LANG": "C"}, env{"LANG": "C"}},
		{env{"LANG": "de_DE.UTF-8"}, env{"LANG": "de_DE.UTF-8"}},
		{env{"LANG": "C.UTF-8"}, env{"LANG": "C.UTF-8", "LC_MESSAGES": "C"}},
		{env{"LANG": "C.UTF-8", "LC_MESSAGES": "fr_FR"}, env{"LANG": "C.UTF-8", "LC_MESSAGES": "fr_FR"}},
		{
			env{"LANG": "de_DE", "LC_ALL": "POSIX.utf8", "LC_CTYPE": "de_DE"},
			env{"LANG": "de_DE", "LC_MESSAGES": "C", "LC_CTYPE": "POSIX.utf8"},
		},
	}
	for _, c := range cases {
		got := maps.Clone(c.have)
		normalise(
			func(k string) string { return got[k] },
			func(k, v string) error { got[k] = v; return nil },
			func(k string) error { delete(got, k); return nil },
		)
		if !maps.Equal(got, c.want) {
			t.Errorf("%v became %v, want %v", c.have, got, c.want)
		}
	}
}
