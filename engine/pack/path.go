package pack

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// CheckPath returns an error unless rel is a plain, clean, slash-separated path below
// the pack's folder on every system: no "..", nothing absolute, no drive letter, no
// backslash, no control character.
func CheckPath(rel string) error {
	bad := func(why string) error { return fmt.Errorf("file path %q %s", rel, why) }
	switch {
	case rel == "":
		return bad("is empty")
	case len(rel) > 512:
		return bad("is longer than 512 bytes")
	case strings.Contains(rel, `\`):
		return bad("holds a backslash: use slashes")
	case strings.Contains(rel, ":"):
		return bad("holds a colon")
	case strings.HasPrefix(rel, "/"):
		return bad("is absolute: want it relative to the manifest")
	case strings.IndexFunc(rel, func(r rune) bool { return r < 0x20 || r == 0x7f }) >= 0:
		return bad("holds a control character")
	case slices.Contains(strings.Split(rel, "/"), ".."):
		return bad("leaves the pack's folder")
	case path.Clean(rel) != rel || rel == ".":
		return bad("is not in its shortest form")
	case strings.EqualFold(rel, ManifestName):
		return bad("is the manifest itself")
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
