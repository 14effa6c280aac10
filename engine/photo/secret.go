package photo

import (
	"path/filepath"
	"regexp"
	"strings"
)

// localPath matches what looks like a path on somebody's machine: a file URL, a
// drive, a network share, or one of the usual first folders.
var localPath = regexp.MustCompile(`(?i)(^|[\s"'(<>=,;])(file:/|[a-z]:[\\/]|\\\\[^\\\s]+\\|` +
	`/(applications|data|etc|home|media|mnt|opt|private|root|srv|storage|tmp|users|usr|var|volumes|work)/)`)

// secret reports texts that must not get into a picture: those with a local
// path. Of binary data only the photo's own folder is looked for.
func (m Metadata) secret(text string, binary bool) bool {
	return leaksFolder(text, m.folder()) || !binary && localPath.MatchString(text)
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

// leaksFolder reports whether text contains the folder as it is or as JSON
// writes it. The root folder is in every path and says nothing.
func leaksFolder(text, folder string) bool {
	if len(folder) < 2 || folder == filepath.VolumeName(folder)+string(filepath.Separator) {
		return false
	}
	return strings.Contains(text, folder) || strings.Contains(text, strings.ReplaceAll(folder, `\`, `\\`))
}
