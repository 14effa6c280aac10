package version

import (
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"deltaedit/engine"
)

func TestOf(t *testing.T) {
	got := Of()
	want := Info{
		Program: "deltaedit", Version: engine.Version, Revision: got.Revision, Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, PackFormat: 1, RecipeVersion: 1,
	}
	if got != want {
		t.Errorf("want %+v, got %+v", want, got)
	}
}

func TestRevision(t *testing.T) {
	build := func(settings ...debug.BuildSetting) func() (*debug.BuildInfo, bool) {
		return func() (*debug.BuildInfo, bool) { return &debug.BuildInfo{Settings: settings}, true }
	}
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "abc"}
	for name, c := range map[string]struct {
		linked string
		read   func() (*debug.BuildInfo, bool)
		want   string
	}{
		"linked":       {"def", build(commit), "def"},
		"from build":   {"", build(commit, debug.BuildSetting{Key: "vcs.modified", Value: "false"}), "abc"},
		"changed":      {"", build(debug.BuildSetting{Key: "vcs.modified", Value: "true"}, commit), "abc+"},
		"only changed": {"", build(debug.BuildSetting{Key: "vcs.modified", Value: "true"}), ""},
		"no settings":  {"", build(), ""},
		"no build":     {"", func() (*debug.BuildInfo, bool) { return nil, false }, ""},
	} {
		if got := revision(c.linked, c.read); got != c.want {
			t.Errorf("%s: want %q, got %q", name, c.want, got)
		}
	}
}

// TestOneVersion: engine.Version is the source; what states the version besides it agrees.
func TestOneVersion(t *testing.T) {
	const root = "../../../"
	for file, pattern := range map[string]string{
		"FyneApp.toml":          `(?m)^Version = "(.*)"$`,
		"models/pyproject.toml": `(?m)^version = "(.*)"$`,
	} {
		data, err := os.ReadFile(root + file)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(data)
		if m == nil || string(m[1]) != engine.Version {
			t.Errorf("%s says %q, engine.Version is %q", file, m, engine.Version)
		}
	}
	data, err := os.ReadFile(root + "CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	released := regexp.MustCompile(`(?m)^## \[(\d.*?)\]`).FindSubmatch(data)
	if released != nil && string(released[1]) != engine.Version {
		t.Errorf("the newest release in CHANGELOG.md is %s, engine.Version is %s", released[1], engine.Version)
	}
	if !strings.Contains(string(data), "## [Unreleased]") {
		t.Error("CHANGELOG.md has no part for what is not released")
	}
}
