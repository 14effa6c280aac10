package recent

import (
	"fmt"
	"slices"
	"testing"
)

func TestAdd(t *testing.T) {
	for _, tc := range []struct {
		list []string
		path string
		want []string
	}{
		{nil, "/a", []string{"/a"}},
		{[]string{"/a", "/b"}, "/c", []string{"/c", "/a", "/b"}},
		{[]string{"/a", "/b", "/c"}, "/c", []string{"/c", "/a", "/b"}},
		{[]string{"/a", "", "/a", "/b"}, "/b", []string{"/b", "/a"}}, // a damaged list
		{[]string{"/a"}, "", []string{"/a"}},
	} {
		before := slices.Clone(tc.list)
		if got := Add(tc.list, tc.path); !slices.Equal(got, tc.want) {
			t.Errorf("%q and %q: %q, want %q", tc.list, tc.path, got, tc.want)
		}
		if !slices.Equal(before, tc.list) {
			t.Errorf("%q was changed to %q", before, tc.list)
		}
	}
	var list []string
	for i := range 3 * Most {
		list = Add(list, fmt.Sprint("/", i))
	}
	if len(list) != Most || list[0] != fmt.Sprint("/", 3*Most-1) {
		t.Errorf("%q", list)
	}
}
