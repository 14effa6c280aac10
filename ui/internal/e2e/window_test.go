package e2e

import (
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
	"deltaedit/ui/trace"
)

// TestWindow does what a newcomer does: a photo, a prompt, the slider, an export.
func TestWindow(t *testing.T) {
	p := start(t)
	untouched := p.last()
	before := p.screen()
	if got := before.area(); got.Dx() < px(400) || got.Dy() < px(400) {
		t.Fatalf("the area around the photo is not where it was looked for: %v", got)
	}
	if untouched.Stage != engine.StageOriginal {
		t.Errorf("without a prompt: want the original, got a frame of stage %q", untouched.Stage)
	}

	p.typePrompt(before)
	edit := p.last()
	if edit.Stage != engine.StageFinal || edit.Provider == "" || !(edit.Took > 0) {
		t.Errorf("the edit: want a final frame with its provider and its time, got %+v", edit)
	}
	after := p.screen()
	checkChange(t, openPhoto(t, p.photo), before, after, edit)

	strength := drag(t, p, after)
	if *screenshotFlag != "" {
		savePicture(t, p.screen())
	}
	checkOrder(t, p.painted())
	export(t, p, strength)

	p.do("key", "ctrl+q")
	p.over("Ctrl+Q")
	if p.status != nil {
		t.Errorf("after Ctrl+Q the program ended with %v, want exit status 0", p.status)
	}
}

// typePrompt types the target prompt and waits for the edit.
func (p *program) typePrompt(s screen) {
	p.t.Helper()
	p.move(s.field(p.t, 1))
	p.do("click", "1")
	p.do("type", "--delay", "30", *targetFlag)
	p.do("key", "Return")
	p.until("the edit", func() bool {
		l := p.last()
		return l.Settled() && len(l.Prompts) == 1 && l.Prompts[0].Target == *targetFlag
	})
	p.rest("the edit")
}

// checkChange checks that the face has changed on the screen, and nothing around it.
func checkChange(t *testing.T, img *image.NRGBA, before, after screen, frame trace.Line) {
	t.Helper()
	f, sq := findFace(t, img)
	at := before.photo()
	scale := float64(at.Dx()) / float64(img.Rect.Dx())
	if h := scale * float64(img.Rect.Dy()); at.Empty() || !(math.Abs(h-float64(at.Dy())) < 3) || at.Dx() < frame.Size[0] {
		t.Fatalf("a photo of %v in frames of %v is shown on %v", img.Rect.Max, frame.Size, at)
	}
	onScreen := func(r image.Rectangle) image.Rectangle {
		return image.Rect(
			at.Min.X+int(scale*float64(r.Min.X)), at.Min.Y+int(scale*float64(r.Min.Y)),
			at.Min.X+int(math.Ceil(scale*float64(r.Max.X))), at.Min.Y+int(math.Ceil(scale*float64(r.Max.Y))))
	}
	if got := difference(before, after, onScreen(f.Box)); !(got > 1) {
		t.Errorf("the face on the screen changed by %.2f levels on average, want more than 1", got)
	}
	outer := onScreen(sq.Bounds()).Inset(-4) // the photo may be enlarged
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			if !image.Pt(x, y).In(outer) && before.RGBAAt(x, y) != after.RGBAAt(x, y) {
				t.Fatalf("pixel %d,%d changed, outside the face's square %v", x, y, outer)
			}
		}
	}
}

// drag moves the slider by hand and returns the strength that it ends at.
func drag(t *testing.T, p *program, s screen) float64 {
	t.Helper()
	zero, one := s.slider(t)
	start := p.last()
	followed := func() int {
		seen := map[uint64]bool{}
		for _, l := range p.painted() {
			// At strength 0 there is nothing to preview: it is the photo.
			if l.Generation > start.Generation && l.Stage != engine.StageFinal {
				seen[l.Generation] = true
			}
		}
		return len(seen)
	}
	p.move(one)
	p.do("mousedown", "1")
	const steps = 12
	unit := float64(one.X - zero.X)
	at := one
	for step := 1; step <= steps; step++ {
		// Down to strength -1 and up again to 0.8.
		strength := 1 - 4*float64(step)/steps
		if step > steps/2 {
			strength = -1 + 3.6*float64(step-steps/2)/steps
		}
		count := followed()
		at = image.Pt(zero.X+int(math.Round(strength*unit)), one.Y)
		p.move(at)
		p.until("a preview for the slider where it is held", func() bool { return followed() > count })
	}
	during := followed()
	p.do("mouseup", "1")
	p.rest("the full picture after the drag")
	if during < steps {
		t.Errorf("want a preview at each of %d places of the slider, got %d", steps, during)
	}
	if end := p.last(); end.Stage != engine.StageFinal || end.Generation <= start.Generation {
		t.Errorf("at rest: want a final frame of a newer generation than %d, got %+v", start.Generation, end)
	}
	return float64(at.X-zero.X) / unit
}

// checkOrder checks that no frame was painted after a newer or better one.
func checkOrder(t *testing.T, all []trace.Line) {
	t.Helper()
	rank := map[engine.Stage]int{engine.StagePreview: 1, engine.StageRefined: 2, engine.StageFinal: 3, engine.StageOriginal: 3}
	for i, l := range all {
		if l.Generation > l.Newest {
			t.Errorf("frame %d answers request %d, but the newest is %d", i, l.Generation, l.Newest)
		}
		if i == 0 {
			continue
		}
		b := all[i-1]
		if l.Generation < b.Generation || (l.Generation == b.Generation && rank[l.Stage] < rank[b.Stage]) {
			t.Errorf("painted %d/%s after %d/%s", l.Generation, l.Stage, b.Generation, b.Stage)
		}
	}
}

// export saves the picture through the file dialog, by the keyboard: the
// dialog opens in the folder of the last export, with the name chosen.
func export(t *testing.T, p *program, strength float64) {
	t.Helper()
	open := p.screen()
	p.do("key", "ctrl+e")
	p.until("the dialog", func() bool { return p.screen().area() != open.area() })
	p.do("key", "ctrl+a")
	p.do("type", "--delay", "30", "result.png")
	p.do("key", "Return")
	path := filepath.Join(p.dir, "result.png")
	p.until("the exported file", func() bool { _, err := os.Stat(path); return err == nil })
	p.until("the dialog to be gone", func() bool { return p.screen().area() == open.area() })

	original, result := openPhoto(t, p.photo), openPhoto(t, path)
	if original.Rect != result.Rect {
		t.Fatalf("the export has %v, want the photo's own size %v", result.Rect, original.Rect)
	}
	_, sq := findFace(t, original)
	changed := 0
	for y := range original.Rect.Dy() {
		for x := range original.Rect.Dx() {
			if original.NRGBAAt(x, y) == result.NRGBAAt(x, y) {
				continue
			}
			if changed++; !sq.touches(x, y) {
				t.Fatalf("pixel %d,%d of the export differs from the photo, outside the face's square", x, y)
			}
		}
	}
	if share := float64(changed) / (sq.Side() * sq.Side()); !(share > 0.05) {
		t.Errorf("the export changed %.1f %% of the face's square, want more than 5 %%", 100*share)
	}

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
		t.Fatalf("the export's recipe: %v", err)
	}
	if len(r.Edits) != 1 || r.Edits[0].Target != *targetFlag || !(math.Abs(r.Edits[0].Strength-strength) < 0.06) {
		t.Errorf("the recipe: want one edit to %q of strength %.2f, where the slider rests, got %+v", *targetFlag, strength, r.Edits)
	}
	if r.Source == nil || r.Source.Name != filepath.Base(p.photo) {
		t.Errorf("the recipe: want the photo's name %s, got %+v", filepath.Base(p.photo), r.Source)
	}
}

// savePicture writes what the window shows.
func savePicture(t *testing.T, s screen) {
	t.Helper()
	path := *screenshotFlag
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(f, s.RGBA); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
