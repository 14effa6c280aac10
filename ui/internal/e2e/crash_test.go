package e2e

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/onnx"
	"deltaedit/engine/onnx/faultlib"
)

// TestCrash lets the runtime read from nowhere in the middle of a drag. The whole
// process dies; the next one offers to go on, and does: the photo, the prompt and
// the slider are as they were.
func TestCrash(t *testing.T) {
	library, err := onnx.Library()
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	p := build(t)
	now := filepath.Join(p.dir, "now")
	p.launch(faultlib.Build(t, library).Environ(onnx.EnvLibrary, faultlib.Crash+"="+now), "--provider", "cpu", p.photo)
	p.shown()
	p.typePrompt(p.screen())
	zero, one := p.screen().slider(t)
	half := image.Pt((zero.X+one.X)/2, one.Y)
	p.move(one)
	p.do("mousedown", "1")
	p.move(half)
	p.do("mouseup", "1")
	p.rest("the edit at half the strength")
	before := p.screen()

	write(t, now, "")
	p.do("key", "ctrl+r") // a run of the generator
	p.over("a crash of the runtime")
	if p.status == nil {
		t.Fatal("the program ended well: the crash did not come")
	}
	t.Logf("the program ended with %v", p.status)

	p.launch(nil, "--provider", "cpu")
	p.until("the window", func() bool { return p.find("DeltaEdit Studio") })
	p.place()
	var at image.Point
	p.until("the offer to go on", func() bool {
		var ok bool
		at, ok = p.screen().offer()
		return ok
	})
	if *screenshotFlag != "" {
		savePicture(t, p.screen())
	}
	p.move(at)
	p.do("click", "1")
	p.until("the edit after the crash", func() bool {
		l := p.last()
		return p.find(filepath.Base(p.photo)) && l.Settled() && l.Stage == engine.StageFinal && len(l.Prompts) == 1 && l.Prompts[0].Target == *targetFlag
	})
	p.rest("the edit after the crash")
	p.until("the notices to go", func() bool { return !p.screen().covered() })
	after := p.screen()
	if d := difference(before, after, before.photo()); !(d < 0.5) {
		t.Errorf("the picture after the crash differs from that before by %.2f levels on average", d)
	}
	if d := difference(before, after, image.Rect(before.area().Max.X, 0, before.Rect.Max.X, before.Rect.Max.Y)); !(d < 2) {
		t.Errorf("the controls after the crash differ from those before by %.2f levels on average", d)
	}

	reports, err := filepath.Glob(filepath.Join(p.dir, "state", "deltaedit", "reports", "crash-*.txt"))
	if err != nil || len(reports) != 1 {
		t.Fatalf("reports: %q, %v", reports, err)
	}
	text, err := os.ReadFile(reports[0])
	if err != nil || !strings.Contains(string(text), engine.Program) || !strings.Contains(string(text), "SIGSEGV") || !strings.Contains(string(text), "goroutine") {
		t.Errorf("the report says\n%.2000s\n%v", text, err)
	}
	p.do("key", "ctrl+q")
	p.over("ctrl+q")
	left, err := filepath.Glob(filepath.Join(p.dir, "state", "deltaedit", "session-*"))
	if p.status != nil || err != nil || len(left) != 0 {
		t.Errorf("at the end: %v; sessions left: %q, %v", p.status, left, err)
	}
}

// offer returns the middle of the main button of a question above the photo.
func (s screen) offer() (image.Point, bool) {
	for y := range px(120) {
		run := 0
		for x := range s.area().Max.X {
			if s.RGBAAt(x, y) != s.accent {
				run = 0
				continue
			}
			if run++; run == px(40) {
				return image.Pt(x-px(20), y+px(12)), true
			}
		}
	}
	return image.Point{}, false
}
