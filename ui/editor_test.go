package ui

import (
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/ui/stack"
)

func (r *rig) target(text string) {
	r.editor.panel.target.SetText(text)
	r.editor.panel.target.OnSubmitted(text)
}

func TestDragPostsPreviewsThenTheFullPicture(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	r.target("smiling face")
	before := len(r.backend.requests)

	s := r.editor.panel.strength
	for _, x := range []float32{200, 210, 220} {
		s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}})
	}
	drags := r.backend.requests[before:]
	if len(drags) != 3 {
		t.Fatalf("posted %d requests for 3 moves", len(drags))
	}
	last := -3.0
	for _, req := range drags {
		if req.Quality != engine.QualityDrag {
			t.Errorf("quality while dragging: want drag, got %v", req.Quality)
		}
		if len(req.Edits) != 1 || !(req.Edits[0].Strength > last) {
			t.Fatalf("strength does not follow the pointer: %+v after %v", req.Edits, last)
		}
		last = req.Edits[0].Strength
	}
	s.DragEnd()
	if n := len(r.backend.requests); n != before+4 || r.backend.newest().Quality != engine.QualityRest {
		t.Fatalf("after the drag: want one request for the full picture, got %d, newest %+v", n-before-3, r.backend.newest())
	}
	r.rest(time.Hour)
	if n := len(r.backend.requests); n != before+4 {
		t.Errorf("the rest timer posted again after the drag had ended")
	}
}

func TestRestingSliderAsksForTheFullPictureOnce(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.target("smiling face")
	s := r.editor.panel.strength
	before := len(r.backend.requests)
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(200, 10)}})
	r.rest(sliderRest)
	if r.backend.newest().Quality != engine.QualityRest {
		t.Fatal("a slider at rest did not ask for the full picture")
	}
	s.DragEnd()
	if n := len(r.backend.requests) - before; n != 2 {
		t.Errorf("letting go after the rest: want 2 requests in all, got %d", n)
	}
}

func TestUndoRedo(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	r.target("smiling face")
	s := r.editor.panel.strength
	drag := func(x float32) float64 {
		s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}})
		s.DragEnd()
		return s.Value()
	}
	first := drag(60)
	second := drag(230)
	if first == second {
		t.Fatal("the slider did not move")
	}
	undo, redo := &fyne.ShortcutUndo{}, &fyne.ShortcutRedo{}
	for _, step := range []struct {
		do   fyne.Shortcut
		want float64
	}{{undo, first}, {undo, stack.DefaultStrength}, {redo, first}, {redo, second}, {redo, second}, {undo, first}} {
		r.editor.typedShortcut(step.do)
		if s.Value() != step.want || r.backend.newest().Edits[0].Strength != step.want {
			t.Fatalf("%s: want %v, slider %v, request %+v", step.do.ShortcutName(), step.want, s.Value(), r.backend.newest().Edits)
		}
	}
	third := drag(100)
	r.editor.redo()
	if s.Value() != third {
		t.Errorf("redo after a new change: want %v to stay, got %v", third, s.Value())
	}
}

func TestTypedPromptsWaitForAPause(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	before := len(r.backend.requests)
	test.Type(r.editor.panel.target, "old face")
	if n := len(r.backend.requests); n != before {
		t.Fatalf("posted %d requests while typing", n-before)
	}
	r.rest(promptRest)
	want := []engine.Edit{{Source: "face", Target: "old face", Strength: 1}}
	if got := r.backend.newest().Edits; len(r.backend.requests) != before+1 || len(got) != 1 || got[0] != want[0] {
		t.Fatalf("after the pause: want one request %+v, got %d, %+v", want, len(r.backend.requests)-before, got)
	}
	test.Type(r.editor.panel.target, "!")
	r.editor.panel.target.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(r.backend.requests) != before+2 {
		t.Error("enter does not apply at once")
	}
	r.rest(time.Hour)
	if len(r.backend.requests) != before+2 {
		t.Error("the pause applied again what enter had applied")
	}
}

func TestPromptsThatAskForNothingPostNoEdits(t *testing.T) {
	for _, tc := range []struct{ source, target string }{{"face", ""}, {"face", "  "}, {"face", "face"}, {"", "face"}, {" face ", "face"}} {
		s := defaultSettings().withTexts(tc.source, tc.target)
		if got := s.edits(); got != nil {
			t.Errorf("%q → %q: want no edit, got %+v", tc.source, tc.target, got)
		}
	}
}

func TestPresetFillsPromptsAndApplies(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	test.Tap(r.editor.panel.chips[0])
	want := r.editor.panel.presets[0]
	got := r.backend.newest().Edits
	if len(got) != 1 || got[0].Source != want.Source || got[0].Target != want.Target {
		t.Fatalf("want %+v, got %+v", want, got)
	}
	if r.editor.panel.target.Text != want.Target || !r.editor.panel.chips[0].selected || r.editor.panel.chips[1].selected {
		t.Error("the panel does not show the preset")
	}
	r.target("something else")
	if r.editor.panel.chips[0].selected {
		t.Error("the preset still shows as chosen after other words")
	}
}

// No frame may be painted after a newer one, in whatever order frames come.
func TestNoOlderFrameIsPaintedAfterANewerOne(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r := newRigForFrames(t)
		var frames []engine.Frame
		for photo := uint64(1); photo <= 2; photo++ {
			r.editor.Opened(engine.Subject{Photo: photo, Size: image.Pt(40, 30)})
			for range 12 {
				r.editor.postRequest(engine.QualityDrag)
				for _, stage := range []engine.Stage{engine.StagePreview, engine.StageRefined, engine.StageFinal} {
					frames = append(frames, r.frame(stage))
				}
			}
		}
		newest := r.frame(engine.StageFinal)
		rng.Shuffle(len(frames), func(i, j int) { frames[i], frames[j] = frames[j], frames[i] })
		for _, f := range frames {
			r.editor.Frame(f)
		}
		for i, f := range r.painted {
			if f.Photo != 2 {
				t.Fatalf("seed %d: painted a frame of the photo before", seed)
			}
			if i == 0 {
				continue
			}
			if p := r.painted[i-1]; f.Generation < p.Generation || (f.Generation == p.Generation && rank(f.Stage) < rank(p.Stage)) {
				t.Fatalf("seed %d: painted %d/%s after %d/%s", seed, f.Generation, f.Stage, p.Generation, p.Stage)
			}
		}
		last := r.painted[len(r.painted)-1]
		if last.Generation != newest.Generation || last.Stage != engine.StageFinal {
			t.Fatalf("seed %d: the newest frame came but %d/%s is shown", seed, last.Generation, last.Stage)
		}
		if r.shown() != last.Image {
			t.Fatalf("seed %d: the viewport shows another picture than was painted last", seed)
		}
	}
}

// sharedRig saves building 200 windows.
var sharedRig *rig

func newRigForFrames(t *testing.T) *rig {
	if sharedRig == nil || sharedRig.t != t {
		sharedRig = newRig(t)
	}
	sharedRig.painted = nil
	return sharedRig
}

func TestFramesWithoutAPictureAreIgnored(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	f := r.frame(engine.StageFinal)
	f.Image = nil
	r.editor.Frame(f)
	if len(r.painted) != 0 {
		t.Error("painted a frame without a picture")
	}
}

func TestBeforeAfter(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	original := r.frame(engine.StageOriginal)
	original.Image.Pix[0] = 7
	r.editor.Frame(original)
	r.target("old face")
	edited := r.frame(engine.StageFinal)
	r.editor.Frame(edited)
	original.Image.Pix[0] = 9 // the engine uses its buffer again
	posted := len(r.backend.requests)

	r.editor.keyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
	if r.shown() == edited.Image || r.shown().Pix[0] != 7 {
		t.Fatal("holding space does not show the photo as it was")
	}
	if r.editor.viewport.badge == "" {
		t.Error("nothing says that this is the photo as it was")
	}
	r.editor.keyUp(&fyne.KeyEvent{Name: fyne.KeySpace})
	if r.shown() != edited.Image || r.editor.viewport.badge != "" {
		t.Fatal("letting go does not show the edit again")
	}
	if len(r.backend.requests) != posted {
		t.Error("asked the engine for what was known")
	}

	r.editor.keyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
	r.editor.leave()
	if r.shown() != edited.Image {
		t.Error("the photo as it was stays when another window takes the keyboard")
	}
}

func TestBeforeIsAskedForWhenUnknown(t *testing.T) {
	r := newRig(t)
	r.target("old face")
	r.photo(engine.Subject{})
	edited := r.frame(engine.StageFinal)
	r.editor.Frame(edited)

	r.editor.hold(true)
	if got := r.backend.newest(); got.Edits != nil || got.Quality != engine.QualityRest {
		t.Fatalf("want a request without edits, got %+v", got)
	}
	before := r.frame(engine.StagePreview)
	r.editor.Frame(before)
	if r.shown() == nil || r.shown() == edited.Image {
		t.Error("the answer is not shown")
	}
	r.editor.hold(false)
	if got := r.backend.newest(); len(got.Edits) != 1 {
		t.Fatalf("the newest request must be the edit again, for an export, got %+v", got)
	}
}

func TestDropsOpen(t *testing.T) {
	r := newRig(t)
	r.editor.droppedFiles(nil)
	r.editor.droppedFiles([]fyne.URI{storage.NewFileURI("/tmp/a b.jpg")})
	if len(r.backend.opened) != 1 || r.backend.opened[0] != "/tmp/a b.jpg" {
		t.Fatalf("want the file opened, got %q", r.backend.opened)
	}
	if got := r.editor.app.Preferences().String(prefOpenFolder); got != "/tmp" {
		t.Errorf("folder for the next time: want /tmp, got %q", got)
	}
	r.editor.openPath("d.jpg")
	if got := r.editor.app.Preferences().String(prefOpenFolder); !filepath.IsAbs(got) {
		t.Errorf("folder of a relative path: want an absolute one, got %q", got)
	}
}

// A link that is dragged out of a browser arrives as a file's name, or as an address. It
// is told by the engine, nothing is fetched, and the folder for the next time stays.
func TestDroppedLinkIsNotFollowed(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	r := newRig(t)
	r.editor.openPath("/tmp/c.png")
	address, err := storage.ParseURI(server.URL + "/face.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for i, uri := range []fyne.URI{storage.NewFileURI("https://example.com/face.jpg"), address} {
		r.editor.droppedFiles([]fyne.URI{uri})
		if n := len(r.backend.opened); n != i+2 || !photo.IsLink(r.backend.opened[n-1]) {
			t.Errorf("%s: opened %q", uri, r.backend.opened)
		}
	}
	if got := r.editor.app.Preferences().String(prefOpenFolder); got != "/tmp" || asked {
		t.Errorf("folder for the next time: %q; a server was asked: %t", got, asked)
	}
}

func TestProviderTitle(t *testing.T) {
	for name, want := range map[string]string{"cpu": "CPU", "webgpu+cpu": "WebGPU + CPU", "xnnpack": "xnnpack"} {
		if got := providerTitle(name); got != want {
			t.Errorf("%q: want %q, got %q", name, want, got)
		}
	}
}

func TestSampleAndRandomOpen(t *testing.T) {
	r := newRig(t)
	test.Tap(r.editor.empty.thumbs[1])
	if len(r.backend.read) != 1 || r.backend.read[0] != "two.png" {
		t.Errorf("sample: got %q", r.backend.read)
	}
	r.editor.typedShortcut(shortcut(fyne.KeyR, 0))
	if len(r.backend.seeds) != 1 || r.backend.seeds[0] != 42 {
		t.Errorf("random: got %v", r.backend.seeds)
	}
}

func TestErrorsAreShownInPlainWords(t *testing.T) {
	r := newRig(t)
	r.editor.Failed(engine.Task{Kind: engine.TaskOpen, Name: "a.jpg"}, fmt.Errorf("a.jpg: %w", face.ErrNoFace))
	got := r.editor.notices.Text(noticeFailure)
	if !strings.Contains(got, "Opening a.jpg") || !strings.Contains(got, ": no face found: ") || strings.Contains(got, "a.jpg: no") {
		t.Errorf("got %q", got)
	}
	if !r.editor.empty.content.Visible() {
		t.Error("a photo that did not open must leave the invitation up")
	}
	r.photo(engine.Subject{})
	if r.editor.notices.Text(noticeFailure) != "" {
		t.Error("the error stays after a photo was opened")
	}
}

func TestReason(t *testing.T) {
	long := strings.Repeat("ä", 1000)
	for _, tc := range []struct {
		in   error
		want string
	}{
		{fmt.Errorf("a.jpg: %w", face.ErrNoFace), face.ErrNoFace.Error()}, // the task names the file
		{fmt.Errorf("write o.png: %w", engine.ErrNoPhoto), engine.ErrNoPhoto.Error()},
		{errors.New("decode a.jpg: truncated"), "decode a.jpg: truncated"},
		{errors.New(" C:\\x: no such file\n"), "C:\\x: no such file"},
		{errors.New(""), ""},
		{errors.New("photo"), "photo"},
		{errors.New(long), strings.Repeat("ä", maxReason-1) + "…"},
	} {
		if got := reason(tc.in); got != tc.want {
			t.Errorf("%.40q: want %.40q, got %.40q", tc.in, tc.want, got)
		}
	}
}

func TestUnknownPromptsAreNoticed(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	f := r.frame(engine.StagePreview)
	f.Prompts = []engine.PromptReport{{Source: "face", Target: "zombie", Nearest: []engine.Concept{{Name: "pale skin"}, {Name: "old face"}}}}
	r.editor.Frame(f)
	got := r.editor.notices.Text(noticePrompt)
	for _, want := range []string{"zombie", "pale skin, old face"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in %q", want, got)
		}
	}
	f.Prompts = []engine.PromptReport{{Source: "face", Target: "old face", Known: true}}
	r.editor.Frame(f)
	if got := r.editor.notices.Text(noticePrompt); got != "" {
		t.Errorf("the notice stays for a known prompt: %q", got)
	}
}

func TestStatusShowsWhatReallyRuns(t *testing.T) {
	r := newRig(t)
	r.editor.Status(engine.Status{Ready: true, Pack: "faces", Provider: "cpu", Notice: "WebGPU has no device: using the CPU", Threshold: 0.05})
	if got := r.editor.statusbar.left.Text; !strings.Contains(got, "CPU") || !strings.Contains(got, "faces") {
		t.Errorf("status: %q", got)
	}
	if got := r.editor.notices.Text(noticeProvider); got != "The models run on CPU; the details say what was found out about that." {
		t.Errorf("fall-back notice: %q", got)
	}
	r.rest(noticeRest)
	if got := r.editor.notices.Text(noticeProvider); got != "" {
		t.Errorf("the fall-back notice covers the photo for ever: %q", got)
	}
	r.editor.Status(r.editor.status)
	if got := r.editor.notices.Text(noticeProvider); got != "" {
		t.Errorf("the fall-back notice comes again: %q", got)
	}
	if got := r.editor.panel.threshold.Value(); got != 0.05 {
		t.Errorf("threshold: want the pack's 0.05, got %v", got)
	}
	r.photo(engine.Subject{Name: "a.jpg", Size: image.Pt(4000, 3000)})
	if got := r.backend.newest().Threshold; got != stack.OwnThreshold {
		t.Errorf("untouched threshold: want the pack's own, got %v", got)
	}
	r.editor.Frame(r.frame(engine.StageFinal))
	if got := r.editor.statusbar.left.Text; !strings.Contains(got, "12 ms") {
		t.Errorf("status after a frame: %q", got)
	}
	if got := r.editor.statusbar.right.Text; got != "a.jpg · 4000 × 3000" {
		t.Errorf("photo: %q", got)
	}
}

func TestProgressAndCancel(t *testing.T) {
	r := newRig(t)
	r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskFindFaces, Name: "a.jpg"}, Fraction: -1})
	if !r.editor.activity.Busy() {
		t.Fatal("progress is not shown")
	}
	r.editor.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	test.Tap(r.editor.activity.cancel)
	if r.backend.cancelled != 2 {
		t.Errorf("escape and the button: want 2 cancels, got %d", r.backend.cancelled)
	}
	r.editor.Progress(engine.Progress{Task: engine.Task{Kind: engine.TaskExport}, Fraction: 0.5})
	if r.editor.activity.fraction.Value != 0.5 || r.editor.activity.endless.Visible() {
		t.Error("a known fraction is not shown")
	}
	r.editor.Progress(engine.Progress{Done: true})
	if r.editor.activity.Busy() {
		t.Error("progress stays when done")
	}
	r.editor.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.backend.cancelled != 2 {
		t.Error("escape cancels nothing when nothing runs")
	}
}

func TestFacesAreChosenByNumberAndClick(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Size: image.Pt(40, 30), Faces: []engine.FaceBox{
		{Box: image.Rect(0, 0, 10, 10)}, {Box: image.Rect(20, 10, 38, 28)},
	}})
	r.editor.Frame(r.frame(engine.StageFinal))
	r.editor.typedRune('2')
	if got := r.backend.newest().Face; got != 1 {
		t.Fatalf("key 2: face %d", got)
	}
	for _, c := range "39x" {
		r.editor.typedRune(c)
	}
	if got := r.backend.newest().Face; got != 1 {
		t.Fatalf("keys without a face: face %d", got)
	}
	corners := r.editor.viewport.boxes()
	r.editor.viewport.Tapped(&fyne.PointEvent{Position: corners[0].AddXY(2, 2)})
	if got := r.backend.newest().Face; got != 0 {
		t.Fatalf("click: face %d", got)
	}
	r.editor.undo()
	if got := r.backend.newest().Face; got != 1 {
		t.Fatalf("undo: face %d", got)
	}
}

func TestDoubtfulFaceIsNamed(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg", Size: image.Pt(40, 30), Faces: []engine.FaceBox{
		{Box: image.Rect(0, 0, 10, 10)}, {Box: image.Rect(20, 10, 38, 28), Doubt: face.DoubtTurned},
	}})
	if got := r.editor.notices.Text(noticeFace); got != "" {
		t.Errorf("notice about a clear face: %q", got)
	}
	r.editor.typedRune('2')
	if got := r.editor.notices.Text(noticeFace); !strings.Contains(got, "turned too far away") {
		t.Errorf("notice %q", got)
	}
	if got := r.editor.statusbar.right.Text; !strings.HasSuffix(got, "2 faces · face turned away") {
		t.Errorf("status %q", got)
	}
	r.editor.typedRune('1')
	if got := r.editor.notices.Text(noticeFace); got != "" {
		t.Errorf("notice stays: %q", got)
	}
	if got := r.editor.statusbar.right.Text; !strings.HasSuffix(got, "2 faces") {
		t.Errorf("status %q", got)
	}
}

func TestResizeAsksForPicturesOfTheNewSize(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{})
	old := r.backend.newest().View
	r.win.Resize(fyne.NewSize(1400, 900))
	r.win.Resize(fyne.NewSize(1500, 950))
	posted := len(r.backend.requests)
	r.rest(resizeRest)
	if n := len(r.backend.requests) - posted; n != 1 {
		t.Fatalf("two resizes: want 1 request after the rest, got %d", n)
	}
	if got := r.backend.newest().View; got.X != old.X+400 || got.Y != old.Y+250 {
		t.Errorf("view: was %v, got %v", old, got)
	}
}

func TestNothingIsPostedWithoutAPhoto(t *testing.T) {
	r := newRig(t)
	r.target("old face")
	r.editor.hold(true)
	r.editor.undo()
	r.editor.showExport()
	r.editor.panel.strength.Tapped(&fyne.PointEvent{Position: fyne.NewPos(20, 10)})
	r.rest(time.Hour)
	if len(r.backend.requests) != 0 || len(r.backend.exported) != 0 {
		t.Errorf("got %+v %v", r.backend.requests, r.backend.exported)
	}
}

// While the slider moves, a frame is put on the canvas without anything of the
// window being made anew: what is allocated is the toolkit's own.
func TestFramesOfAMovingSliderAllocateNothing(t *testing.T) {
	r := newRig(t)
	r.photo(engine.Subject{Name: "a.jpg"})
	r.target("smiling face")
	r.editor.painted = nil
	f := r.frame(engine.StagePreview)
	f.Prompts = []engine.PromptReport{{Source: "face", Target: "smiling face", Known: false, Unknown: []string{"smiling"}}}
	images := []*image.RGBA{f.Image, image.NewRGBA(f.Image.Rect)}
	i := 0
	frame := func() {
		i++
		f.Image = images[i%2]
		r.editor.Frame(f)
	}
	frame()
	if r.editor.notices.Text(noticePrompt) == "" {
		t.Error("the prompt is not known, and nothing says so")
	}
	n := testing.AllocsPerRun(100, frame)
	if r.shown() != f.Image || r.editor.viewport.picture.Image != f.Image {
		t.Error("the last picture is not in the viewport")
	}
	if n > 2 {
		t.Errorf("%v allocations a frame, want none of the window's", n)
	}
	// The notice that a person has dismissed stays away.
	r.editor.notices.Clear(noticePrompt)
	frame()
	if r.editor.notices.Text(noticePrompt) != "" {
		t.Error("a dismissed notice came back with the next frame")
	}
}
