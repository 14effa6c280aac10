package pack

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Default is the name of the built-in pack.
const Default = "faces"

// EnvPacks names the environment variable that lists folders of packs, separated as in
// PATH. They are searched first.
const EnvPacks = "DELTAEDIT_PACKS"

// Listing describes one pack that Find can find by name. Err is set when its manifest
// cannot be used.
type Listing struct {
	Name    string
	Version string
	Title   string
	Dir     string
	Err     error
}

// Find returns the folder of a pack. The path of a manifest stands for its folder. A
// name that contains a separator, or is an existing folder with a manifest, is taken as
// a folder; any other name is looked up in Roots, in order. "" means Default.
func Find(nameOrDir string) (string, error) {
	if nameOrDir == "" {
		nameOrDir = Default
	}
	if filepath.Base(nameOrDir) == ManifestName {
		nameOrDir = filepath.Dir(nameOrDir)
	}
	if isPack(nameOrDir) {
		return filepath.Abs(nameOrDir)
	}
	if !goodName(nameOrDir) {
		return "", fmt.Errorf("%w: no %s in %s", ErrNotFound, ManifestName, nameOrDir)
	}
	roots := Roots()
	for _, root := range roots {
		if dir := filepath.Join(root, nameOrDir); isPack(dir) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: no pack named %q in %s; install the program again (in a source tree run make setup), or set %s", ErrNotFound, nameOrDir, strings.Join(roots, ", "), EnvPacks)
}

// List returns the packs in all Roots that Find can find by name. If several packs have
// the same name, it lists the one that Find returns.
func List() []Listing {
	var out []Listing
	seen := map[string]bool{}
	for _, root := range Roots() {
		entries, err := os.ReadDir(root)
		if err != nil {
			continue
		}
		for _, e := range entries {
			dir := filepath.Join(root, e.Name())
			// goodName also rejects what a killed Add leaves behind: those names start
			// with a dot.
			if seen[e.Name()] || !goodName(e.Name()) || !isPack(dir) {
				continue
			}
			seen[e.Name()] = true
			l := Listing{Name: e.Name(), Dir: dir}
			p, err := Open(dir)
			if err != nil {
				l.Err = err
			} else {
				l.Version, l.Title = p.manifest.Version, p.manifest.Title
			}
			out = append(out, l)
		}
	}
	return out
}

// Roots returns the folders in which packs are looked for, as absolute paths in search
// order: those in DELTAEDIT_PACKS, the user's folder, packs beside the program, and
// build/packs in the working folder, in the program's folder and in all folders above
// each.
func Roots() []string {
	var roots []string
	seen := map[string]bool{}
	add := func(dir string) {
		if abs, err := filepath.Abs(dir); err == nil && !seen[abs] {
			seen[abs] = true
			roots = append(roots, abs)
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv(EnvPacks)) {
		if dir != "" {
			add(dir)
		}
	}
	if dir, err := UserDir(); err == nil {
		add(dir)
	}
	var starts []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		add(filepath.Join(filepath.Dir(exe), "packs"))
		starts = append(starts, filepath.Dir(exe))
	}
	if wd, err := os.Getwd(); err == nil {
		starts = append([]string{wd}, starts...)
	}
	for _, start := range starts {
		for dir := start; ; dir = filepath.Dir(dir) {
			if root := filepath.Join(dir, "build", "packs"); isDir(root) {
				add(root)
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return roots
}

// UserDir returns the folder for packs that the user adds:
// $XDG_DATA_HOME/deltaedit/packs (or ~/.local/share) on Unix, and the application
// support folder on macOS and Windows. The folder may not exist yet.
func UserDir() (string, error) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for packs: %w", err)
		}
		return filepath.Join(dir, "deltaedit", "packs"), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "deltaedit", "packs"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for packs: %w", err)
	}
	return filepath.Join(home, ".local", "share", "deltaedit", "packs"), nil
}

func isPack(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, ManifestName))
	return err == nil && info.Mode().IsRegular()
}

func isDir(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
