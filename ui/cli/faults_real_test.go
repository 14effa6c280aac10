package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/faultlib"
	"deltaedit/engine/pack"
	"deltaedit/ui/internal/nosockets"
)

// The faults that the program is held to, and the tests that hold it. What is
// expected is always the same: a sentence that names what failed and what to do,
// exit status 1, the photo as it was, and no file that is not whole.
//
//	images: truncated                engine/photo TestTruncated, TestDecodeBadInput; here TestRealBadPhotos
//	images: mislabelled              engine/photo TestMislabelled, TestRefusedKinds
//	images: 10⁹ pixels               engine/photo TestHostileHeaders, TestHugeHeaderAllocatesNothing; here TestRealBadPhotos
//	images: bombs, endless GIF       engine/photo TestBombs, TestInflateIsBounded, TestPropertiesAreBounded
//	images: bad ICC, bad EXIF        engine/photo TestBadMetadataInEveryFormat, TestProfilesThatDoNotFit; ui TestPhotoNotices
//	images: whatever                 engine/photo FuzzDecode, FuzzProperties; engine/photo/icc FuzzParse; engine/photo/exif FuzzRewrite
//	pack: hash, file missing or cut  engine/pack TestVerify, TestOpenErrors, TestAddAltered; here TestRealBadPacks
//	pack: tensor missing, shape      engine/onnx TestOpenChecksTensors; here TestRealBadPacks
//	pack: newer version              engine/pack TestReadManifest; here TestRealBadPacks
//	pack: paths and links that leave engine/pack TestReadManifest, TestOpenErrors, TestVerifyStaysInside; engine/onnx TestExternalDataIsRefused
//	pack: killed while it is added   engine/pack TestAddAfterAKill; here TestRealPackAddKilled
//	runtime: missing                 engine/onnx TestLibrary; here TestRealMissingLibrary
//	runtime: old, other machine, cut engine/onnx TestBadLibraries
//	provider: append, session, run   engine/onnx TestProviderFaults, TestUnusableProvider, TestNoDriver; engine/measure TestBadProvidersAreRefused; here TestRealProviderFails, TestRealMeasuredChoice
//	crash in native code             ui/internal/e2e TestCrash; ui TestRestoreAfterACrash; ui/savedstate TestFoundAfterADeath
//	panic in a stage                 engine/worker TestErrorsAndPanicsAreReported; engine/studio TestStorm; here TestBatchSurvivesPanics
//	out of memory                    engine/onnx TestProviderFaults; here TestRealOutOfMemory
//	disk full, read-only             engine/photo TestPlainly; engine/atomicfile TestWriteIsAllOrNothing; here TestRealDisks, TestRealUnwritableFolder
//	stdout full, pipes as targets    here TestStandardOutputIsFull, TestOutIsAPipe, TestOutThatCannotBeWritten
//	no display, no OpenGL, locales   ui TestNoOpenGLIsExplained; ui/cli/locale TestNormalise; ui/internal/e2e TestNoWindowCanBeOpened
//	kill -9 during export            engine/photo TestWritePNGSweeps; here TestRealExportKilled
//	kill -9 during batch             here TestRealBatchKilledAndResumed
//	two instances                    engine/filelock TestAcquire; ui/savedstate TestNothingToFind; here TestRealTwoAtOnce, TestBatchTwiceAtOnce
//	10,000 random events             engine/studio TestStorm
//	no network                       here TestRealWithoutNetwork, TestRealOpensNoSocket, TestNoNetworkNoShell; ui/internal/e2e TestWindowOpensNoSocket
//	queue: killed, cut, full, wrong  engine/queue/chaos TestChaos; engine/queue TestConnectExplains; engine/queue/submit

// program is the program as a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	real(t)
	cmd := exec.Command(os.Args[0], args...)
	// The race detector waits a second before it lets a process end.
	cmd.Env = append(os.Environ(), asProgram+"=1", "GORACE=atexit_sleep_ms=0", "XDG_CACHE_HOME="+t.TempDir())
	return cmd
}

// namespace is the same under Linux's unshare with those flags. Where the system
// does not let anybody do that the test is skipped.
func namespace(t *testing.T, flags string, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("namespaces are Linux's")
	}
	if out, err := exec.Command("unshare", flags, "true").CombinedOutput(); err != nil {
		t.Skipf("unshare %s is not permitted here: %v: %s", flags, err, bytes.TrimSpace(out))
	}
	in := exec.Command("unshare", append([]string{flags, cmd.Path}, cmd.Args[1:]...)...)
	in.Env = cmd.Env
	return in
}

// output runs a command and returns both its outputs.
func output(cmd *exec.Cmd) (out, errs string, err error) {
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err = cmd.Run()
	return o.String(), e.String(), err
}

// onlyWhole fails when the folder holds anything but the files named, each a whole
// picture.
func onlyWhole(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+e.Name()+" ") {
			t.Errorf("left behind: %s", e.Name())
			continue
		}
		pixels(t, filepath.Join(dir, e.Name()))
	}
}

// An edit works without any network, and what it writes names no local path.
func TestRealWithoutNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	in := sampleFiles(t)[0]
	out := filepath.Join(t.TempDir(), "o.png")
	edit := program(t, "edit", "--source", "face", "--target", "old face", "--provider", "cpu", "--json", "--out", out, in)
	dev, _, err := output(namespace(t, "-rn", exec.Command("cat", "/proc/net/dev")))
	if err != nil || strings.Count(dev, ":") != 1 || !strings.Contains(dev, "lo:") {
		t.Fatalf("the namespace has more than the loopback: %s, %v", dev, err)
	}
	stdout, stderr, err := output(namespace(t, "-rn", edit))
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	var res result
	decodeOne(t, stdout, &res)
	if len(res.Faces) != 1 || recipeOf(t, out).Edits[0].Target != "old face" {
		t.Errorf("got %+v", res)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	home, _ := os.UserHomeDir()
	host, _ := os.Hostname()
	for _, secret := range []string{filepath.Dir(in), filepath.Dir(out), real(t), home + "/", os.TempDir() + "/", host} {
		if len(secret) > 3 && bytes.Contains(data, []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
}

// Edits, batches and all other commands but worker and batch --queue open no socket of
// the internet: the system would end the program.
func TestRealOpensNoSocket(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	in := sampleFiles(t)[0]
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan.jsonl")
	if err := os.WriteFile(plan, fmt.Appendf(nil, `{"in":%q,"source":"face","target":"old face"}`, in), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		ends bool
	}{
		"edit":           {[]string{"edit", "--source", "face", "--target", "old face", "--provider", "cpu", "--out", filepath.Join(dir, "o.png"), in}, false},
		"batch":          {[]string{"batch", "--plan", plan, "--out", filepath.Join(dir, "a"), "--provider", "cpu"}, false},
		"embedded queue": {[]string{"batch", "--plan", plan, "--out", filepath.Join(dir, "b"), "--provider", "cpu", "--queue", "embedded"}, false},
		"doctor":         {[]string{"doctor"}, false},
		"queue":          {[]string{"batch", "--plan", plan, "--out", filepath.Join(dir, "c"), "--queue", "nats://127.0.0.1:1"}, true},
		"worker":         {[]string{"worker", "--queue", "nats://127.0.0.1:1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := program(t, c.args...)
			cmd.Env = append(cmd.Env, withoutSockets+"=1", "XDG_STATE_HOME="+t.TempDir())
			_, errs, err := output(cmd)
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			switch {
			case status.ExitStatus() == 77:
				t.Skip(errs)
			case c.ends && status.Signal() != nosockets.Signal:
				t.Errorf("it opened no socket, or sockets are not seen: %v\n%s", err, errs)
			case !c.ends && err != nil:
				t.Errorf("%v\n%s", err, errs)
			}
		})
	}
}

// What is linked into the program opens no connection and starts no program of
// its own accord: no package of this project imports what could, but for bench, which
// starts the program's own file to measure that, the clipboard of Wayland, which runs
// wl-paste and wl-copy, and the queue, which the window does not have and of the commands
// only batch and worker. (The window's library can open a web page; nothing here asks it
// to.)
func TestNoNetworkNoShell(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	cmd := exec.Command("go", "list", "-deps", "-f", `{{if not .Standard}}{{.ImportPath}}{{range .Imports}} {{.}}{{end}}{{end}}`, "deltaedit")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	n, many := 0, 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || (fields[0] != "deltaedit" && !strings.HasPrefix(fields[0], "deltaedit/")) {
			continue
		}
		n++
		queue := fields[0] == "deltaedit/engine/queue" || strings.HasPrefix(fields[0], "deltaedit/engine/queue/")
		for _, imported := range fields[1:] {
			if fromQueue := strings.HasPrefix(imported, "deltaedit/engine/queue") || strings.HasPrefix(imported, "github.com/nats-io/"); fromQueue && !queue {
				if many++; fields[0] != "deltaedit/ui/cli/many" {
					t.Errorf("%s imports %s", fields[0], imported)
				}
			}
			if imported == "deltaedit/ui/cli/many" && fields[0] != "deltaedit/ui/cli" {
				t.Errorf("%s imports %s", fields[0], imported)
			}
			if queue && (imported == "net" || imported == "net/http") {
				continue
			}
			if imported == "os/exec" && (fields[0] == "deltaedit/ui/cli/bench" || fields[0] == "deltaedit/ui/clipimage") {
				continue // see below
			}
			switch imported {
			case "os/exec", "net", "net/http", "net/rpc", "net/smtp", "plugin":
				t.Errorf("%s imports %s", fields[0], imported)
			}
		}
	}
	if n < 20 || many == 0 {
		t.Errorf("only %d packages of the project were looked at, and %d uses of the queue", n, many)
	}
	// Of the commands, those that use the queue are built in batch.go.
	commands, err := filepath.Glob("*.go")
	if err != nil || len(commands) < 16 {
		t.Fatalf("%d files, %v", len(commands), err)
	}
	for _, file := range commands {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") && file != "batch.go" && bytes.Contains(source, []byte(`"deltaedit/ui/cli/many"`)) {
			t.Errorf("%s imports the queue", file)
		}
	}
	starting := []string{"coldstart.go", "coldedit.go"} // they measure the program from its start
	files, err := filepath.Glob("bench/*.go")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") && !slices.Contains(starting, filepath.Base(file)) && bytes.Contains(source, []byte(`"os/exec"`)) {
			t.Errorf("%s imports os/exec", file)
		}
	}
	for _, file := range starting {
		source, err := os.ReadFile(filepath.Join("bench", file))
		if err != nil {
			t.Fatal(err)
		}
		if starts := bytes.Count(source, []byte("exec.Command")); starts != 1 || !bytes.Contains(source, []byte("exec.CommandContext(ctx, executable, ")) {
			t.Errorf("%s starts something else than the program's own file: %d commands", file, starts)
		}
	}
	source, err := os.ReadFile("../clipimage/clipimage.go")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"exec.Command": 1, "tools{": 1, `tools{paste: "wl-paste", copy: "wl-copy"}`: 1, "t.run(": 3, "t.run(nil, t.paste": 2, "t.run(png, t.copy": 1} {
		if n := bytes.Count(source, []byte(text)); n != want {
			t.Errorf("clipimage.go has %q %d times, want %d: it may run the tools of the clipboard alone", text, n, want)
		}
	}
}

// A full disk and a read-only one are reported in plain words. Existing files stay as they
// are, and no new ones are left behind.
func TestRealDisks(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	for name, c := range map[string]struct{ mount, says string }{
		"full":      {`echo old >"$D/o.png"`, "is full"},
		"read-only": {`echo old >"$D/o.png" && mount -o remount,ro "$D"`, "can only be read"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cmd := program(t, "random", "--seed", "1", "--provider", "cpu", "--json", "--out", filepath.Join(dir, "o.png"))
			script := `D="$1"; shift
				mount -t tmpfs -o size=256k none "$D" && ` + c.mount + ` || exit 77
				"$@"; status=$?; echo "left: $(ls -A "$D") $(cat "$D/o.png")"; exit $status`
			sh := exec.Command("sh", append([]string{"-c", script, "sh", dir, cmd.Path}, cmd.Args[1:]...)...)
			sh.Env = cmd.Env
			out, errs, err := output(namespace(t, "-rm", sh))
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == 77 {
				t.Skipf("a disk in memory cannot be mounted here: %s", errs)
			}
			if !errors.As(err, &exit) || exit.ExitCode() != exitFailed || out != "left: o.png old\n" || !strings.Contains(errs, c.says) || !strings.Contains(errs, "o.png") {
				t.Errorf("want status 1, the old file and %q, got %v, %q\n%s", c.says, err, out, errs)
			}
		})
	}
}

// largePhoto is a sample enlarged, so that writing its edit takes a while.
func largePhoto(t *testing.T) string {
	t.Helper()
	small := pixels(t, sampleFiles(t)[0])
	img := image.NewRGBA(image.Rect(0, 0, 2400, 2400))
	draw.ApproxBiLinear.Scale(img, img.Rect, small, small.Rect, draw.Src, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "large.jpg")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// killWhen kills a command as soon as the condition holds, and later by some.
func killWhen(t *testing.T, cmd *exec.Cmd, later time.Duration, ok func() bool) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(time.Millisecond) {
		select {
		case err := <-gone:
			t.Fatalf("it ended (%v) before it could be killed", err)
		default:
		}
		if time.Now().After(end) {
			_ = cmd.Process.Kill()
			t.Fatal("waited in vain for the moment to kill it")
		}
	}
	time.Sleep(later)
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-gone; err == nil {
		t.Log("the kill came too late")
	}
}

// An export that is killed leaves the file as it was, or whole, never half; the
// photo stays, and the next export works.
func TestRealExportKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	in := largePhoto(t)
	photo, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "o.png")
	args := []string{"edit", "--source", "face", "--target", "smiling face", "--provider", "cpu", "--out", out, in}
	temps := func() []string {
		found, _ := filepath.Glob(filepath.Join(dir, ".deltaedit-export-*"))
		return found
	}
	for _, later := range []time.Duration{0, 100 * time.Millisecond} {
		if err := os.WriteFile(out, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		killWhen(t, program(t, args...), later, func() bool { return len(temps()) > 0 })
		if data, err := os.ReadFile(out); err != nil || string(data) != "old" {
			pixels(t, out)
		}
		t.Logf("killed %v after the file was begun; left: %q", later, temps())
		hourAgo := time.Now().Add(-2 * time.Hour)
		for _, path := range temps() {
			if err := os.Chtimes(path, hourAgo, hourAgo); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, errs, err := output(program(t, args...)); err != nil {
		t.Fatalf("%v\n%s", err, errs)
	}
	onlyWhole(t, dir, "o.png")
	if now, err := os.ReadFile(in); err != nil || !bytes.Equal(now, photo) {
		t.Errorf("the photo changed (%v)", err)
	}
}

// A pack is added whole or not at all, wherever the copying is killed.
func TestRealPackAddKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	dir := real(t)
	home := t.TempDir()
	user := filepath.Join(home, "deltaedit", "packs")
	add := func() *exec.Cmd {
		cmd := program(t, "pack", "add", dir)
		cmd.Env = append(cmd.Env, "XDG_DATA_HOME="+home)
		return cmd
	}
	copied := func() int {
		found, _ := filepath.Glob(filepath.Join(user, ".adding-*", "*"))
		return len(found)
	}
	for _, n := range []int{1, 9} {
		killWhen(t, add(), 0, func() bool { return copied() >= n })
		t.Setenv("XDG_DATA_HOME", home)
		t.Setenv(pack.EnvPacks, "")
		for _, l := range pack.List() {
			if strings.HasPrefix(l.Dir, user) {
				t.Errorf("killed after %d files: there is %+v", n, l)
			}
		}
	}
	if _, errs, err := output(add()); err != nil {
		t.Fatalf("%v\n%s", err, errs)
	}
	entries, err := os.ReadDir(user)
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(dir) {
		t.Errorf("in the folder: %v, %v", entries, err)
	}
	if o := run("pack", "verify", filepath.Join(user, filepath.Base(dir))); o.status != exitOK {
		t.Error(o)
	}
}

// Two programs that write the same file at once leave one of both pictures.
func TestRealTwoAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "o.png")
	var wg sync.WaitGroup
	for seed := range 2 {
		cmd := program(t, "random", "--seed", strconv.Itoa(seed), "--provider", "cpu", "--out", out)
		wg.Go(func() {
			if _, errs, err := output(cmd); err != nil {
				t.Errorf("seed %d: %v\n%s", seed, err, errs)
			}
		})
	}
	wg.Wait()
	onlyWhole(t, dir, "o.png")
	if r := recipeOf(t, out); r.Random == nil || (r.Random.Seed != 0 && r.Random.Seed != 1) {
		t.Errorf("recipe %+v", r)
	}
}

// A provider that fails in the middle of an edit gives way to the CPU, which is
// said, where the program chose it; by name it is an error that says what to do. With auto
// a single edit uses the CPU, so a batch is what the program chooses a provider for.
func TestRealProviderFails(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	real(t)
	library, err := onnx.Library()
	if err != nil {
		t.Fatal(err)
	}
	faulty := faultlib.Build(t, library)
	in := sampleFiles(t)[0]
	for _, c := range []struct {
		provider, fault string
		status          int
		says            string
	}{
		// On "cuda" run the probe, what is measured (with auto), the warm-ups and the
		// graphs of inverter and generator. TestRealMeasuredChoice has the later faults.
		{"auto", faultlib.Run + "=6", exitOK, "using the CPU"},
		{"cuda", faultlib.Run + "=3", exitFailed, "auto and cpu do without it"},
		{"cpu", faultlib.Memory + "=5", exitFailed, "not enough memory"},
	} {
		dir := t.TempDir()
		cmd := program(t, "edit", "--source", "face", "--target", "old face", "--provider", c.provider, "--json", "--out", filepath.Join(dir, "o.png"), in)
		if c.provider == "auto" {
			line := fmt.Sprintf(`{"in":%q,"source":"face","target":"old face","out":`, in)
			plan := filepath.Join(t.TempDir(), "plan.jsonl")
			if err := os.WriteFile(plan, []byte(line+"\"o.png\"}\n"+line+"\"p.png\"}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd = program(t, "batch", "--plan", plan, "--provider", c.provider, "--out", dir)
		}
		cmd.Env = append(cmd.Env, faulty.Environ(onnx.EnvLibrary, c.fault)[len(os.Environ()):]...)
		out, errs, err := output(cmd)
		if cmd.ProcessState.ExitCode() != c.status || !strings.Contains(errs, c.says) {
			t.Errorf("%s, %s: %v, want status %d and %q\n%s", c.provider, c.fault, err, c.status, c.says, errs)
		}
		if c.status != exitOK {
			onlyWhole(t, dir, "o.png")
			continue
		}
		if !strings.Contains(errs, "device was lost") {
			t.Errorf("%s: it does not say what failed:\n%s", c.provider, errs)
		}
		var res result
		first, _, _ := strings.Cut(out, "\n")
		if err := json.Unmarshal([]byte(first), &res); err != nil || !strings.Contains(res.Provider, "cpu") {
			t.Errorf("%s: got provider %q, %v", c.provider, res.Provider, err)
		}
		// The picture is that of a healthy machine.
		want := filepath.Join(t.TempDir(), "w.png")
		if o := run("edit", "--source", "face", "--target", "old face", "--out", want, in); o.status != exitOK {
			t.Fatal(o)
		}
		if d := distance(t, pixels(t, filepath.Join(dir, "o.png")), pixels(t, want)); !(d < 0.01) {
			t.Errorf("the picture differs by %g levels", d)
		}
	}
}

// With too little memory the program ends, in whatever way, and leaves nothing
// that is not whole. The race detector needs more address space than there is to
// give, so this is a build without it.
func TestRealOutOfMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real pack")
	}
	real(t)
	if runtime.GOOS != "linux" {
		t.Skip("the limit is set by the shell of Linux")
	}
	binary := filepath.Join(t.TempDir(), "headless")
	if out, err := exec.Command("go", "build", "-o", binary, "./testdata/headless").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	in := largePhoto(t)
	photo, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, mb := range []int{300, 700, 1000, 1300, 1700} {
		dir := t.TempDir()
		cmd := exec.Command("sh", "-c", fmt.Sprintf(`ulimit -v %d && exec "$@"`, mb*1024), "sh",
			binary, "edit", "--source", "face", "--target", "old face", "--provider", "cpu", "--out", filepath.Join(dir, "o.png"), in)
		_, errs, err := output(cmd)
		last := errs[strings.LastIndexByte(strings.TrimSpace(errs), '\n')+1:]
		t.Logf("%d MB: %v: %.200s", mb, err, last)
		if err != nil {
			failed++
			if strings.TrimSpace(errs) == "" {
				t.Errorf("%d MB: it says nothing", mb)
			}
		}
		entries, e := os.ReadDir(dir)
		if e != nil {
			t.Fatal(e)
		}
		for _, entry := range entries {
			if !strings.HasPrefix(entry.Name(), ".") { // a temporary file of a process that fell
				pixels(t, filepath.Join(dir, entry.Name()))
			}
		}
	}
	if failed == 0 {
		t.Error("there was always enough memory")
	}
	if now, err := os.ReadFile(in); err != nil || !bytes.Equal(now, photo) {
		t.Errorf("the photo changed (%v)", err)
	}
}
