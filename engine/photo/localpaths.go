package photo

import (
	"path/filepath"
	"regexp"
	"strings"
)

// localPathPattern matches what looks like a path on somebody's machine: a file
// URL, a drive, a network share, or one of the usual top-level folders.
var localPathPattern = regexp.MustCompile(`(?i)(^|[\s"'(<>=,;])(file:/|[a-z]:[\\/]|\\\\[^\\\s]+\\|` +
	`/(applications|data|etc|home|media|mnt|opt|private|root|srv|storage|tmp|users|usr|var|volumes|work)/)`)

// containsLocalPath reports whether a text holds a local path and must not be
// written. Binary data is searched only for the photo's own folder, since any path
// could match by chance.
func (m Metadata) containsLocalPath(text string, binary bool) bool {
	return containsFolder(text, m.folder()) || !binary && localPathPattern.MatchString(text)
}

// folder returns the absolute folder of the source, "" for none.
func (m Metadata) folder() string {
	if m.Source == "" {
		return ""
	}
	abs, err := filepath.Abs(m.Source)
	if err != nil {
		return ""
	}
	return filepath.Dir(abs)
}

// containsFolder reports whether text contains the folder as it is or as JSON
// escapes it. The root folder does not count: it is in every path.
func containsFolder(text, folder string) bool {
	if len(folder) < 2 || folder == filepath.VolumeName(folder)+string(filepath.Separator) {
		return false
	}
	return strings.Contains(text, folder) || strings.Contains(text, strings.ReplaceAll(folder, `\`, `\\`))
}
