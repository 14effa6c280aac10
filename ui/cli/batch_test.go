package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
)

// place is where a batch happens: three photos of different widths, a plan of
// lines about them, and a folder that is not there yet.
type place struct {
	t         *testing.T
	dir, plan string
	out       string
}

func newPlace(t *testing.T, lines ...string) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir()}
	p.plan, p.out = filepath.Join(p.dir, "plan.jsonl"), filepath.Join(p.dir, "out", "deeper")
	for i := range 3 {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 10+i, 8))); err != nil {
			t.Fatal(err)
		}
		p.write(fmt.Sprintf("%c.png", 'a'+i), b.String())
	}
	p.lines(lines...)
	return p
}

func (p *place) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) lines(lines ...string) { p.write("plan.jsonl", strings.Join(lines, "\n")+"\n") }

// args returns the arguments of a batch over the place's plan.
func (p *place) args(more ...string) []string {
	return append([]string{"batch", "--plan", p.plan, "--out", p.out}, more...)
}

func (p *place) run(f *fake, more ...string) outcome {
	p.t.Helper()
	return call(p.t, f, p.args(more...)...)
}

// journal is results.jsonl, "" where there is none.
func (p *place) journal() string {
	data, err := os.ReadFile(filepath.Join(p.out, batch.JournalName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		p.t.Fatal(err)
	}
	return string(data)
}

func (p *place) files() []string {
	p.t.Helper()
	entries, err := os.ReadDir(p.out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		p.t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// check checks that text holds exactly one complete result for each id of want, with the
// status given there, and that the images have the hashes that the results name.
func (p *place) check(text string, want map[string]string) map[string]batch.Result {
	p.t.Helper()
	got := resultsOf(p.t, text)
	for id, r := range got {
		if want[id] != r.Status {
			p.t.Errorf("%q is %s, want %q: %s", id, r.Status, want[id], r.Error)
		}
		if r.Status == batch.StatusOK {
			if sum := hashOf(p.t, filepath.Join(p.out, r.Out)); sum != r.SHA256 {
				p.t.Errorf("%s has the hash %s, its result says %s", r.Out, sum, r.SHA256)
			}
		}
	}
	if len(got) != len(want) {
		p.t.Errorf("%d results, want %d:\n%s", len(got), len(want), text)
	}
	return got
}

// A batch's results tell what of each photo's file could not be used, as those of edit do.
func TestBatchPhotoNotices(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("b.png"))
	f := newFake()
	f.notices = []photo.Notice{photo.NoticeCMYK, photo.NoticeDepth}
	got := p.run(f)
	for id, r := range p.check(got.out, allOK("1", "2")) {
		if !slices.Equal(r.Notices, f.notices) {
			t.Errorf("%s: notices %q", id, r.Notices)
		}
	}
	if n := strings.Count(p.journal(), `"photo_notices":["the photo is in printing colours`); n != 2 {
		t.Errorf("%d results with notices:\n%s", n, p.journal())
	}
	if got := newPlace(t, edit("a.png")).run(newFake()); strings.Contains(got.out, "photo_notices") {
		t.Errorf("notices of a photo without any: %s", got.out)
	}
}

// resultsOf reads results by id, of which none may come twice.
func resultsOf(t *testing.T, text string) map[string]batch.Result {
	t.Helper()
	got := map[string]batch.Result{}
	for line := range strings.Lines(text) {
		var r batch.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if _, twice := got[r.ID]; twice {
			t.Errorf("%q has two results", r.ID)
		}
		got[r.ID] = r
	}
	return got
}

func hashOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// allOK gives every id the status ok.
func allOK(ids ...string) map[string]string {
	out := map[string]string{}
	for _, id := range ids {
		out[id] = batch.StatusOK
	}
	return out
}

// edit is a plan's line.
func edit(in string, more ...string) string {
	return `{"in":` + fmt.Sprintf("%q", in) + `,"source":"face","target":"old face"` + strings.Join(append([]string{""}, more...), ",") + "}"
}

func TestBatch(t *testing.T) {
	p := newPlace(
		t, "# three photos", edit("a.png"), edit("a.png", `"strength":2`, `"id":"two/笑顔"`), "",
		edit("b.png", `"out":"b 2.png"`, `"aligned":true`, `"threshold":0.5`), edit("c.png", `"face":"all"`),
	)
	f := newFake()
	f.unknown = true
	got := p.run(f, "--provider", "CPU", "--pack", "other", "--jobs", "1")
	if got.status != exitOK || !f.closed {
		t.Fatal(got)
	}
	if got.out != p.journal() {
		t.Errorf("stdout is not the journal:\n%s\n%s", got.out, p.journal())
	}
	res := p.check(got.out, allOK("2", "two/笑顔", "5", "6"))
	if f.options != (engine.Options{Pack: "other", Provider: "cpu", KeepInversions: true}) {
		t.Errorf("options %+v", f.options)
	}
	// Successive lines about one photo open it once.
	if want := []image.Point{{10, 8}, {11, 8}, {12, 8}}; !slices.Equal(f.opened, want) {
		t.Errorf("opened %v, want %v", f.opened, want)
	}
	r := res["5"]
	if r.Line != 5 || r.In != "b.png" || r.Out != "b 2.png" || !r.Aligned || *r.Threshold != 0.5 || *r.Size != [2]int{11, 8} ||
		r.Face != "1" || r.Provider != "cpu" || r.Pack.Name != "fake" || len(r.Faces) != 1 || r.Faces[0].Width != 100 {
		t.Errorf("result %+v", r)
	}
	if r := res["6"]; r.Face != "all" || *r.Threshold != 0.03 || r.Timings["decode"] != 2 || r.Timings["synth_final"] != 3 || r.Timings["total"] < 2 {
		t.Errorf("result %+v", r)
	}
	if pr := res["two/笑顔"].Prompts; len(pr) != 1 || pr[0].Confidence != 0.5 || pr[0].Strength != 2 {
		t.Errorf("prompts %+v", pr)
	}
	if p := strings.Count(got.stderr, `does not know "zombie"`); p != 1 {
		t.Errorf("said %d times that a prompt is unknown\n%v", p, got)
	}
	if !strings.Contains(got.stderr, "4/4") || !strings.Contains(got.stderr, "no GPU can be used") {
		t.Errorf("want the progress and the notice\n%v", got)
	}
	var order []string
	for line := range strings.Lines(got.out) {
		order = append(order, line[:strings.Index(line, `,"line"`)])
	}
	if !slices.Equal(order, []string{`{"status":"ok","id":"2"`, `{"status":"ok","id":"two/笑顔"`, `{"status":"ok","id":"5"`, `{"status":"ok","id":"6"`}) {
		t.Errorf("with one job results came as %q", order)
	}
	if len(p.files()) != 5 {
		t.Errorf("left in the folder: %q", p.files())
	}
}

// TestBatchBoxes: lines of one photo with other boxes have other faces.
func TestBatchBoxes(t *testing.T) {
	p := newPlace(t, edit("a.png", `"id":"plain"`), edit("a.png", `"id":"box"`, `"box":[1,2,30,40]`), edit("a.png", `"id":"same"`, `"box":[1,2,30,40]`, `"face":2`), edit("a.png", `"id":"first"`, `"box":[5,2,30,40]`, `"face":1`))
	f := newFake()
	got := p.run(f)
	if got.status != exitOK || len(f.opened) != 3 {
		t.Fatalf("opened %d times\n%v", len(f.opened), got)
	}
	results := resultsOf(t, got.out)
	for id, want := range map[string]struct {
		face  string
		faces int
	}{"plain": {"1", 1}, "box": {"2", 2}, "same": {"2", 2}, "first": {"1", 2}} {
		if r := results[id]; r.Face != want.face || len(r.Faces) != want.faces {
			t.Errorf("%s: face %q of %d", id, r.Face, len(r.Faces))
		}
	}
	f = newFake()
	if got := p.run(f, "--resume"); got.status != exitOK || f.rendered != 0 {
		t.Errorf("resumed, %d were drawn again\n%v", f.rendered, got)
	}
}

func TestBatchFromStdin(t *testing.T) {
	p := newPlace(t)
	t.Chdir(p.dir)
	var out, errs bytes.Buffer
	prog := Program{
		Stdin: strings.NewReader(edit("a.png")), Stdout: &out, Stderr: &errs,
		Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return newFake(), nil },
	}
	if status := prog.Run(t.Context(), []string{"batch", "--plan", "-", "--out", p.out}); status != exitOK {
		t.Fatalf("status %d, %s", status, &errs)
	}
	p.check(out.String(), allOK("1"))
}

func TestBatchWrongUsage(t *testing.T) {
	p := newPlace(t, edit("a.png"))
	bad := filepath.Join(p.dir, "bad.jsonl")
	p.write("bad.jsonl", edit("a.png")+"\n"+edit("b.png", `"strenght":1`))
	cases := map[string]struct {
		args []string
		says string
	}{
		"no plan":        {[]string{"batch", "--out", p.out}, "--plan"},
		"no out":         {[]string{"batch", "--plan", p.plan}, "--out"},
		"missing plan":   {[]string{"batch", "--plan", "nowhere.jsonl", "--out", p.out}, "nowhere.jsonl"},
		"plan a folder":  {[]string{"batch", "--plan", p.dir, "--out", p.out}, p.dir},
		"no jobs":        {p.args("--jobs", "0"), "1 to 64, got 0"},
		"too many jobs":  {p.args("--jobs", "65"), "1 to 64"},
		"jobs a word":    {p.args("--jobs", "many"), "many"},
		"an argument":    {p.args("x"), "too many"},
		"provider":       {p.args("--provider", "abacus"), "abacus"},
		"bad plan":       {[]string{"batch", "--plan", bad, "--out", p.out}, `bad.jsonl: bad plan, line 2: key "strenght" is unknown`},
		"no plan on std": {[]string{"batch", "--plan", "-", "--out", p.out}, "bad plan, line 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			got := call(t, f, c.args...)
			if got.status != exitUsage || got.out != "" || !strings.Contains(got.stderr, c.says) {
				t.Errorf("want status 2 and %q\n%v", c.says, got)
			}
			if _, err := os.Stat(p.out); err == nil || f.options != (engine.Options{}) {
				t.Error("work was begun")
			}
		})
	}
}

// What only shows in the folder is refused before any work as well.
func TestBatchRefusesOutputs(t *testing.T) {
	cases := map[string]struct {
		lines   []string
		prepare func(p *place) error
		more    []string
		says    string
	}{
		"a photo of the same line": {[]string{edit("out/deeper/x.png", `"out":"x.png"`)}, nil, nil, "line 1: the photo"},
		"a photo of another line":  {[]string{edit("a.png", `"id":"x"`), edit("out/deeper/x.png")}, nil, nil, "line 2: the photo"},
		"a photo by a link": {[]string{edit("a.png", `"id":"x"`), edit("link.png")}, func(p *place) error {
			return errors.Join(os.WriteFile(filepath.Join(p.out, "x.png"), nil, 0o600), os.Symlink(filepath.Join(p.out, "x.png"), filepath.Join(p.dir, "link.png")))
		}, nil, "line 2: the photo"},
		"a photo through a linked folder": {[]string{edit("a.png", `"id":"x"`), edit("way/x.png")}, func(p *place) error {
			return os.Symlink(p.out, filepath.Join(p.dir, "way"))
		}, nil, "line 2: the photo"},
		"a link": {[]string{edit("a.png")}, func(p *place) error {
			return os.Symlink(filepath.Join(p.dir, "b.png"), filepath.Join(p.out, "1.png"))
		}, []string{"--resume"}, "no plain file"},
		"a folder": {[]string{edit("a.png")}, func(p *place) error {
			return os.Mkdir(filepath.Join(p.out, "1.png"), 0o700)
		}, nil, "no plain file"},
		"a file that is there": {[]string{edit("a.png")}, func(p *place) error {
			return os.WriteFile(filepath.Join(p.out, "1.png"), nil, 0o600)
		}, nil, `"1.png" is there already`},
		"somebody's picture": {[]string{edit("a.png")}, func(p *place) error {
			return os.WriteFile(filepath.Join(p.out, "1.png"), []byte("a holiday"), 0o600)
		}, []string{"--resume"}, "not made by a batch"},
		"half a journal": {[]string{edit("a.png")}, func(p *place) error {
			return os.WriteFile(filepath.Join(p.out, batch.JournalName), []byte("{"), 0o600)
		}, nil, "--resume"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, c.lines...)
			if err := os.MkdirAll(p.out, 0o700); err != nil {
				t.Fatal(err)
			}
			if c.prepare != nil {
				if err := c.prepare(p); err != nil {
					t.Fatal(err)
				}
			}
			before := p.files()
			f := newFake()
			got := p.run(f, c.more...)
			if got.status != exitUsage || got.out != "" || !strings.Contains(got.stderr, c.says) || f.options != (engine.Options{}) {
				t.Errorf("want status 2 and %q before any work\n%v", c.says, got)
			}
			if !slices.Equal(p.files(), before) {
				t.Errorf("left %q, before there were %q", p.files(), before)
			}
		})
	}
}

func TestBatchOutCannotBeMade(t *testing.T) {
	p := newPlace(t, edit("a.png"))
	p.out = filepath.Join(p.dir, "a.png", "x")
	if got := p.run(newFake()); got.status != exitFailed || got.out != "" || !strings.Contains(got.stderr, "make the folder") {
		t.Error(got)
	}
	p.out = p.dir
	p.write(batch.JournalName, "name,value\n")
	if got := p.run(newFake(), "--resume"); got.status != exitFailed || !strings.Contains(got.stderr, "line 1: not a result") {
		t.Error(got)
	}
}

func TestBatchGoesOnAfterFailures(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("nowhere.png"), edit("broken.png"), edit("broken.png"), edit("b.png", `"face":2`), edit("c.png"), edit("."))
	p.write("broken.png", "dear diary")
	f := newFake()
	got := p.run(f)
	failed := batch.StatusFailed
	want := map[string]string{"1": batch.StatusOK, "2": failed, "3": failed, "4": failed, "5": failed, "6": batch.StatusOK, "7": failed}
	res := p.check(got.out, want)
	if got.status != exitFailed || !strings.Contains(got.stderr, "5 of 7 edits failed") || !strings.Contains(got.stderr, `failed: line 2 ("2"): `) {
		t.Error(got)
	}
	for id, says := range map[string]string{"2": "nowhere.png", "3": "not an image", "4": "not an image", "5": "no such face", "7": "not a file"} {
		r := res[id]
		if !strings.Contains(r.Error, says) || r.SHA256 != "" || r.Size != nil || r.Provider != "cpu" {
			t.Errorf("result %+v, want %q", r, says)
		}
	}
	if files := p.files(); !slices.Equal(files, []string{"1.png", "6.png", batch.JournalName}) {
		t.Errorf("left %q", files)
	}
	// --resume tries the failed ones again, and only these.
	p.write("nowhere.png", string(mustRead(t, filepath.Join(p.dir, "a.png"))))
	f = newFake()
	got = p.run(f, "--resume")
	want["2"] = batch.StatusOK
	p.check(got.out, want)
	p.check(p.journal(), want)
	if got.status != exitFailed || !slices.Equal(f.opened, []image.Point{{10, 8}, {11, 8}}) || !strings.Contains(got.stderr, "done again: 5") {
		t.Errorf("opened %v, %v", f.opened, got)
	}
	// A failed line that is taken out of the plan does not keep it from resuming.
	p.lines(edit("a.png"), edit("nowhere.png"), "", "", "", edit("c.png"))
	if got = p.run(newFake(), "--resume"); got.status != exitOK {
		t.Error(got)
	}
	p.check(p.journal(), allOK("1", "2", "6"))
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBatchSurvivesPanics(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("b.png"))
	f := newFake()
	f.rendering = func(n int) error {
		if n == 1 {
			panic("a stage has a fault")
		}
		return nil
	}
	got := p.run(f)
	res := p.check(got.out, map[string]string{"1": batch.StatusFailed, "2": batch.StatusOK})
	if got.status != exitFailed || !strings.Contains(res["1"].Error, "a stage has a fault") {
		t.Error(got)
	}
}

func TestBatchResume(t *testing.T) {
	lines := []string{edit("a.png"), edit("b.png"), edit("c.png"), edit("a.png", `"strength":2`)}
	ids := allOK("1", "2", "3", "4")
	first := func(t *testing.T) *place {
		p := newPlace(t, lines...)
		if got := p.run(newFake(), "--jobs", "1"); got.status != exitOK {
			t.Fatal(got)
		}
		return p
	}
	remove := func(p *place, name string) error { return os.Remove(filepath.Join(p.out, name)) }
	journal := func(p *place, text string) error {
		return os.WriteFile(filepath.Join(p.out, batch.JournalName), []byte(text), 0o600)
	}
	cases := map[string]struct {
		change func(p *place) error
		again  int    // edits that are done again
		says   string // on stderr
	}{
		"nothing": {func(*place) error { return nil }, 0, "4/4"},
		"said in other words": {func(p *place) error {
			p.lines(`{"target":"old face","strength":1.0,"source":"face","in":"a.png","id":1}`, lines[1], lines[2], lines[3])
			return nil
		}, 0, "4 of them before"},
		"added": {func(p *place) error {
			p.lines(append(slices.Clone(lines), edit("b.png", `"id":"more"`))...)
			ids["more"] = batch.StatusOK
			return nil
		}, 1, "5/5"},
		"changed": {func(p *place) error {
			p.lines(lines[0], edit("b.png", `"strength":-1`), lines[2], lines[3])
			return nil
		}, 1, `line 2 ("2") has changed`},
		"lost picture":    {func(p *place) error { return remove(p, "3.png") }, 1, "missing or has been changed"},
		"changed picture": {func(p *place) error { return os.WriteFile(filepath.Join(p.out, "3.png"), []byte("x"), 0o600) }, 1, "missing or"},
		"changed photo": {func(p *place) error {
			p.write("b.png", string(mustRead(p.t, filepath.Join(p.dir, "b.png")))+"x")
			return nil
		}, 1, "whose photo has been changed"},
		"missing photo": {func(p *place) error { return os.Remove(filepath.Join(p.dir, "b.png")) }, 0, "4/4"},
		"torn": {func(p *place) error {
			text := p.journal()
			return journal(p, text[:len(text)-30])
		}, 1, "half a line"},
		"torn to an end": {func(p *place) error { return journal(p, strings.TrimSuffix(p.journal(), "\n")) }, 1, "half a line"},
		"torn new line":  {func(p *place) error { return journal(p, p.journal()+`{"status":"o`) }, 0, "half a line"},
		"killed before the journal": {func(p *place) error {
			text := p.journal()
			return journal(p, text[:strings.Index(text, `{"status":"ok","id":"2"`)])
		}, 3, "4/4"},
		"killed before the first result": {func(p *place) error { return remove(p, batch.JournalName) }, 4, "4/4"},
		"half written": {func(p *place) error {
			return errors.Join(os.WriteFile(filepath.Join(p.out, ".deltaedit-batch-0.tmp"), []byte("half"), 0o600), remove(p, "4.png"))
		}, 1, "4/4"},
		"a lock that nobody holds": {func(p *place) error {
			return os.WriteFile(filepath.Join(p.out, batch.LockName), nil, 0o600)
		}, 0, "4/4"},
		"moved": {func(p *place) error {
			to := p.t.TempDir()
			err := os.Rename(p.dir, filepath.Join(to, "moved"))
			p.dir = filepath.Join(to, "moved")
			p.plan, p.out = filepath.Join(p.dir, "plan.jsonl"), filepath.Join(p.dir, "out", "deeper")
			return err
		}, 0, "4/4"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ids = allOK("1", "2", "3", "4")
			p := first(t)
			undisturbed := p.journal()
			if err := c.change(p); err != nil {
				t.Fatal(err)
			}
			f := newFake()
			got := p.run(f, "--resume", "--jobs", "1")
			if got.status != exitOK || f.rendered != c.again || !strings.Contains(got.stderr, c.says) {
				t.Errorf("%d edits were done again, want %d and %q\n%v", f.rendered, c.again, c.says, got)
			}
			a, b := p.check(got.out, ids), p.check(p.journal(), ids)
			if !reflect.DeepEqual(a, b) {
				t.Error("stdout has other results than the journal")
			}
			for id, r := range resultsOf(t, undisturbed) {
				if now := a[id]; now.SHA256 != r.SHA256 && !(name == "changed" && id == "2") {
					t.Errorf("%q is another picture than before", id)
				}
			}
			if n := len(p.files()); n != len(ids)+1 {
				t.Errorf("left %q", p.files())
			}
		})
	}
}

func TestBatchResumeRefuses(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("b.png"))
	if got := p.run(newFake()); got.status != exitOK {
		t.Fatal(got)
	}
	before := p.journal()
	if got := p.run(newFake()); got.status != exitUsage || got.out != "" || !strings.Contains(got.stderr, "go on with it with --resume") {
		t.Errorf("a second run: %v", got)
	}
	p.lines(edit("a.png", `"id":"other"`), edit("b.png"))
	if got := p.run(newFake(), "--resume"); got.status != exitUsage || got.out != "" || !strings.Contains(got.stderr, `no edit with the id "1"`) {
		t.Errorf("another plan: %v", got)
	}
	if p.journal() != before {
		t.Error("the journal was changed")
	}
}

// A changed line that fails leaves no picture of what it was before.
func TestBatchRemovesStalePictures(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("b.png"))
	if got := p.run(newFake()); got.status != exitOK {
		t.Fatal(got)
	}
	p.lines(edit("nowhere.png"), edit("b.png"))
	got := p.run(newFake(), "--resume")
	p.check(p.journal(), map[string]string{"1": batch.StatusFailed, "2": batch.StatusOK})
	if files := p.files(); got.status != exitFailed || !slices.Equal(files, []string{"2.png", batch.JournalName}) {
		t.Errorf("left %q, %v", files, got)
	}
}

func TestBatchAnotherPack(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("b.png"))
	if got := p.run(newFake()); got.status != exitOK {
		t.Fatal(got)
	}
	before := p.journal()
	f := newFake()
	f.manifest = "11"
	got := p.run(f, "--resume")
	if got.status != exitUsage || got.out != "" || f.rendered != 0 || !strings.Contains(got.stderr, "fake 1 (manifest 00…), this is fake 1 (11…): give the same --pack") {
		t.Error(got)
	}
	if p.journal() != before {
		t.Error("the journal was changed")
	}
	p.check(p.journal(), allOK("1", "2"))
}

func TestBatchTwiceAtOnce(t *testing.T) {
	p := newPlace(t, edit("a.png"))
	f := newFake()
	var second outcome
	f.rendering = func(int) error {
		second = p.run(newFake(), "--resume")
		return nil
	}
	got := p.run(f)
	if second.status != exitFailed || second.out != "" || !strings.Contains(second.stderr, "another batch is at work") {
		t.Errorf("the second: %v", second)
	}
	if got.status != exitOK {
		t.Errorf("the first: %v", got)
	}
	p.check(p.journal(), allOK("1"))
}

// Any number of jobs makes the same pictures, with the studio in one
// goroutine's hands, and ends with none of its goroutines left.
func TestBatchJobs(t *testing.T) {
	var lines []string
	ids := map[string]string{}
	for i := range 40 {
		lines = append(lines, edit(string(rune('a'+i/3%3))+".png", fmt.Sprintf(`"strength":%g`, float64(i)/8)))
		ids[fmt.Sprint(i+1)] = batch.StatusOK
	}
	var want map[string]batch.Result
	goroutines := runtime.NumGoroutine()
	for _, jobs := range []string{"1", "2", "7", "64"} {
		p := newPlace(t, lines...)
		f := newFake()
		got := p.run(f, "--jobs", jobs)
		if got.status != exitOK {
			t.Fatal(got)
		}
		res := p.check(p.journal(), ids)
		for id, r := range res {
			if want != nil && r.SHA256 != want[id].SHA256 {
				t.Errorf("with %s jobs %q is another picture", jobs, id)
			}
		}
		if want == nil {
			want = res
		}
		if len(f.opened) != 14 {
			t.Errorf("opened %d photos, want 14", len(f.opened))
		}
	}
	for i := 0; runtime.NumGoroutine() > goroutines && i < 100; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, before there were %d", n, goroutines)
	}
}

func TestBatchCancelled(t *testing.T) {
	for _, jobs := range []string{"1", "4"} {
		p := newPlace(t, edit("a.png"), edit("b.png"), edit("b.png"), edit("c.png"), edit("a.png"), edit("b.png"))
		ctx, cancel := context.WithCancel(t.Context())
		f := newFake()
		f.rendering = func(n int) error {
			if n == 3 {
				cancel() // Ctrl-C
			}
			return nil
		}
		var out, errs bytes.Buffer
		prog := Program{Stdout: &out, Stderr: &errs, Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return f, nil }}
		status := prog.Run(ctx, p.args("--jobs", jobs))
		if status != exitFailed || !strings.Contains(errs.String(), "4 of 6 edits are left: go on with --resume") || !f.closed {
			t.Errorf("status %d, %s", status, &errs)
		}
		p.check(p.journal(), allOK("1", "2"))
		p.check(out.String(), allOK("1", "2"))
		if files := p.files(); len(files) != 3 {
			t.Errorf("left %q", files)
		}
		f = newFake()
		if got := p.run(f, "--resume", "--jobs", jobs); got.status != exitOK || f.rendered != 4 {
			t.Errorf("resumed: %d done, %v", f.rendered, got)
		}
		p.check(p.journal(), allOK("1", "2", "3", "4", "5", "6"))
	}
}

// full is a stream that takes one line.
type full struct{ n int }

func (f *full) Write(b []byte) (int, error) {
	if f.n++; f.n > 1 {
		return 0, errors.New("the pipe is closed")
	}
	return len(b), nil
}

func TestBatchCannotTell(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("b.png"), edit("c.png"))
	var errs bytes.Buffer
	f := newFake()
	prog := Program{Stdout: &full{}, Stderr: &errs, Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return f, nil }}
	if status := prog.Run(t.Context(), p.args("--jobs", "1")); status != exitFailed || !strings.Contains(errs.String(), "the pipe is closed") || f.rendered == 3 {
		t.Errorf("status %d after %d edits, %s", status, f.rendered, &errs)
	}
	if got := p.run(newFake(), "--resume"); got.status != exitOK {
		t.Error(got)
	}
	p.check(p.journal(), allOK("1", "2", "3"))
}

func TestBatchFailures(t *testing.T) {
	for _, step := range []string{"load", "warm"} {
		p := newPlace(t, edit("a.png"))
		f := newFake()
		f.fail[step] = errors.New("the models are gone")
		got := p.run(f)
		if got.status != exitFailed || got.out != "" || p.journal() != "" || !strings.Contains(got.stderr, "the models are gone") {
			t.Errorf("%s: %v", step, got)
		}
		if got := p.run(newFake()); got.status != exitOK {
			t.Errorf("after a failed %s: %v", step, got)
		}
	}
}

func TestBatchByDiffusion(t *testing.T) {
	edit := `"source":"face","target":"smiling face"`
	p := newPlace(t, `{"in":"a.png",`+edit+`}`, `{"id":"d","in":"a.png","engine":"diffusion",`+edit+`}`, `{"id":"s","in":"b.png","engine":"diffusion","steps":40,`+edit+`}`)
	f := newFake()
	var asked []engine.Request
	f.rendering = func(int) error { asked = append(asked, *f.exported); return nil }
	got := p.run(f, "--jobs", "1")
	if got.status != exitOK {
		t.Fatal(got)
	}
	results := p.check(got.out, map[string]string{"1": batch.StatusOK, "d": batch.StatusOK, "s": batch.StatusOK})
	for id, want := range map[string]struct {
		engine string
		steps  int
	}{"1": {"gan", 0}, "d": {"diffusion", 20}, "s": {"diffusion", 40}} {
		if r := results[id]; r.Renderer != want.engine || r.Steps != want.steps {
			t.Errorf("%s: %s with %d steps, want %+v", id, r.Renderer, r.Steps, want)
		}
	}
	if len(asked) != 3 || asked[0].Renderer != engine.GAN || asked[1].Renderer != engine.Diffusion || asked[1].Steps != 0 || asked[2].Steps != 40 {
		t.Errorf("asked for %+v", asked)
	}
	// Of another number of steps another picture is made; the rest stays.
	p.lines(`{"in":"a.png",`+edit+`}`, `{"id":"d","in":"a.png","engine":"diffusion",`+edit+`}`, `{"id":"s","in":"b.png","engine":"diffusion","steps":50,`+edit+`}`)
	if got := p.run(f, "--resume"); got.status != exitOK || len(asked) != 4 || asked[3].Steps != 50 {
		t.Errorf("asked for %+v\n%v", asked, got)
	}
	f.noSteps = true
	q := newPlace(t, `{"id":"x","in":"a.png","engine":"diffusion",`+edit+`}`)
	if got := q.run(f); got.status != exitFailed || !strings.Contains(got.stderr, "--engine gan") {
		t.Errorf("a pack that has none\n%v", got)
	}
}
