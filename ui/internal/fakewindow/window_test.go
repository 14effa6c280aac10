package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"deltaedit/engine"
)

// childEnv makes the test's binary be the program instead.
const childEnv = "DELTAEDIT_FAKEWINDOW"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// window is the program in its real window, driven by xdotool.
type window struct {
	t   *testing.T
	id  string
	log string
}

// grey of the test photo.
const photoGrey = 128

func startWindow(t *testing.T) *window {
	t.Helper()
	if os.Getenv("DISPLAY") == "" {
		t.Fatal("no display: DISPLAY is not set. Run `make test`, or `xvfb-run -a go test ./ui/...`")
	}
	for _, tool := range []string{"xdotool", "import"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing: run `make setup`, or install the packages xdotool and imagemagick", tool)
		}
	}
	dir := t.TempDir()
	prefs := filepath.Join(dir, "fyne", "app.deltaedit.studio")
	if err := os.MkdirAll(prefs, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(prefs, "preferences.json"), []byte(`{"appearance":"dark"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	photo := filepath.Join(dir, fmt.Sprintf("photo-%d.png", os.Getpid()))
	f, err := os.Create(photo)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{photoGrey}), image.Point{}, draw.Src)
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	w := &window{t: t, log: filepath.Join(dir, "log")}
	var output bytes.Buffer
	cmd := exec.Command(os.Args[0], "-log", w.log, photo)
	cmd.Env = append(os.Environ(), childEnv+"=1", "XDG_CONFIG_HOME="+dir, "FYNE_SCALE=1", "LIBGL_ALWAYS_SOFTWARE=1", "LANG=en_US.UTF-8")
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
		if t.Failed() {
			t.Logf("the program said:\n%s", output.String())
		}
	})

	// The title names the photo once it is open.
	w.until("the window to show the photo", func() bool {
		select {
		case err := <-gone:
			gone <- err
			t.Fatalf("the program ended: %v\n%s", err, output.String())
		default:
		}
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", filepath.Base(photo)).Output()
		w.id, _, _ = strings.Cut(string(out), "\n")
		return err == nil && w.id != "" && len(w.painted()) > 0
	})
	w.do("windowmove", w.id, "0", "0")
	w.do("windowsize", "--sync", w.id, "1100", "700")
	w.do("windowfocus", w.id)
	time.Sleep(500 * time.Millisecond)
	return w
}

func (w *window) do(args ...string) {
	w.t.Helper()
	if out, err := exec.Command("xdotool", args...).CombinedOutput(); err != nil {
		w.t.Fatalf("xdotool %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func (w *window) move(x, y int) {
	w.do("mousemove", "--window", w.id, strconv.Itoa(x), strconv.Itoa(y))
}

// until waits for a condition of the outside world.
func (w *window) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	w.t.Fatalf("waited a minute in vain for %s", what)
}

// painted reads what was painted so far.
func (w *window) painted() []Painted {
	w.t.Helper()
	data, err := os.ReadFile(w.log)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		w.t.Fatal(err)
	}
	var all []Painted
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		var p Painted
		if json.Unmarshal(lines.Bytes(), &p) == nil { // the last line may be half written
			all = append(all, p)
		}
	}
	return all
}

func (w *window) last() Painted {
	all := w.painted()
	if len(all) == 0 {
		return Painted{}
	}
	return all[len(all)-1]
}

// settled reports whether the newest request's full picture is painted.
func (w *window) settled() bool {
	p := w.last()
	return p.Generation == p.Newest && (p.Stage == engine.StageFinal || p.Stage == engine.StageOriginal)
}

func (w *window) screenshot() image.Image {
	w.t.Helper()
	out, err := exec.Command("import", "-window", w.id, "png:-").Output()
	if err != nil {
		w.t.Fatalf("import: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		w.t.Fatal(err)
	}
	return img
}

// photoLevel is the grey in the middle of the photo on the screen.
func photoLevel(img image.Image) float64 {
	c := color.GrayModel.Convert(img.At(380, 330)).(color.Gray)
	return float64(c.Y)
}

// wantLevel is the grey that the fake engine paints for a strength.
func wantLevel(strength float64) float64 {
	veil := 255 * (strength + 2) / 4
	const alpha = float64(0xa0) / 255
	return veil*alpha + photoGrey*(1-alpha)
}

// thumb finds the middle of the strength slider's thumb: the accent-coloured
// part of the track ends there, and its top row is the first of the panel
// below the buttons.
func thumb(t *testing.T, img image.Image) image.Point {
	t.Helper()
	accent := color.RGBA{0x34, 0xb8, 0xad, 0xff}
	b := img.Bounds()
	for y := b.Min.Y + 230; y < b.Max.Y-60; y++ {
		end, run := 0, 0
		for x := b.Max.X - 310; x < b.Max.X-20; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == accent {
				end, run = x, run+1
			}
		}
		if run > 30 {
			return image.Pt(end+thumbOverlap, y+1)
		}
	}
	t.Fatal("the strength slider is not on the screen")
	return image.Point{}
}

// thumbOverlap is how far the thumb hides the end of the filled track.
const thumbOverlap = 8

func TestDraggingTheSliderInTheRealWindow(t *testing.T) {
	w := startWindow(t)

	// Type a target prompt; the field's place is that of the panel's top.
	w.move(950, 243)
	w.do("click", "1")
	w.do("type", "freckles") // no preset: a chosen chip has the accent too
	w.do("key", "Return")
	w.until("the edit at strength 1", func() bool { return w.settled() && w.last().Strength == 1 })

	first := w.screenshot()
	if got, want := photoLevel(first), wantLevel(1); !(math.Abs(got-want) < 4) {
		t.Fatalf("the edit at strength 1 is not on the screen: grey %v, want %v", got, want)
	}

	at := thumb(t, first)
	before := len(w.painted())
	w.move(at.X, at.Y)
	w.do("mousedown", "1")
	level := photoLevel(first)
	for step := 1; step <= 40; step++ {
		w.move(at.X-4*step, at.Y)
		time.Sleep(25 * time.Millisecond)
		if step%5 == 0 { // each wait needs a new frame, however slow the machine is
			w.until("the picture on the screen to follow the slider, still held", func() bool {
				now := photoLevel(w.screenshot())
				follows := now < level
				level = now
				return follows
			})
		}
	}
	during := w.painted()[before:]
	w.do("mouseup", "1")
	w.until("the newest frame after the drag", w.settled)

	seen := map[uint64]bool{}
	for _, p := range during {
		seen[p.Generation] = true
	}
	if len(seen) < 5 {
		t.Errorf("want frames while dragging, got %d of 40 positions: %+v", len(seen), during)
	}

	all := w.painted()
	for i := 1; i < len(all); i++ {
		a, b := all[i-1], all[i]
		if b.Generation < a.Generation || (b.Generation == a.Generation && a.Stage == engine.StageFinal && b.Stage == engine.StagePreview) {
			t.Fatalf("painted %d/%s after %d/%s", b.Generation, b.Stage, a.Generation, a.Stage)
		}
	}
	end := all[len(all)-1]
	if !(end.Strength < 0) || end.Stage != engine.StageFinal {
		t.Errorf("the drag to the left ended at %+v", end)
	}
	time.Sleep(300 * time.Millisecond) // one repaint of the window
	if got, want := photoLevel(w.screenshot()), wantLevel(end.Strength); !(math.Abs(got-want) < 4) {
		t.Errorf("the newest picture is not on the screen: grey %v, want %v for strength %v", got, want, end.Strength)
	}

	// Undo in the real window brings strength 1 back.
	w.do("key", "ctrl+z")
	w.until("the undone strength", func() bool { return w.settled() && w.last().Strength == 1 })

	// Space held shows the photo, and the edit again when let go.
	w.do("keydown", "space")
	w.until("the photo as it was", func() bool { return math.Abs(photoLevel(w.screenshot())-photoGrey) < 3 })
	w.do("keyup", "space")
	w.until("the edit again", func() bool { return math.Abs(photoLevel(w.screenshot())-wantLevel(1)) < 4 })
}
