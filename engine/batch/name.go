package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxName is the longest file name in bytes that is written: what Linux
	// and most others take.
	maxName = 255
	// maxStem bounds a name that is made from an id, so that what makes it
	// unique and .png fit behind it.
	maxStem = 200
)

// reserved are characters that some system gives a meaning in file names.
const reserved = `/\:*?"<>|`

// outName reads the name of a picture's file. It stays inside its folder on
// every system: it is one name, not a path.
func outName(v []byte) (string, error) {
	s, err := text(v, maxName)
	switch {
	case err != nil:
		return "", err
	case strings.ContainsAny(s, reserved) || strings.ContainsFunc(s, unicode.IsControl):
		return "", want("a file name inside the batch's folder, without folders, .. or the characters "+reserved, v)
	case !strings.EqualFold(s[max(0, len(s)-len(".png")):], ".png"):
		return "", want("a name that ends in .png, since a PNG is written", v)
	case strings.Trim(s[:len(s)-len(".png")], ". ") == "":
		return "", want("a name before .png", v)
	case device(s):
		return "", want("a name that is no device on Windows", v)
	}
	return s, nil
}

// safeName makes a file name without extension from an id. An id that is one
// already stays as it is. In another every character that is not safe becomes
// an underscore, and a piece of the id's hash follows, so that two ids never
// share a name.
func safeName(id string) string {
	var b strings.Builder
	for i, r := range norm.NFC.String(id) {
		switch {
		case strings.ContainsRune(reserved, r), unicode.IsControl(r), !unicode.IsPrint(r), i == 0 && (r == '.' || r == ' '):
			r = '_'
		}
		if b.Len()+utf8.RuneLen(r) > maxStem {
			break
		}
		b.WriteRune(r)
	}
	s := strings.TrimRight(b.String(), ". ")
	if s == id && !device(s) {
		return s
	}
	sum := sha256.Sum256([]byte(id))
	return s + "-" + hex.EncodeToString(sum[:4])
}

// device reports whether Windows takes a file name for a device.
func device(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem = strings.TrimRight(stem, " "); stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
}
