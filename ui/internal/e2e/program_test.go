package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"deltaedit/ui/trace"
)

// patience is how long anything may take on a small machine that also does
// other things.
const patience = 180 * time.Second

// root is the repository's.
const root = "../../.."

// program is a DeltaEdit Studio, once it is launched a running one.
type program struct {
	t      *testing.T
	dir    string // its home, with the photo and its exports
	binary string
	photo  string
	log    string
	pid    int
	id     string // the X window
	output bytes.Buffer
	gone   chan struct{} // closed when it has ended
	status error
}

// start builds the program, opens its window on a copy of the photo and waits
// for the first picture.
func start(t *testing.T) *program {
	t.Helper()
	p := build(t)
	p.launch(nil, p.photo)
	p.shown()
	return p
}

// shown waits until the window, in its place, shows the photo and nothing over it.
func (p *program) shown() {
	p.t.Helper()
	p.until("the window to show the photo", func() bool { return p.find(filepath.Base(p.photo)) && p.settled() })
	p.place()
	p.rest("the photo in the resized window")
	p.until("the notices to go", func() bool { return !p.screen().covered() })
}

// build builds the program, and gives it a home with a copy of the photo.
func build(t *testing.T) *program {
	t.Helper()
	if os.Getenv("DISPLAY") == "" {
		t.Fatal("no display: DISPLAY is not set. Run `make test`, or `xvfb-run -a -s '-screen 0 1280x800x24' go test ./ui/...`")
	}
	for _, tool := range []string{"xdotool", "import"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing: run `make setup`, or install the packages xdotool and imagemagick", tool)
		}
	}
	dir := t.TempDir()
	p := &program{
		t: t, dir: dir, binary: filepath.Join(dir, "deltaedit"),
		// A name of its own, since windows are found by their title.
		photo: filepath.Join(dir, fmt.Sprintf("photo-%d%s", os.Getpid(), filepath.Ext(*photoFlag))),
		log:   filepath.Join(dir, "trace"),
	}
	if *screenshotFlag != "" {
		p.photo = filepath.Join(dir, filepath.Base(*photoFlag))
	}
	data, err := os.ReadFile(filepath.Join(root, *photoFlag))
	if err != nil {
		t.Fatal(err)
	}
	write(t, p.photo, string(data))
	config := filepath.Join(dir, "config")
	write(t, filepath.Join(config, "fyne", "app.deltaedit.studio", "preferences.json"),
		fmt.Sprintf(`{"appearance":%q,"folder.export":%q,"licence.told":true}`, *themeFlag, dir))

	build := exec.Command("go", append(append([]string{"build"}, buildFlags...), "-o", p.binary, ".")...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}

	return p
}

// launch starts the program, with settings added to its environment.
func (p *program) launch(env []string, args ...string) {
	t := p.t
	t.Helper()
	cmd := exec.Command(p.binary, args...)
	cmd.Dir = root // for the pack and the library below build/
	cmd.Env = append(os.Environ(),
		"HOME="+p.dir, "XDG_CONFIG_HOME="+filepath.Join(p.dir, "config"),
		"XDG_DATA_HOME="+filepath.Join(p.dir, "data"), "XDG_CACHE_HOME="+filepath.Join(p.dir, "cache"),
		"XDG_STATE_HOME="+filepath.Join(p.dir, "state"),
		"LANG=en_US.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1", fmt.Sprintf("FYNE_SCALE=%g", *scaleFlag),
		trace.Env+"="+p.log)
	cmd.Env = append(cmd.Env, env...)
	p.output.Reset()
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	p.gone, p.pid = gone, cmd.Process.Pid
	go func() {
		p.status = cmd.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
		if t.Failed() {
			t.Logf("the program said:\n%s", p.output.String())
		}
	})
}

// find looks for the program's window by a part of its title.
func (p *program) find(title string) bool {
	out, err := exec.Command("xdotool", "search", "--all", "--onlyvisible", "--pid", strconv.Itoa(p.pid), "--name", title).Output()
	p.id, _, _ = strings.Cut(string(out), "\n")
	return err == nil && p.id != ""
}

// place puts the window where it is looked at.
func (p *program) place() {
	width, height, _ := strings.Cut(*sizeFlag, "x")
	p.do("windowmove", p.id, "0", "0")
	p.do("windowsize", "--sync", p.id, width, height)
	p.do("windowfocus", "--sync", p.id)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition of the outside world, and fails when the program
// ends before.
func (p *program) until(what string, ok func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
		select {
		case <-p.gone:
			p.t.Fatalf("the program ended (%v) while waiting for %s", p.status, what)
		default:
		}
	}
	p.t.Fatalf("waited %v in vain for %s; painted so far: %+v", patience, what, p.painted())
}

// over waits until the program has ended after it was told to.
func (p *program) over(told string) {
	p.t.Helper()
	select {
	case <-p.gone:
	case <-time.After(patience):
		p.t.Fatalf("the program still runs %v after %s", patience, told)
	}
}

// painted reads the frames painted so far.
func (p *program) painted() []trace.Line {
	p.t.Helper()
	lines, err := trace.Read(p.log)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	return lines
}

// last is the frame painted last.
func (p *program) last() trace.Line {
	if all := p.painted(); len(all) > 0 {
		return all[len(all)-1]
	}
	return trace.Line{}
}

func (p *program) settled() bool { return p.last().Settled() }

// rest waits until the newest request's full picture is painted and nothing
// newer has come for a while.
func (p *program) rest(what string) {
	p.t.Helper()
	var since time.Time
	count := -1
	p.until(what, func() bool {
		all := p.painted()
		if len(all) == 0 || !all[len(all)-1].Settled() {
			return false
		}
		if len(all) != count {
			since, count = time.Now(), len(all)
		}
		return time.Since(since) > time.Second
	})
}
