package cli

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
)

// newRealPlace is a place with small photos of people and a plan of two edits of
// each: n lines, n even.
func newRealPlace(t *testing.T, n int) *place {
	t.Helper()
	p := newPlace(t)
	samples := sampleFiles(t)
	var lines []string
	for i := range n / 2 {
		img := photo.Thumbnail(pixels(t, samples[i%len(samples)]), 256+16*i)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d.jpg", i)
		p.write(name, b.String())
		lines = append(lines,
			fmt.Sprintf(`{"id":"smile %d","in":%q,"source":"face","target":"smiling face","strength":%g}`, i, name, 1+float64(i)/8),
			fmt.Sprintf(`{"id":"alt %d","in":%q,"edits":[{"source":"face","target":"old face"},{"source":"face","target":"face with a beard","strength":0.5}]}`, i, name))
	}
	p.lines(lines...)
	return p
}

// child starts the program on the place as a process of its own.
func (p *place) child(out, errs *bytes.Buffer, more ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.Command(os.Args[0], p.args(append([]string{"--provider", "cpu"}, more...)...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}

// waitFor waits until the journal has n whole lines.
func (p *place) waitFor(n int) {
	p.t.Helper()
	for range 15000 {
		if strings.Count(p.journal(), "\n") >= n {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatalf("after five minutes the journal has fewer than %d results", n)
}

// whole checks what a stopped batch left: every whole line of the journal stands
// for its picture, no id comes twice, and no picture is cut short. It returns the
// number of results.
func (p *place) whole() int {
	p.t.Helper()
	text := p.journal()
	text = text[:strings.LastIndexByte(text, '\n')+1]
	for id, r := range resultsOf(p.t, text) {
		if r.Status != batch.StatusOK || hashOf(p.t, filepath.Join(p.out, r.Out)) != r.SHA256 {
			p.t.Errorf("%q: %+v", id, r)
		}
	}
	for _, name := range p.files() {
		if strings.HasSuffix(name, ".png") {
			pixels(p.t, filepath.Join(p.out, name))
		}
	}
	return strings.Count(text, "\n")
}

func TestRealBatchKilledAndResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	real(t)
	const n = 12
	p := newRealPlace(t, n)
	killed := p.out

	p.out = filepath.Join(p.dir, "undisturbed")
	if o := run(p.args("--provider", "cpu", "--jobs", "1")...); o.status != exitOK {
		t.Fatal(o)
	}
	undisturbed := resultsOf(t, p.journal())
	want := map[string]string{}
	for id := range undisturbed {
		want[id] = batch.StatusOK
	}
	if len(want) != n {
		t.Fatalf("%d results, want %d", len(want), n)
	}
	// A batch and a single edit make the same file.
	alone := filepath.Join(p.dir, "alone.png")
	o := run("edit", "--source", "face", "--target", "smiling face", "--json", "--out", alone, filepath.Join(p.dir, "0.jpg"))
	var single result
	decodeOne(t, o.out, &single)
	if r := undisturbed["smile 0"]; hashOf(t, alone) != r.SHA256 || single.Size != *r.Size || len(single.Faces) != len(r.Faces) ||
		single.Prompts[0].Confidence != r.Prompts[0].Confidence || single.Provider != r.Provider || single.Pack.Manifest != r.Pack.Manifest {
		t.Errorf("edit gives %+v, batch %+v", single, r)
	}

	p.out = killed
	var out, errs bytes.Buffer
	for i, stop := range []struct {
		signal  syscall.Signal
		results int           // that are there first
		later   time.Duration // to stop in different places
	}{
		{syscall.SIGKILL, 1, 0},
		{syscall.SIGKILL, 4, 60 * time.Millisecond},
		{syscall.SIGKILL, 7, 250 * time.Millisecond},
		{syscall.SIGTERM, 9, 0},
	} {
		out.Reset()
		errs.Reset()
		cmd := p.child(&out, &errs, "--resume", "--jobs", "3")
		p.waitFor(stop.results)
		time.Sleep(stop.later)
		if err := cmd.Process.Signal(stop.signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Errorf("stop %d came too late: the batch had ended", i)
		}
		t.Logf("stopped with %v after %d results; in the folder: %q", stop.signal, p.whole(), p.files())
	}
	if !strings.Contains(errs.String(), "go on with --resume") || !strings.Contains(errs.String(), "cancelled") {
		t.Errorf("after SIGTERM: %s", &errs)
	}
	for _, name := range p.files() {
		if strings.HasPrefix(name, ".") {
			t.Errorf("SIGTERM left %q behind", name)
		}
	}

	o = run(p.args("--provider", "cpu", "--resume")...)
	if o.status != exitOK {
		t.Fatal(o)
	}
	p.check(o.out, want)
	files := []string{batch.JournalName}
	for id, r := range p.check(p.journal(), want) {
		if r.SHA256 != undisturbed[id].SHA256 {
			t.Errorf("%q is another picture than in the undisturbed run", id)
		}
		files = append(files, r.Out)
	}
	slices.Sort(files)
	if got := p.files(); !slices.Equal(got, files) {
		t.Errorf("left %q, want %q", got, files)
	}
}
