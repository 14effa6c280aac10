// Package locale rewrites the languages of the environment into a form that the
// window's libraries understand. They only know "C" and BCP 47 tags, and would complain
// on stderr at every start about C.UTF-8, de_DE@euro or a language that does not exist.
// It takes effect by being imported before them: Go initialises packages in the order
// of their import paths.
package locale

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

func init() { normalise(os.Getenv, os.Setenv, os.Unsetenv) }

// normalise sets LC_MESSAGES if the libraries do not know the language in effect: to
// the known part of it, or to "C". LC_CTYPE is left unchanged, because keyboard input
// depends on it. Unknown languages in LANGUAGE are removed.
func normalise(get func(string) string, set func(string, string) error, unset func(string) error) {
	name, value := inForce(get)
	if value == "C" || value == "POSIX" {
		return // LANGUAGE is ignored
	}
	if known := knownOf(value); known != value {
		if name == "LC_ALL" {
			_ = set("LC_CTYPE", value)
			_ = unset("LC_ALL")
		}
		if known == "" {
			known = "C"
		}
		_ = set("LC_MESSAGES", known)
	}
	list := get("LANGUAGE")
	if list == "" {
		return
	}
	var known []string
	for l := range strings.SplitSeq(list, ":") {
		if k := knownOf(l); k != "" && !slices.Contains(known, k) {
			known = append(known, k)
		}
	}
	switch joined := strings.Join(known, ":"); joined {
	case list:
	case "":
		_ = unset("LANGUAGE")
	default:
		_ = set("LANGUAGE", joined)
	}
}

// inForce returns the variable that sets the language in effect, and its value; both
// are "" if none does.
func inForce(get func(string) string) (name, value string) {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := get(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// knownOf returns a locale unchanged if its language and region are known, and
// otherwise its known part, or "".
func knownOf(locale string) string {
	name, _, _ := strings.Cut(locale, ".") // removes the encoding
	plain, modifier, _ := strings.Cut(name, "@")
	lang, region, more := strings.Cut(strings.ReplaceAll(plain, "-", "_"), "_")
	if _, err := language.Parse(lang); err != nil {
		return ""
	}
	if more {
		if _, err := language.Parse(lang + "-" + strings.ReplaceAll(region, "_", "-")); err != nil {
			return lang
		}
	}
	if modifier != "" || strings.Contains(locale, "@") {
		return plain
	}
	return locale
}
