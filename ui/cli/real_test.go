package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"maps"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"deltaedit/assets"
	"deltaedit/engine"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/ui/cli/bench"
	"deltaedit/ui/internal/nosockets"
)

// asProgram lets the test binary be the program, for what a process can do
// only once.
const asProgram = "DELTAEDIT_TEST_AS_PROGRAM"

// withoutSockets has it be the program under a system that ends it when it opens a socket
// of the internet.
const withoutSockets = "DELTAEDIT_TEST_WITHOUT_SOCKETS"

func TestMain(m *testing.M) {
	if os.Getenv(withoutSockets) != "" {
		os.Unsetenv(withoutSockets)
		fmt.Fprintln(os.Stderr, nosockets.Exec(os.Args))
		os.Exit(77)
	}
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}.Run(ctx, os.Args[1:])
		stop()
		os.Exit(status)
	}
	os.Exit(withCache(m.Run))
}

// withCache calls f with a cache folder of its own, and removes that.
func withCache(f func() int) int {
	dir, err := os.MkdirTemp("", "deltaedit-cache-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("XDG_CACHE_HOME", dir)
	return f()
}

// real fails the test when set-up has not been run, and returns the folder of
// the built-in pack.
func real(t *testing.T) string {
	t.Helper()
	if _, err := onnx.Library(); err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	dir, err := pack.Find("")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	return dir
}

// run runs the command line over the real engine, on the CPU where the command
// can choose.
func run(args ...string) outcome {
	var out, errs bytes.Buffer
	if slices.Contains([]string{"edit", "invert", "random", "bench"}, args[0]) && !slices.Contains(args, "--provider") {
		args = append([]string{args[0], "--provider", "cpu"}, args[1:]...)
	}
	status := Run(args, strings.NewReader(""), &out, &errs)
	return outcome{status, out.String(), errs.String()}
}

func sampleFiles(t *testing.T) []string {
	t.Helper()
	samples, err := assets.Samples()
	if err != nil || len(samples) == 0 {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	dir := t.TempDir()
	var out []string
	for _, s := range samples {
		path := filepath.Join(dir, s.Name)
		if err := os.WriteFile(path, s.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		out = append(out, path)
	}
	return out
}

func pixels(t *testing.T, path string) *image.NRGBA {
	t.Helper()
	p, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return p.Image
}

// distance is the mean absolute difference of two pictures in levels.
func distance(t *testing.T, a, b *image.NRGBA) float64 {
	t.Helper()
	if a.Rect != b.Rect {
		t.Fatalf("sizes %v and %v", a.Rect, b.Rect)
	}
	sum := 0.0
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

func recipeOf(t *testing.T, path string) recipe.Recipe {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := photo.ReadText(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRealRandomIsTheSameAgain(t *testing.T) {
	real(t)
	dir := t.TempDir()
	var got []*image.NRGBA
	for i, seed := range []string{"42", "42", "43"} {
		out := filepath.Join(dir, fmt.Sprint(i, ".png"))
		if o := run("random", "--seed", seed, "--out", out); o.status != exitOK {
			t.Fatal(o)
		}
		got = append(got, pixels(t, out))
	}
	if !bytes.Equal(got[0].Pix, got[1].Pix) {
		t.Error("the same seed made another picture")
	}
	if d := distance(t, got[0], got[2]); !(d > 5) {
		t.Errorf("another seed differs by %g levels only", d)
	}
	if got[0].Rect.Size() != image.Pt(1024, 1024) {
		t.Errorf("size %v", got[0].Rect.Size())
	}
	if d := spread(got[0]); !(d > 20) {
		t.Errorf("the face is flat: standard deviation %g levels", d)
	}
	if r := recipeOf(t, filepath.Join(dir, "0.png")); r.Random == nil || r.Random.Seed != 42 || r.Provider != "cpu" {
		t.Errorf("recipe %+v", r)
	}
}

func spread(img *image.NRGBA) float64 {
	var n, sum, square float64
	for i := 0; i < len(img.Pix); i += 4 {
		v := float64(img.Pix[i+1])
		n, sum, square = n+1, sum+v, square+v*v
	}
	return math.Sqrt(square/n - sum*sum/n/n)
}

func TestRealEdits(t *testing.T) {
	real(t)
	random := filepath.Join(t.TempDir(), "random.png")
	if o := run("random", "--seed", "7", "--out", random); o.status != exitOK {
		t.Fatal(o)
	}
	for _, in := range append(sampleFiles(t), random) {
		t.Run(filepath.Base(in), func(t *testing.T) {
			original := pixels(t, in)
			dir := t.TempDir()
			shots := map[string]*image.NRGBA{}
			for _, strength := range []string{"-1", "0", "1", "2"} {
				out := filepath.Join(dir, strength+".png")
				o := run("edit", "--source", "face", "--target", "smiling face", "--strength", strength, "--json", "--out", out, in)
				if o.status != exitOK {
					t.Fatal(o)
				}
				var res result
				decodeOne(t, o.out, &res)
				checkResult(t, res, original)
				shots[strength] = pixels(t, out)
				r := recipeOf(t, out)
				if r.Source.Name != filepath.Base(in) || fmt.Sprint(r.Edits[0].Strength) != strength {
					t.Errorf("recipe %+v", r)
				}
			}
			if !bytes.Equal(shots["0"].Pix, original.Pix) {
				t.Error("strength 0 changed pixels")
			}
			one, two := distance(t, shots["1"], original), distance(t, shots["2"], original)
			back := distance(t, shots["-1"], original)
			across := distance(t, shots["-1"], shots["1"])
			t.Logf("mean change in levels: strength -1 %.3f, 1 %.3f, 2 %.3f, from -1 to 1 %.3f", back, one, two, across)
			if !(one > 0.01) || !(back > 0.01) || !(two > one) || !(across > max(one, back)) {
				t.Error("the strengths do not change the picture steadily")
			}
		})
	}
}

func checkResult(t *testing.T, res result, original *image.NRGBA) {
	t.Helper()
	if res.Provider != "cpu" || len(res.Faces) == 0 || len(res.Prompts) != 1 || len(res.Prompts[0].Nearest) == 0 {
		t.Errorf("result %+v", res)
	}
	if c := res.Prompts[0].Confidence; !(c > 0 && c <= 1) || !res.Prompts[0].Known {
		t.Errorf("\"smiling face\" is known with confidence %g, known %t", c, res.Prompts[0].Known)
	}
	if res.Size != [2]int{original.Rect.Dx(), original.Rect.Dy()} {
		t.Errorf("size %v, want %v", res.Size, original.Rect.Size())
	}
	for _, name := range engine.TimingNames() {
		v, ok := res.Timings[name]
		if !ok || v < 0 {
			t.Errorf("timings_ms: %s is %g, there: %t", name, v, ok)
		}
	}
	for _, name := range []string{"decode", "detect", "invert", "text", "delta", "encode", "total"} {
		if res.Timings[name] == 0 {
			t.Errorf("timings_ms: %s took no time", name)
		}
	}
}

func TestRealStackingAndAligned(t *testing.T) {
	real(t)
	in := sampleFiles(t)[0]
	dir := t.TempDir()
	base := []string{"edit", "--aligned", "--source", "face", "--target", "smiling face"}
	more := []string{"--source", "face", "--target", "old face", "--strength", "0.5", "--strength", "0.5"}
	a, b := filepath.Join(dir, "a.png"), filepath.Join(dir, "b.png")
	if o := run(append(slices.Clone(base), "--strength", "0.5", "--out", a, in)...); o.status != exitOK {
		t.Fatal(o)
	}
	if o := run(append(append(slices.Clone(base), more...), "--out", b, in)...); o.status != exitOK {
		t.Fatal(o)
	}
	x, y := pixels(t, a), pixels(t, b)
	if x.Rect.Size() != image.Pt(1024, 1024) {
		t.Errorf("the aligned square is %v", x.Rect.Size())
	}
	if d := distance(t, x, y); !(d > 0.1) {
		t.Errorf("the second edit changes %g levels", d)
	}
	if r := recipeOf(t, b); len(r.Edits) != 2 || !r.Aligned {
		t.Errorf("recipe %+v", r)
	}
}

// The second edit of a photo uses the inversion of the first, and the picture is the same;
// damage is not noticed, --no-cache writes nothing, and doctor clears the folder.
func TestRealInversionIsKept(t *testing.T) {
	real(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	in, dir := sampleFiles(t)[0], t.TempDir()
	kept := func() []string {
		t.Helper()
		all, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "deltaedit", "inversions", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	edit := func(name string, flags ...string) (picture []byte) {
		t.Helper()
		out := filepath.Join(dir, name)
		args := append([]string{"edit", "--source", "face", "--target", "smiling face", "--out", out}, flags...)
		if o := run(append(args, in)...); o.status != exitOK {
			t.Fatal(o)
		}
		return pixels(t, out).Pix
	}
	want := edit("none.png", "--no-cache")
	if got := kept(); len(got) != 0 {
		t.Errorf("--no-cache keeps %v", got)
	}
	for _, name := range []string{"first.png", "second.png", "damaged.png"} {
		if name == "damaged.png" {
			if err := os.WriteFile(kept()[0], []byte("damaged"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := edit(name); !bytes.Equal(got, want) {
			t.Errorf("%s: another picture", name)
		}
		if got := kept(); len(got) != 1 {
			t.Errorf("%s: kept %v, want one file", name, got)
		}
	}
	if o := run("doctor"); !strings.Contains(o.out, "reconstructions of faces: 1 kept, 8 MB") {
		t.Errorf("doctor does not tell: %v", o)
	}
	if o := run("doctor", "--clear-cache"); o.status != exitOK || !strings.Contains(o.stderr, "reconstructions removed: 1") || len(kept()) != 0 {
		t.Errorf("%v, left %v", o, kept())
	}
}

func TestRealInvert(t *testing.T) {
	real(t)
	for _, in := range sampleFiles(t) {
		dir := t.TempDir()
		whole, square := filepath.Join(dir, "whole.png"), filepath.Join(dir, "square.png")
		if o := run("invert", "--out", whole, in); o.status != exitOK {
			t.Fatal(o)
		}
		if o := run("invert", "--aligned", "--json", "--out", square, in); o.status != exitOK {
			t.Fatal(o)
		}
		original := pixels(t, in)
		if d := distance(t, pixels(t, whole), original); !(d > 0 && d < 30) {
			t.Errorf("%s: the reconstruction differs by %g levels", filepath.Base(in), d)
		}
		if got := pixels(t, square).Rect.Size(); got != image.Pt(1024, 1024) {
			t.Errorf("the aligned square is %v", got)
		}
		if r := recipeOf(t, square); r.Task != recipe.TaskInvert || !r.Aligned {
			t.Errorf("recipe %+v", r)
		}
	}
}

// TestRealRefine takes a few steps for the face alone and within the photo.
func TestRealRefine(t *testing.T) {
	p, err := pack.Open(real(t))
	if err != nil {
		t.Fatal(err)
	}
	if !p.Has("refiner") {
		t.Skip("the built pack is of before the refiner: run make setup")
	}
	in := sampleFiles(t)[0]
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"square.png": {"invert", "--aligned"},
		"whole.png":  {"edit", "--source", "face", "--target", "old face"},
	} {
		out := filepath.Join(dir, name)
		o := run(append(args, "--refine", "6", "--json", "--out", out, in)...)
		if o.status != exitOK {
			t.Fatal(o)
		}
		var res result
		if err := json.Unmarshal([]byte(o.out), &res); err != nil {
			t.Fatal(err)
		}
		if r := res.Refine; r == nil || r.Steps != 6 || !(r.After < 0.7*r.Before) || res.Timings["refine"] <= 0 {
			t.Errorf("%s: refine %+v, timings %v", name, r, res.Timings)
		}
		if r := recipeOf(t, out); !slices.Equal(r.Refine, []int{6}) {
			t.Errorf("%s: recipe %+v", name, r)
		}
		if !strings.Contains(o.stderr, "refined in 6 steps") {
			t.Errorf("%s: %s", name, o.stderr)
		}
	}
}

func TestRealEmbed(t *testing.T) {
	real(t)
	vector := func(args ...string) []float64 {
		t.Helper()
		o := run(append([]string{"embed"}, args...)...)
		if o.status != exitOK {
			t.Fatal(o)
		}
		var v []float64
		decodeOne(t, o.out, &v)
		n := 0.0
		for _, x := range v {
			n += x * x
		}
		if !(math.Abs(n-1) < 1e-4) {
			t.Errorf("%q: squared length %g, want 1", args, n)
		}
		return v
	}
	a, b := vector("--text", "a smiling woman"), vector("--text", "an old man with a beard")
	img := vector("--image", sampleFiles(t)[0])
	if len(a) != len(b) || len(a) != len(img) {
		t.Errorf("lengths %d, %d, %d", len(a), len(b), len(img))
	}
	if slices.Equal(a, b) {
		t.Error("two texts have one vector")
	}
	for _, empty := range []string{"", " \t"} {
		if o := run("embed", "--text", empty); o.status != exitFailed || o.out != "" {
			t.Errorf("%q: %v", empty, o)
		}
	}
}

func TestRealBench(t *testing.T) {
	real(t)
	o := run("bench", "--json", "--runs", "1", "--steps", "10")
	if o.status != exitOK {
		t.Fatal(o)
	}
	var res bench.Result
	decodeOne(t, o.out, &res)
	for _, name := range engine.TimingNames() {
		if !(res.Timings[name] > 0) {
			t.Errorf("%s took %g ms", name, res.Timings[name])
		}
	}
	if res.Steps != 0 && (res.Steps != 10 || !(res.Timings["diffusion_decode"] > 9*res.Timings["diffusion_step"])) {
		t.Errorf("%d steps, %v", res.Steps, res.Timings)
	}
	if res.Timings["total"] < res.Timings["synth_final"] || !(res.Extra["slider_preview"] > 0) || !(res.Extra["load"] > 0) {
		t.Errorf("got %+v", res)
	}
}

func TestRealDoctorAndPacks(t *testing.T) {
	dir := real(t)
	o := run("doctor", "--json")
	var h health
	decodeOne(t, o.out, &h)
	if o.status != exitOK || !h.OK || h.Runtime.Version == "" || len(h.Packs) == 0 || !h.Packs[0].OK {
		t.Errorf("%+v\n%v", h, o)
	}
	cpu := slices.IndexFunc(h.Providers, func(p providerHealth) bool { return p.Name == "cpu" })
	if cpu < 0 || !h.Providers[cpu].Usable {
		t.Errorf("providers %+v", h.Providers)
	}
	if h.Auto == nil || h.Auto.Pack != "faces" || len(h.Auto.Candidates) < 2 || h.Auto.Decided != (h.Auto.Provider != "") {
		t.Errorf("the choice of the provider: %+v", h.Auto)
	}
	if o := run("doctor"); !strings.Contains(o.out, h.Runtime.Version) || !strings.Contains(o.out, "faces") {
		t.Error(o)
	}
	if o := run("pack", "verify"); o.status != exitOK || !strings.Contains(o.out, "faces") {
		t.Error(o)
	}
	if o := run("pack", "verify", dir); o.status != exitOK {
		t.Error(o)
	}
	if o := run("pack", "list"); o.status != exitOK || !strings.Contains(o.out, dir) {
		t.Error(o)
	}
	if o := run("pack", "verify", "nosuchpack"); o.status != exitFailed || !strings.Contains(o.stderr, "nosuchpack") {
		t.Error(o)
	}
}

func TestRealPackAdd(t *testing.T) {
	dir := real(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	o := run("pack", "add", dir)
	if o.status != exitOK {
		t.Fatal(o)
	}
	added := strings.TrimSpace(strings.TrimPrefix(o.out, "added "))
	if o := run("pack", "verify", added); o.status != exitOK {
		t.Error(o)
	}
	if o := run("pack", "add", dir); o.status != exitFailed || !strings.Contains(o.stderr, "there already") {
		t.Errorf("adding twice: %v", o)
	}
}

// badPack shares the built-in pack's files, all but one, which change gets the
// contents of; nil leaves it out.
func badPack(t *testing.T, file string, change func([]byte) []byte) string {
	t.Helper()
	from, to := real(t), t.TempDir()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case filepath.ToSlash(rel) != file:
			return share(path, target)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if data = change(data); data == nil {
			return nil
		}
		return os.WriteFile(target, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// share makes target the same file, by a hard link where the disk lets it: a
// symbolic link would lead out of the pack.
func share(path, target string) error {
	if os.Link(path, target) == nil {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(target, data, 0o600)
}

func TestRealBadPacks(t *testing.T) {
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	remove := func([]byte) []byte { return nil }
	rewrite := func(from, to string) func([]byte) []byte {
		return func(b []byte) []byte {
			out := bytes.Replace(b, []byte(from), []byte(to), 1)
			if bytes.Equal(out, b) {
				t.Fatalf("the manifest has no %s", from)
			}
			return out
		}
	}
	cases := map[string]struct {
		file   string
		change func([]byte) []byte
		says   string
	}{
		"altered file": {"vocab.txt", flip, "vocab.txt"},
		"missing file": {"mapping.onnx", remove, "mapping.onnx"},
		"cut file":     {"affine.onnx", func(b []byte) []byte { return b[:len(b)/2] }, "affine.onnx"},
		"no manifest":  {pack.ManifestName, remove, "manifest.json"},
		"manifest cut": {pack.ManifestName, func(b []byte) []byte { return b[:len(b)/2] }, "manifest"},
		"later format": {pack.ManifestName, rewrite(`"format": 1`, `"format": 9`), "unknown pack format 9: this program reads format 1; update the program"},
		// The models of other stages than the command's own count as well.
		"wrong shape": {pack.ManifestName, func(b []byte) []byte {
			out := regexp.MustCompile(`(?s)("image_encoder": \{.*?)128,`).ReplaceAll(b, []byte("${1}127,"))
			if bytes.Equal(out, b) {
				t.Fatal("the manifest has no image encoder of side 128")
			}
			return out
		}, `input "image"`},
		"wrong tensor":    {pack.ManifestName, rewrite(`"name": "z"`, `"name": "y"`), `"y"`},
		"path that leads": {pack.ManifestName, rewrite(`"vocab.txt": {`, `"../vocab.txt": {`), "../vocab.txt"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := badPack(t, c.file, c.change)
			out := filepath.Join(t.TempDir(), "o.png")
			for _, args := range [][]string{
				{"random", "--seed", "1", "--pack", dir, "--json", "--out", out},
				{"pack", "verify", dir},
				{"pack", "add", dir},
			} {
				t.Setenv("XDG_DATA_HOME", t.TempDir())
				o := run(args...)
				if o.status != exitFailed || o.out != "" || !strings.Contains(o.stderr, c.says) {
					t.Errorf("%s: want status 1 and %q\n%v", args[0], c.says, o)
				}
				left, err := filepath.Glob(filepath.Join(os.Getenv("XDG_DATA_HOME"), "deltaedit", "packs", "*"))
				if err != nil || len(left) != 0 {
					t.Errorf("left behind: %v, %v", left, err)
				}
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("a picture was written")
			}
		})
	}
}

// A command for one photo refuses an altered file that it uses, before it writes anything. It
// does not read those that it has no use for.
func TestRealAlteredFiles(t *testing.T) {
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	for file, used := range map[string]bool{"generator_top.onnx": true, "words.txt": true, "diffusion.onnx": false} {
		t.Run(file, func(t *testing.T) {
			dir := badPack(t, file, flip)
			out := filepath.Join(t.TempDir(), "o.png")
			o := run("edit", "--no-cache", "--source", "face", "--target", "smiling face", "--pack", dir, "--out", out, sampleFiles(t)[0])
			_, err := os.Stat(out)
			switch {
			case used && (o.status != exitFailed || !strings.Contains(o.stderr, file+" has sha256") || err == nil):
				t.Errorf("want status 1 and its name, got a file: %t\n%v", err == nil, o)
			case !used && (o.status != exitOK || err != nil):
				t.Errorf("want a picture, got %v\n%v", err, o)
			}
			if o := run("pack", "verify", dir); o.status != exitFailed || !strings.Contains(o.stderr, file) {
				t.Errorf("pack verify: %v", o)
			}
		})
	}
}

func TestRealMissingLibrary(t *testing.T) {
	real(t)
	out := filepath.Join(t.TempDir(), "o.png")
	for _, library := range []string{"/nonexistent/libonnxruntime.so", os.DevNull} {
		cmd := exec.Command(os.Args[0], "random", "--seed", "1", "--out", out)
		cmd.Env = append(os.Environ(), asProgram+"=1", onnx.EnvLibrary+"="+library)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		err := cmd.Run()
		if cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(errs.String(), library) {
			t.Errorf("%s: %v\n%s", library, err, &errs)
		}
		if _, err := os.Stat(out); err == nil {
			t.Error("a picture was written")
		}
	}
}

func TestRealBadPhotos(t *testing.T) {
	real(t)
	sample, err := os.ReadFile(sampleFiles(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	var flat bytes.Buffer
	wall := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range wall.Pix {
		wall.Pix[i] = byte(100 + i%7)
	}
	if err := jpeg.Encode(&flat, wall, nil); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		data []byte
		says string
	}{
		"text":      {[]byte("dear diary"), "not an image"},
		"empty":     {nil, "not an image"},
		"truncated": {sample[:len(sample)/2], "cut short"},
		"huge":      {hugePNG(t), "too large"},
		"no-face":   {flat.Bytes(), "no face"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in, out := filepath.Join(t.TempDir(), name+".jpg"), filepath.Join(t.TempDir(), "o.png")
			if err := os.WriteFile(in, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{
				{"edit", "--source", "face", "--target", "old face", "--json", "--out", out, in},
				{"invert", "--json", "--out", out, in},
				{"embed", "--image", in},
			} {
				o := run(args...)
				if o.status != exitFailed || o.out != "" || !strings.Contains(o.stderr, c.says) || !strings.Contains(o.stderr, name) {
					t.Errorf("%s: want status 1, the file's name and %q\n%v", args[0], c.says, o)
				}
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("a picture was written")
			}
			if data, err := os.ReadFile(in); err != nil || !bytes.Equal(data, c.data) {
				t.Error("the input was changed")
			}
		})
	}
	o := run("edit", "--source", "a", "--target", "b", "--out", filepath.Join(t.TempDir(), "o.png"), "nowhere.jpg")
	if o.status != exitFailed || !strings.Contains(o.stderr, "nowhere.jpg") {
		t.Error(o)
	}
}

// hugePNG states 60,000 × 60,000 pixels in its header and holds none.
func hugePNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	small := image.NewGray(image.Rect(0, 0, 1, 1))
	if err := png.Encode(&b, small); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	header := data[12:29] // "IHDR" and its 13 bytes
	binary.BigEndian.PutUint32(header[4:], 60000)
	binary.BigEndian.PutUint32(header[8:], 60000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(header))
	return data
}

func TestRealUnwritableFolder(t *testing.T) {
	real(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 && runtime.GOOS == "linux" {
		locked = "/proc" // nothing else stops root
	}
	for _, out := range []string{filepath.Join(locked, "o.png"), filepath.Join(file, "o.png"), filepath.Join(dir, "nowhere", "o.png"), dir} {
		o := run("random", "--seed", "1", "--json", "--out", out)
		if o.status != exitFailed || o.out != "" || o.stderr == "" {
			t.Errorf("%s: %v", out, o)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"file", "locked"}) {
		t.Errorf("left behind: %v", names)
	}
}

func TestResultIsStable(t *testing.T) {
	data, err := json.Marshal(result{Timings: map[string]float64{}})
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	keys := slices.Sorted(maps.Keys(m))
	want := []string{"aligned", "engine", "face", "faces", "out", "pack", "prompts", "provider", "size", "timings_ms"}
	if !slices.Equal(keys, want) {
		t.Errorf("fields %v, want %v", keys, want)
	}
}

// TestMarkedFace: the upper half of a face at the photo's lower edge is found in a box only,
// is edited, and its recipe finds it again.
func TestMarkedFace(t *testing.T) {
	files := sampleFiles(t)
	i := slices.IndexFunc(files, func(p string) bool { return filepath.Base(p) == "eileen-collins.jpg" })
	whole, err := photo.Open(files[i])
	if err != nil {
		t.Fatal(err)
	}
	in, out := filepath.Join(t.TempDir(), "cut.png"), filepath.Join(t.TempDir(), "out.png")
	var b bytes.Buffer
	if err := png.Encode(&b, whole.Image.SubImage(image.Rect(0, 0, 512, 118))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"edit", "--source", "face", "--target", "face with blond hair", "--json", "--out", out, in}
	if got := run(args...); got.status != exitFailed || !strings.Contains(got.stderr, "no face found") {
		t.Errorf("without a box: %v", got)
	}
	got := run(append(args, "--box", "178,69,95,49")...)
	var one struct {
		Face  string
		Faces []engine.FaceResult
	}
	if err := json.Unmarshal([]byte(got.out), &one); err != nil || got.status != exitOK {
		t.Fatalf("%v\n%v", err, got)
	}
	if one.Face != "1" || len(one.Faces) != 1 || one.Faces[0].Reliable || one.Faces[0].Y+one.Faces[0].Height != 118 {
		t.Errorf("faces %+v", one)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	texts, err := photo.ReadText(f)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recipe.Parse([]byte(texts[recipe.Key]))
	if err != nil || !slices.Equal(rec.Boxes, []recipe.Box{{178, 69, 95, 49}}) || rec.Face != 1 {
		t.Errorf("recipe %+v, %v", rec, err)
	}
	if edited, err := photo.Open(out); err != nil || bytes.Equal(edited.Image.Pix, whole.Image.Pix[:len(edited.Image.Pix)]) {
		t.Errorf("nothing was edited, or %v", err)
	}
	for box, want := range map[string]struct {
		status int
		says   string
	}{
		"0,0,60,60":    {exitFailed, "no face in the box 0,0,60,60: draw it closely around the face, from brow to chin"},
		"600,10,60,60": {exitUsage, "600,10,60,60 lies outside of the photo, which has 512×118 pixels"},
	} {
		if got := run(append(args, "--box", box)...); got.status != want.status || !strings.Contains(got.stderr, want.says) {
			t.Errorf("%s: %v", box, got)
		}
	}
}
