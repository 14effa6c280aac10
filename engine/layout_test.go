package engine_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this program's module.
const module = "deltaedit"

// packages returns the imports and the number of files of every package of the
// program, without tests, by its folder below the repository's root.
func packages(t *testing.T) (imports map[string][]string, files map[string]int) {
	t.Helper()
	imports, files = map[string][]string{}, map[string]int{}
	for _, top := range []string{"assets", "engine", "ui"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return filepath.SkipDir
			case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel("..", filepath.Dir(path))
			if err != nil {
				return err
			}
			dir := filepath.ToSlash(rel)
			files[dir]++
			for _, s := range f.Imports {
				imported, err := strconv.Unquote(s.Path.Value)
				if err != nil {
					return err
				}
				if !slices.Contains(imports[dir], imported) {
					imports[dir] = append(imports[dir], imported)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return imports, files
}

// needs returns everything that a package imports, also through packages of this
// program.
func needs(imports map[string][]string, dir string) []string {
	var all []string
	var visit func(dir string)
	visit = func(dir string) {
		for _, path := range imports[dir] {
			if slices.Contains(all, path) {
				continue
			}
			all = append(all, path)
			if own, ok := strings.CutPrefix(path, module+"/"); ok {
				visit(own)
			}
		}
	}
	visit(dir)
	return all
}

// TestLayout: the parts of the program know of each other what ARCHITECTURE.md
// says, and no more; packages stay small enough to find one's way.
func TestLayout(t *testing.T) {
	const maxContract, maxFiles = 8, 16
	// These may be larger.
	large := []string{"ui", "engine/photo", "engine/onnx"}
	imports, files := packages(t)
	if len(files) < 20 || files["engine"] == 0 || files["ui/cli"] == 0 {
		t.Fatalf("found %d packages: %v", len(files), files)
	}
	for dir, n := range files {
		switch {
		case dir == "engine" && n > maxContract:
			t.Errorf("%s has %d files: want at most %d, the contract alone", dir, n, maxContract)
		case n > maxFiles && !slices.Contains(large, dir):
			t.Errorf("%s has %d files: want at most %d", dir, n, maxFiles)
		}
	}
	forbid := func(dir string, paths ...string) {
		t.Helper()
		for _, path := range needs(imports, dir) {
			for _, p := range paths {
				if path == p || strings.HasPrefix(path, p+"/") {
					t.Errorf("%s depends on %s", dir, path)
				}
			}
		}
	}
	const fyne, cobra = "fyne.io/fyne/v2", "github.com/spf13/cobra"
	for dir := range files {
		switch {
		case dir == "engine" || strings.HasPrefix(dir, "engine/"):
			forbid(dir, fyne, cobra, module+"/ui")
		case dir == "ui/cli" || strings.HasPrefix(dir, "ui/cli/"):
			forbid(dir, fyne)
		}
	}
	// The network is the queue's, and the queue the command line's.
	const queue, nats = module + "/engine/queue", "github.com/nats-io"
	for dir := range files {
		if dir != "ui/cli" && !strings.HasPrefix(dir, "ui/cli/") && !strings.HasPrefix(module+"/"+dir, queue) {
			forbid(dir, queue, nats)
		}
	}
	forbid("engine", module+"/engine/worker", module+"/engine/studio")
	forbid("engine/worker", module+"/engine/studio")
	forbid("engine/studio", module+"/engine/worker")
}

// TestErrorsNameNoPackage: an error says what failed, not in which package. The window
// shows it to people.
func TestErrorsNameNoPackage(t *testing.T) {
	n := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fun.Sel.Name != "Errorf" && fun.Sel.Name != "New" {
				return true
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				n++
				if strings.HasPrefix(lit.Value[1:], f.Name.Name+": ") {
					t.Errorf("%s: %s", path, lit.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || n < 100 {
		t.Fatalf("looked at %d errors, %v", n, err)
	}
}

// TestGlossary: the architecture page explains at most forty words, each once.
func TestGlossary(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "\n## Glossary\n")
	if !found {
		t.Fatal("no glossary")
	}
	seen := map[string]bool{}
	for line := range strings.Lines(table) {
		word, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		if !ok || word == "word" || strings.HasPrefix(word, "---") {
			continue
		}
		if seen[word] {
			t.Errorf("%q is explained twice", word)
		}
		seen[word] = true
	}
	if len(seen) < 20 || len(seen) > 40 {
		t.Errorf("%d words, want at most 40", len(seen))
	}
}
