package batch

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "3/8": {3, 8}, "10000/10000": {10000, 10000}} {
		if got, err := ParseShard(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "3", "0/8", "9/8", "-1/8", "1/0", "1/10001", "a/b", "1/2/3", " 1/2", "1.0/2"} {
		if got, err := ParseShard(text); err == nil || !strings.Contains(err.Error(), "such as 3/8") {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

// The shards together are the plan, and edits of a photo that follow each other stay
// together.
func TestShardsAreThePlan(t *testing.T) {
	var lines []string
	for _, s := range []string{"a1", "a2", "b1", "a3", "c1", "c2", "c3", "d1"} {
		lines = append(lines, line(s, s[:1]+".png"))
	}
	p := parsePlan(t, lines...)
	for n := 1; n <= 7; n++ {
		found := map[string]int{}
		for i := range n {
			last := -1
			for _, l := range p.Shard(Shard{i + 1, n}).Lines {
				found[l.ID] = i + 1
				if l.Number <= last {
					t.Errorf("%d/%d is out of order", i+1, n)
				}
				last = l.Number
			}
		}
		if len(found) != len(lines) || found["a1"] != found["a2"] || found["c1"] != found["c3"] {
			t.Errorf("of %d shards: %v", n, found)
		}
	}
	if got := p.Shard(Shard{2, 3}).Lines; len(got) != 2 || got[0].ID != "b1" || got[1].ID != "d1" {
		t.Errorf("2/3 is %+v", got)
	}
	if len(p.Shard(Shard{}).Lines) != len(lines) || (Shard{}).Dir("x") != "x" || (Shard{2, 3}).Dir("x") != filepath.Join("x", "shard-2-of-3") {
		t.Error("the whole plan is not itself")
	}
}

// shardDone does the edits of a shard, with one that fails.
func shardDone(t *testing.T, dir string, p Plan, s Shard, fails string) {
	t.Helper()
	f, w := folder(t, s.Dir(dir), p.Shard(s))
	c, err := Collect(w, testPack, Options{Results: io.Discard, Done: func(Result, Counts) {}})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range w.Todo() {
		r := received(l, l.ID)
		if l.ID == fails {
			r = Received{Result: FailedResult(l, testPack, errors.New("no face"))}
		}
		if _, err := c.Add(t.Context(), []Received{r}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestMerge(t *testing.T) {
	p := parsePlan(t, line("a", "a.png"), line("b", "b.png"), line("c", "c.png"), line("d", "d.png"))
	dir := t.TempDir()
	merge := func() (ok, failed int, notices string, err error) {
		t.Helper()
		f, err := OpenFolder(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		ok, failed, err = f.Merge(t.Context(), func(text string) { notices += text + "\n" })
		return ok, failed, notices, err
	}
	if _, _, _, err := merge(); !errors.Is(err, ErrNoShards) {
		t.Errorf("without shards: %v", err)
	}
	one, two := Shard{1, 2}, Shard{2, 2}
	shardDone(t, dir, p, one, "c")
	shardDone(t, dir, p, two, "")
	// A merge that was killed has moved a picture; somebody has changed another.
	if err := os.Rename(filepath.Join(one.Dir(dir), "a.png"), filepath.Join(dir, "a.png")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(two.Dir(dir), "d.png"), []byte("a holiday"), 0o600); err != nil {
		t.Fatal(err)
	}
	ok, failed, notices, err := merge()
	if err != nil || ok != 2 || failed != 1 || !strings.Contains(notices, `line 4 ("d")`) {
		t.Fatalf("%d ok, %d failed, %q, %v", ok, failed, notices, err)
	}
	if _, err := os.Stat(one.Dir(dir)); err == nil {
		t.Error("a shard that was merged is there")
	}
	if left := names(t, two.Dir(dir)); len(left) != 1 || left[0] != "d.png" {
		t.Errorf("of the other shard there is %q, want the changed picture", left)
	}
	// Going on does what is missing or has failed.
	if err := os.RemoveAll(two.Dir(dir)); err != nil {
		t.Fatal(err)
	}
	f, w := folder(t, dir, p)
	if left := w.Todo(); len(left) != 2 || left[0].ID != "c" || left[1].ID != "d" {
		t.Errorf("left: %+v", left)
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	// Merging again adds the shard that was done again, and replaces a failure.
	shardDone(t, dir, p, one, "")
	shardDone(t, dir, p, two, "")
	if ok, failed, notices, err := merge(); err != nil || ok != 4 || failed != 0 || notices != "" {
		t.Errorf("%d ok, %d failed, %q, %v", ok, failed, notices, err)
	}
	entries, _, err := readJournal(filepath.Join(dir, JournalName))
	if err != nil || len(entries) != 4 || entries[0].ID != "a" || entries[3].ID != "d" {
		t.Errorf("%+v, %v", entries, err)
	}
	if left := names(t, dir); len(left) != 5 {
		t.Errorf("in the folder: %q", left)
	}
}

// What a merge must not touch.
func TestMergeRefuses(t *testing.T) {
	p := parsePlan(t, line("a", "a.png"))
	one := Shard{1, 1}
	for name, c := range map[string]struct {
		prepare func(dir string) error
		says    string
	}{
		"somebody's file": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "a.png"), []byte("a holiday"), 0o600) }, "not made by a batch"},
		"a folder":        {func(dir string) error { return os.Mkdir(filepath.Join(dir, "a.png"), 0o700) }, "no plain file"},
		"at work":         {func(dir string) error { _, err := OpenFolder(one.Dir(dir), true); return err }, "another batch"},
		"broken results": {func(dir string) error {
			return os.WriteFile(filepath.Join(one.Dir(dir), JournalName), []byte("x\n"), 0o600)
		}, "not a result"},
		"a path": {func(dir string) error {
			data, err := os.ReadFile(filepath.Join(one.Dir(dir), JournalName))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(one.Dir(dir), JournalName), []byte(strings.Replace(string(data), `"a.png","provider`, `"../a.png","provider`, 1)), 0o600)
		}, "no file name"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			shardDone(t, dir, p, one, "")
			if err := c.prepare(dir); err != nil {
				t.Fatal(err)
			}
			f, err := OpenFolder(dir, true)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, _, err := f.Merge(t.Context(), func(string) {}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if _, err := os.Stat(filepath.Join(one.Dir(dir), "a.png")); err != nil {
				t.Errorf("the shard's picture is gone: %v", err)
			}
		})
	}
}
