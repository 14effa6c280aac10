// Package version says which program this is: its version, where it was built from, and
// the formats of files that it reads.
package version

import (
	"runtime"
	"runtime/debug"

	"deltaedit/engine"
	"deltaedit/engine/pack"
	"deltaedit/engine/recipe"
)

// Revision is the commit that the program was built from. Packages set it at link time,
// with -X; otherwise the build says it, if it knows.
var Revision string

// Info describes the program.
type Info struct {
	Program  string `json:"program"`
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // "" if the build does not know
	Go       string `json:"go"`
	Platform string `json:"platform"` // such as "linux/amd64"
	// PackFormat and RecipeVersion are what this program reads and writes.
	PackFormat    int `json:"pack_format"`
	RecipeVersion int `json:"recipe_version"`
}

// Of returns the description of this program.
func Of() Info {
	return Info{
		Program: "deltaedit", Version: engine.Version, Revision: revision(Revision, debug.ReadBuildInfo),
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		PackFormat: pack.Format, RecipeVersion: recipe.Version,
	}
}

// revision returns the commit that was linked in, or else the one in the build's
// description. A tree with changes has "+" after it.
func revision(linked string, read func() (*debug.BuildInfo, bool)) string {
	if linked != "" {
		return linked
	}
	b, ok := read()
	if !ok {
		return ""
	}
	var commit, changed string
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	if commit == "" {
		return ""
	}
	return commit + changed
}
