package queue

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"deltaedit/engine/batch"
)

// ending is that of the pictures' names.
const ending = ".png"

// DefaultTemplate is the template of names that nobody has changed.
const DefaultTemplate = "{name}-edited"

// CheckTemplate returns an error that says what is wrong with a template of names.
func CheckTemplate(template string) error {
	switch {
	case strings.TrimSpace(template) == "":
		return errors.New("the name is empty: type one such as " + DefaultTemplate)
	case strings.ContainsAny(template, `/\:*?"<>|`):
		return fmt.Errorf(`the name %q must not contain / \ : * ? " < > or |: the folder is chosen beside it`, template)
	}
	rest := strings.NewReplacer("{name}", "", "{n}", "").Replace(template)
	if strings.ContainsAny(rest, "{}") {
		return fmt.Errorf("the name %q: want {name} for the photo's name and {n} for its number, and no other braces", template)
	}
	return nil
}

// OutName returns the name, without its ending, of the picture of a photo, which is the
// n-th: {name} in the template is the photo's name without its ending, {n} its number.
func OutName(template, photo string, n int) string {
	return batch.SafeName(strings.NewReplacer("{name}", stem(photo), "{n}", strconv.Itoa(n)).Replace(template))
}

func stem(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) }

// nameKey is equal for names that are the same file on some system.
func nameKey(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// extensions are the endings of photos, in small letters. Of a folder only such files are
// taken.
var extensions = []string{".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}

// Add adds photos at the end: files by their paths, and of folders the photos in them, by
// name and without what is in folders below. A photo that is there already is not added
// again. It returns how many were added. Files are not looked into: what is no photo fails
// with its reason when its turn comes. Reading folders may take a moment.
func (q *Queue) Add(paths ...string) (int, error) {
	var files []string
	for _, path := range paths {
		more, err := filesIn(path)
		if err != nil {
			return 0, err
		}
		files = append(files, more...)
	}
	added := 0
	err := q.update(func() error {
		there := map[string]bool{}
		for _, i := range q.items {
			there[i.Path] = true
		}
		for _, f := range files {
			if there[f] {
				continue
			}
			if len(q.items) == MaxItems {
				return ErrFull
			}
			there[f] = true
			q.last++
			q.items = append(q.items, Item{ID: strconv.Itoa(q.last), Path: f, Faces: -1})
			added++
		}
		if q.started {
			q.nameOuts()
		}
		return nil
	})
	return added, err
}

// filesIn returns the absolute path of a file, or those of the photos in a folder.
func filesIn(path string) ([]string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(abs); err != nil || !info.IsDir() {
		return []string{abs}, nil // what is wrong with it is said when its turn comes
	}
	entries, err := os.ReadDir(abs) // by name
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".")
		if !hidden && e.Type()&fs.ModeDir == 0 && slices.Contains(extensions, strings.ToLower(filepath.Ext(e.Name()))) {
			out = append(out, filepath.Join(abs, e.Name()))
		}
	}
	return out, nil
}

// nameOuts gives every photo that has none a name for its picture, different from all
// others. q.mu is held.
func (q *Queue) nameOuts() {
	taken := map[string]bool{}
	for _, i := range q.items {
		taken[nameKey(i.Out)] = true
	}
	for i := range q.items {
		it := &q.items[i]
		if it.Out != "" {
			continue
		}
		first := OutName(q.order.Template, it.Name(), i+1)
		name := first
		for k := 2; taken[nameKey(name+ending)]; k++ {
			name = batch.SafeName(fmt.Sprintf("%s-%d", first, k))
		}
		it.Out = name + ending
		taken[nameKey(it.Out)] = true
	}
}

// FreeFolder returns a folder beside a photo for the pictures of a batch: one that does not
// exist or has no results and pictures of an earlier batch in it.
func FreeFolder(photo string) string {
	first := filepath.Join(filepath.Dir(photo), "edited")
	dir := first
	for n := 2; !free(dir); n++ {
		dir = fmt.Sprintf("%s-%d", first, n)
	}
	return dir
}

// free reports whether a folder is empty or does not exist.
func free(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return len(entries) == 0
}
