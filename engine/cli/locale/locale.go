// Package locale makes the C.UTF-8 locale known as what it is to libraries that
// only recognise "C", and would complain on stderr at every start. It works by
// being imported before them: Go initialises packages in the order of their
// import paths.
package locale

import (
	"os"
	"strings"
)

func init() { normalise(os.Getenv, os.Setenv, os.Unsetenv) }

// normalise sets LC_MESSAGES to "C" where the language in force is that of
// C.UTF-8 and the like. LC_CTYPE keeps its meaning, since typing depends on it.
func normalise(get func(string) string, set func(string, string) error, unset func(string) error) {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value := get(name)
		if value == "" {
			continue
		}
		if !strings.HasPrefix(value, "C.") && !strings.HasPrefix(value, "POSIX.") {
			return
		}
		if name == "LC_ALL" {
			_ = set("LC_CTYPE", value)
			_ = unset("LC_ALL")
		}
		_ = set("LC_MESSAGES", "C")
		return
	}
}
