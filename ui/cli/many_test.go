package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"deltaedit/engine"
	"deltaedit/engine/queue/server"
	"deltaedit/engine/recipe"
)

// queueProgram is the command line over a fake, with its own folder of state.
func queueProgram(t *testing.T, f *fake, out, errs *bytes.Buffer) Program {
	t.Helper()
	return Program{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: errs,
		Load:     func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) { return f, nil },
		Identify: func(string) (recipe.Pack, error) { return f.Pack(), nil },
	}
}

// A batch on a queue writes what a batch without one writes: on a server in the process,
// and on another with a worker that is stopped by the end of its context.
func TestBatchOnAQueue(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	lines := []string{edit("a.png"), edit("a.png", `"strength":2`, `"id":"two"`), edit("nowhere.png"), edit("b.png", `"aligned":true`)}
	alone := newPlace(t, lines...)
	if got := alone.run(newFake()); got.status != exitFailed {
		t.Fatal(got)
	}
	want := alone.check(alone.journal(), map[string]string{"1": "ok", "two": "ok", "3": "failed", "4": "ok"})
	s, err := server.Start(server.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, url := range map[string]string{"embedded": "embedded", "another process's": s.ClientURL()} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, lines...)
			if url != "embedded" {
				ctx, stop := context.WithCancel(t.Context())
				var out, errs bytes.Buffer
				ended := make(chan int, 1)
				worker := queueProgram(t, newFake(), &out, &errs)
				go func() { ended <- worker.Run(ctx, []string{"worker", "--queue", url, "--metrics", "0"}) }()
				defer func() {
					stop()
					if status := <-ended; status != exitOK || !strings.Contains(errs.String(), "takes edits for deltaedit") {
						t.Errorf("worker: status %d\n%s", status, &errs)
					}
				}()
			}
			var out, errs bytes.Buffer
			prog := queueProgram(t, newFake(), &out, &errs)
			status := prog.Run(t.Context(), p.args("--queue", url))
			if status != exitFailed || !strings.Contains(errs.String(), "1 of 4 edits failed") || out.String() != p.journal() {
				t.Fatalf("status %d\n%s\n%s", status, &out, &errs)
			}
			for id, r := range p.check(p.journal(), map[string]string{"1": "ok", "two": "ok", "3": "failed", "4": "ok"}) {
				w := want[id]
				if r.SHA256 != w.SHA256 || r.Line != w.Line || r.Photo != w.Photo || r.Error != strings.ReplaceAll(w.Error, alone.dir, p.dir) {
					t.Errorf("%q: got %+v, want %+v", id, r, w)
				}
			}
			if got := p.files(); len(got) != 4 {
				t.Errorf("in the folder: %q", got)
			}
			// Going on repeats what failed alone.
			p.write("nowhere.png", readFile(t, filepath.Join(p.dir, "c.png")))
			f := newFake()
			out.Reset()
			prog = queueProgram(t, f, &out, &errs)
			if status := prog.Run(t.Context(), p.args("--queue", url, "--resume")); status != exitOK {
				t.Fatalf("status %d\n%s", status, &errs)
			}
			p.check(out.String(), allOK("1", "two", "3", "4"))
			if url == "embedded" && f.rendered != 1 {
				t.Errorf("%d edits were made again, want 1", f.rendered)
			}
		})
	}
	state := filepath.Join(os.Getenv("XDG_STATE_HOME"), "deltaedit", "queue")
	if left, err := os.ReadDir(state); err != nil || len(left) != 0 {
		t.Errorf("left in the folder of state: %v, %v", left, err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestQueueWrongUsage(t *testing.T) {
	p := newPlace(t, edit("a.png"))
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"login without a queue":  {p.args("--queue-login", "x"), "no --queue"},
		"shared without a queue": {p.args("--shared-files"), "no --queue"},
		"no address":             {p.args("--queue", "localhost"), "nats://HOST:PORT"},
		"two identities":         {p.args("--queue", "nats://localhost:1", "--queue-login", "x", "--queue-nkey", "y"), "want one of"},
		"half a certificate":     {p.args("--queue", "nats://localhost:1", "--queue-cert", "x"), "belong together"},
		"listen elsewhere":       {p.args("--queue", "nats://localhost:1", "--queue-listen", "127.0.0.1:1"), "--queue embedded"},
		"nkey embedded":          {p.args("--queue", "embedded", "--queue-nkey", "x"), "--queue-login alone"},
		"shard":                  {p.args("--shard", "9/8"), "such as 3/8"},
		"worker without":         {[]string{"worker"}, "missing --queue"},
		"worker embedded":        {[]string{"worker", "--queue", "embedded"}, "brings its own worker"},
		"worker ahead":           {[]string{"worker", "--queue", "nats://localhost:1", "--ahead", "0"}, "1 to 1024, got 0"},
		"worker jobs":            {[]string{"worker", "--queue", "nats://localhost:1", "--jobs", "65"}, "1 to 64, got 65"},
		"worker address":         {[]string{"worker", "--queue", "localhost"}, "nats://HOST:PORT"},
		"worker argument":        {[]string{"worker", "x"}, "too many"},
		"merge without":          {[]string{"merge"}, "missing --out"},
		"merge nothing":          {[]string{"merge", "--out", t.TempDir()}, "no folders of shards"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			if got := call(t, f, c.args...); got.status != exitUsage || got.out != "" || !strings.Contains(got.stderr, c.says) || f.options != (engine.Options{}) {
				t.Errorf("want status 2 and %q\n%v", c.says, got)
			}
		})
	}
	// What only the world can tell is no wrong usage.
	f := newFake()
	f.fail["load"] = os.ErrNotExist
	for _, args := range [][]string{{"worker", "--queue", "nats://127.0.0.1:1"}, p.args("--queue", "nats://127.0.0.1:1", "--pack", "none")} {
		if got := call(t, f, args...); got.status != exitFailed {
			t.Errorf("%q: %v", args, got)
		}
	}
}

// Shards together, merged, are what the whole batch is.
func TestBatchShards(t *testing.T) {
	p := newPlace(t, edit("a.png"), edit("a.png", `"strength":2`), edit("b.png"), edit("c.png"))
	for _, s := range []string{"1/2", "2/2", "5/5"} {
		if got := p.run(newFake(), "--shard", s); got.status != exitOK {
			t.Fatal(got)
		}
	}
	if got := call(t, newFake(), "merge", "--out", p.out); got.status != exitOK || !strings.Contains(got.stderr, "4 edits") {
		t.Fatal(got)
	}
	p.check(p.journal(), allOK("1", "2", "3", "4"))
	if got := p.files(); len(got) != 5 {
		t.Errorf("in the folder: %q", got)
	}
	f := newFake()
	if got := p.run(f, "--resume"); got.status != exitOK || f.rendered != 0 {
		t.Errorf("going on does %d edits again\n%v", f.rendered, got)
	}
}

// flagsOf checks that a command line of this program is one that it takes.
func flagsOf(t *testing.T, where string, args []string) {
	t.Helper()
	p := Program{}
	root := p.root()
	cmd, rest, err := root.Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil || cmd == root {
		t.Errorf("%s: %q: %v", where, args, err)
	}
}

// The files for other machines name flags, images and streams that there are, and can be
// parsed by those who read them.
func TestDeployFiles(t *testing.T) {
	const dir = "../../assets/deploy"
	lines := 0
	for _, name := range []string{"slurm-workers.sbatch", "slurm-shards.sbatch", "deltaedit-worker.service"} {
		text := strings.ReplaceAll(readFile(t, filepath.Join(dir, name)), "\\\n", " ")
		for line := range strings.Lines(text) {
			if i := strings.Index(line, "deltaedit "); i >= 0 && !strings.HasPrefix(line, "#") {
				lines++
				words := strings.Fields(strings.NewReplacer(`"$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"`, "1/2", `"`, "").Replace(line[i:]))
				flagsOf(t, name, words[1:])
			}
		}
		if strings.HasSuffix(name, ".sbatch") {
			if out, err := exec.Command("bash", "-n", filepath.Join(dir, name)).CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", name, err, out)
			}
		}
	}
	kinds := map[string]bool{}
	for _, name := range []string{"kubernetes.yaml", "kubernetes-shards.yaml"} {
		decoder := yaml.NewDecoder(strings.NewReader(readFile(t, filepath.Join(dir, name))))
		for {
			var document struct {
				Kind     string                `yaml:"kind"`
				Metadata struct{ Name string } `yaml:"metadata"`
				Spec     struct {
					Triggers []struct {
						Type     string
						Metadata map[string]string
					} `yaml:"triggers"`
					Template struct {
						Spec struct {
							Containers []struct {
								Image         string
								Command, Args []string
							}
						}
					}
				}
			}
			if decoder.Decode(&document) != nil {
				break
			}
			kinds[document.Kind] = true
			for _, c := range document.Spec.Template.Spec.Containers {
				if c.Image != "deltaedit:"+engine.Version {
					t.Errorf("%s: image %q, want version %s", name, c.Image, engine.Version)
				}
				lines++
				args := c.Args
				if len(c.Command) > 0 {
					args = strings.Fields(strings.NewReplacer(`"$((JOB_COMPLETION_INDEX + 1))/8"`, "1/8", "exec deltaedit ", "").Replace(c.Args[0]))
				}
				flagsOf(t, name, args)
			}
			for _, trigger := range document.Spec.Triggers {
				if trigger.Type != "nats-jetstream" || trigger.Metadata["stream"] != "DELTAEDIT_TASKS" {
					t.Errorf("%s: trigger %+v", name, trigger)
				}
			}
		}
	}
	if lines != 5 || !kinds["Deployment"] || !kinds["ScaledObject"] || !kinds["Job"] || !kinds["Secret"] {
		t.Errorf("looked at %d command lines, and at %v", lines, kinds)
	}
	docker := readFile(t, filepath.Join(dir, "Dockerfile"))
	for _, want := range []string{"FROM debian:12-slim", "COPY deltaedit_*.deb", "USER 10001", `ENTRYPOINT ["deltaedit"]`} {
		if !strings.Contains(docker, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	i := strings.Index(docker, "CMD ")
	var args []string
	if err := json.Unmarshal([]byte(docker[i+len("CMD "):]), &args); err != nil || !slices.Equal(args, []string{"worker", "--help"}) {
		t.Errorf("the container's command is %q, %v", args, err)
	}
}

// A batch that is stopped by a signal's end of its context can go on.
func TestQueuedBatchStopped(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	p := newPlace(t, edit("a.png"), edit("b.png"), edit("c.png"))
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	f := newFake()
	f.rendering = func(n int) error {
		if n == 2 {
			stop()
		}
		return nil
	}
	var out, errs bytes.Buffer
	prog := queueProgram(t, f, &out, &errs)
	if status := prog.Run(ctx, p.args("--queue", "embedded")); status != exitFailed || !strings.Contains(errs.String(), "go on with --resume") {
		t.Fatalf("status %d\n%s", status, &errs)
	}
	out.Reset()
	prog = queueProgram(t, newFake(), &out, &errs)
	if status := prog.Run(t.Context(), p.args("--queue", "embedded", "--resume")); status != exitOK {
		t.Fatalf("status %d\n%s", status, &errs)
	}
	p.check(out.String(), allOK("1", "2", "3"))
	if slices.ContainsFunc(p.files(), func(name string) bool { return strings.HasPrefix(name, ".") }) {
		t.Errorf("in the folder: %q", p.files())
	}
}
