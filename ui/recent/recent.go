// Package recent keeps a list of the files that were used last.
package recent

import "slices"

// Most is the number of files that a list holds.
const Most = 10

// Add returns the list with path in front. The list itself is not changed.
func Add(list []string, path string) []string {
	if path == "" {
		return list
	}
	out := []string{path}
	for _, p := range list {
		if p != "" && p != path && len(out) < Most && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
