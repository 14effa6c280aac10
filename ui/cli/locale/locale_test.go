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
		{env{"LANG": "de_DE@euro"}, env{"LANG": "de_DE@euro", "LC_MESSAGES": "de_DE"}},
		{env{"LANG": "sr_RS.UTF-8@latin"}, env{"LANG": "sr_RS.UTF-8@latin", "LC_MESSAGES": "sr_RS"}},
		{env{"LANG": "xx_YY.UTF-8"}, env{"LANG": "xx_YY.UTF-8", "LC_MESSAGES": "C"}},
		{env{"LANG": "de_AB.UTF-8"}, env{"LANG": "de_AB.UTF-8", "LC_MESSAGES": "de"}},
		{env{"LANG": "klingon"}, env{"LANG": "klingon", "LC_MESSAGES": "C"}},
		{env{"LC_ALL": "tlh-äß"}, env{"LC_CTYPE": "tlh-äß", "LC_MESSAGES": "tlh"}},
		{env{"LANG": "de_DE.UTF-8", "LANGUAGE": "nonsense:de_AT@x:en"}, env{"LANG": "de_DE.UTF-8", "LANGUAGE": "de_AT:en"}},
		{env{"LANG": "de_DE.UTF-8", "LANGUAGE": "nonsense"}, env{"LANG": "de_DE.UTF-8"}},
		{env{"LANGUAGE": "de:en"}, env{"LANGUAGE": "de:en"}},
		{env{"LANG": "C", "LANGUAGE": "nonsense"}, env{"LANG": "C", "LANGUAGE": "nonsense"}},
		{env{"LANG": "zh_Hant_TW.UTF-8"}, env{"LANG": "zh_Hant_TW.UTF-8"}},
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
