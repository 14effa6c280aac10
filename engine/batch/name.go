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
	// maxName is the maximum length of a file name in bytes, as on Linux and most other
	// systems.
	maxName = 255
	// maxStem is the maximum length of a name made from an id. It leaves room for a
	// hash and .png.
	maxStem = 200
)

// reserved are characters with a special meaning in file names on some system.
const reserved = `/\:*?"<>|`

// outName parses the file name of an output. The result is a name and not a path, and
// stays inside its folder on every system.
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

// SafeName makes a file name without extension from an id. An id that is a valid name
// is returned unchanged. In any other, each unsafe character becomes an underscore, and
// a part of the id's hash is appended, so that two ids do not share a name.
func SafeName(id string) string {
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

// device reports whether Windows treats a file name as a device.
func device(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem = strings.TrimRight(stem, " "); stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
}
