package batch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
)

var testPack = recipe.Pack{Name: "p", Version: "1", Manifest: strings.Repeat("ab", 32)}

func parsePlan(t *testing.T, lines ...string) Plan {
	t.Helper()
	p, err := Parse(strings.NewReader(strings.Join(lines, "\n")), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// line is a plan's line with an id and a photo.
func line(id, in string) string {
	return `{"id":` + quote(id) + `,"in":` + quote(in) + `,"source":"face","target":"old face"}`
}

// received is a good result of a line.
func received(l Line, picture string) Received {
	r := newResult(l, testPack)
	data := append(bytes.Clone(pngHead), picture...)
	sum := sha256.Sum256(data)
	r.Status, r.SHA256 = StatusOK, hex.EncodeToString(sum[:])
	return Received{Result: r, Picture: data}
}

// folder opens a folder and starts work on a plan there.
func folder(t *testing.T, dir string, p Plan) (*Folder, *Work) {
	t.Helper()
	f, err := OpenFolder(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	w, err := f.Start(t.Context(), p, testPack, func(string) {}, func(engine.Task, float64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return f, w
}

// What comes from elsewhere is recorded once, under the names of the plan, and only if it
// is what it says.
func TestCollector(t *testing.T) {
	p := parsePlan(t, line("a", "a.png"), line("b", "b.png"), line("c", "c.png"), line("d", "d.png"))
	dir := t.TempDir()
	_, w := folder(t, dir, p)
	var out bytes.Buffer
	done := 0
	c, err := Collect(w, testPack, Options{Results: &out, Done: func(Result, Counts) { done++ }})
	if err != nil {
		t.Fatal(err)
	}
	a, b, cc, d := p.Lines[0], p.Lines[1], p.Lines[2], p.Lines[3]
	escape := received(b, "b")
	escape.Result.Out, escape.Result.In, escape.Result.Line = "../b.png", "other", 99
	stranger, changed := received(a, "x"), received(cc, "x")
	stranger.Result.ID, changed.Result.Plan = "stranger", strings.Repeat("0", 64)
	otherPack, noPNG, otherSum, noStatus := received(cc, "c"), received(cc, "c"), received(cc, "c"), received(cc, "c")
	otherPack.Result.Pack.Manifest = strings.Repeat("cd", 32)
	noPNG.Picture = []byte("dear diary")
	otherSum.Result.SHA256 = strings.Repeat("0", 64)
	noStatus.Result.Status = "great"
	refused, err := c.Add(t.Context(), []Received{
		received(a, "a"), received(a, "a again"), escape, stranger, changed, otherPack, noPNG, otherSum, noStatus,
		{Result: FailedResult(d, testPack, errors.New("no face"))},
	})
	if err != nil || len(refused) != 4 {
		t.Fatalf("refused %+v, %v", refused, err)
	}
	for i, says := range []string{"the pack cdcdcdcd…", "no PNG", "another SHA-256", `"great"`} {
		if !strings.Contains(refused[i].Err.Error(), says) || refused[i].Line.ID != "c" {
			t.Errorf("got %v, want %q", refused[i].Err, says)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "a.png")); err == nil || out.Len() > 0 {
		t.Error("there is a picture or a result before they are flushed")
	}
	lines, err := c.Commit()
	if err != nil || len(lines) != 3 || done != 3 {
		t.Fatalf("%d lines, %d told, %v", len(lines), done, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "a.png")); err != nil || string(got) != string(pngHead)+"a" {
		t.Errorf("a.png holds %q, %v", got, err)
	}
	entries, torn, err := readJournal(filepath.Join(dir, JournalName))
	if err != nil || torn || len(entries) != 3 {
		t.Fatalf("%d entries, torn %t, %v", len(entries), torn, err)
	}
	for _, e := range entries {
		if e.ID == "b" && (e.Out != "b.png" || e.In != "b.png" || e.Line != 2) {
			t.Errorf("b: %+v", e.Result)
		}
	}
	if counts := c.Counts(); counts != (Counts{Total: 4, OK: 2, Failed: 1}) || counts.Left() != 1 {
		t.Errorf("counts %+v", counts)
	}
	// A result that was refused may come again, and one that was not flushed is forgotten.
	if _, err := c.Add(t.Context(), []Received{received(cc, "c")}); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if left := names(t, dir); len(left) != 4 { // two pictures, results, lock
		t.Errorf("left in the folder: %q", left)
	}
}

// The folder's disk is full, or gone.
func TestCollectorFails(t *testing.T) {
	p := parsePlan(t, line("a", "a.png"))
	dir := t.TempDir()
	_, w := folder(t, dir, p)
	c, err := Collect(w, testPack, Options{Results: io.Discard, Done: func(Result, Counts) {}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "a.png"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), []Received{received(p.Lines[0], "a")}); err == nil || !strings.Contains(err.Error(), "a.png") {
		t.Errorf("a folder in the place of a picture: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "a.png")); err != nil {
		t.Fatal(err)
	}
	if _, err := Collect(w, testPack, Options{Results: io.Discard}); err != nil {
		t.Fatal(err)
	}
}

// A line's text is the same line.
func TestText(t *testing.T) {
	p := parsePlan(
		t, line("a", "x/a.png"),
		`{"in":"a.png","id":"笑\"","edits":[{"source":"face","target":"old face","strength":-1.5},{"source":"a","target":"b"}],"threshold":0.25,"face":"all","out":"o.png"}`,
		`{"in":"b.png","source":"face","target":"old face","face":3,"aligned":true,"engine":"diffusion","steps":20,"threshold":0}`,
	)
	for _, want := range p.Lines {
		again, err := Parse(bytes.NewReader(want.Text()), "")
		if err != nil || len(again.Lines) != 1 || again.Lines[0].Fingerprint() != want.Fingerprint() || again.Lines[0].Out != want.Out {
			t.Errorf("%s: got %+v, want %+v (%v)", want.Text(), again.Lines, want, err)
		}
	}
}
