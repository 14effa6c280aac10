package studio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/compose"
	"deltaedit/engine/face"
	"deltaedit/engine/photo"
	"deltaedit/engine/prompt"
	"deltaedit/engine/recipe"
)

func quiet(engine.Task, float64) {}

// writePhoto writes a colourful photo of 240 × 200 pixels.
func writePhoto(t *testing.T) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 240, 200))
	for y := range 200 {
		for x := range 240 {
			img.SetNRGBA(x, y, color.NRGBA{byte(x), byte(y + 20), byte(x*y/9) | 1, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "portrait.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// onTable returns a studio with a photo on the table, and the photo's path.
func onTable(t *testing.T) (*Studio, *models, string) {
	t.Helper()
	s, m := newStudio(t)
	path := writePhoto(t)
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	return s, m, path
}

func smile(strength float64) engine.Request {
	return engine.Request{
		Photo: 1, View: image.Pt(120, 120), Threshold: -1,
		Edits: []engine.Edit{{Source: "face", Target: "smiling face", Strength: strength}},
	}
}

// draw prepares and draws one stage.
func draw(t *testing.T, s *Studio, r engine.Request, stage engine.Stage) *image.RGBA {
	t.Helper()
	ctx := t.Context()
	if !r.Untouched() {
		if err := s.Invert(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Directions(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	var img *image.RGBA
	err := s.Draw(ctx, r, stage, func(size image.Point) *image.RGBA {
		img = image.NewRGBA(image.Rectangle{Max: size})
		return img
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// exported writes the request's picture and reads it back.
func exported(t *testing.T, s *Studio, r engine.Request) (*image.NRGBA, map[string]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.png")
	if err := s.Export(t.Context(), r, path, engine.Timings{}, quiet); err != nil {
		t.Fatal(err)
	}
	p, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
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
	return p.Image, text
}

func samePixels(a, b *image.NRGBA) bool {
	return a.Rect == b.Rect && bytes.Equal(a.Pix, b.Pix)
}

func TestSliderCostsOneSynthesis(t *testing.T) {
	s, m, _ := onTable(t)
	draw(t, s, smile(0.5), engine.StagePreview)
	draw(t, s, smile(0.5), engine.StageFinal)
	for _, stage := range []engine.Stage{engine.StagePreview, engine.StageFinal} {
		before := m.total()
		for i := range 10 {
			draw(t, s, smile(0.6+float64(i)/10), stage)
		}
		if n := m.total() - before; n != 10 {
			t.Errorf("10 positions of the slider at stage %s cost %d syntheses, want 10", stage, n)
		}
	}
	for _, once := range []string{"detect", "invert", "view", "map"} {
		if m.calls[once] != 1 {
			t.Errorf("%s was asked %d times, want once", once, m.calls[once])
		}
	}
}

func TestViewCostsNoSynthesis(t *testing.T) {
	s, m, _ := onTable(t)
	first := draw(t, s, smile(1), engine.StageFinal)
	before := m.total()
	r := smile(1)
	if !s.Kept(r, engine.StageFinal) || s.Kept(smile(2), engine.StageFinal) || s.Kept(r, engine.StagePreview) {
		t.Error("Kept: want true for the drawn strength and stage alone")
	}
	r.View = image.Pt(60, 60)
	if got := draw(t, s, r, engine.StageFinal).Rect.Size(); got != image.Pt(60, 50) {
		t.Errorf("size %v, want 60×50", got)
	}
	r.View = image.Point{}
	if got := draw(t, s, r, engine.StageFinal).Rect.Size(); got != image.Pt(240, 200) {
		t.Errorf("size without a view %v, want the photo's", got)
	}
	if again := draw(t, s, smile(1), engine.StageFinal); !bytes.Equal(again.Pix, first.Pix) {
		t.Error("the same request gave another picture")
	}
	if m.total() != before {
		t.Errorf("other views cost %d syntheses, want none", m.total()-before)
	}
}

func TestSecondPromptKeepsTheFirst(t *testing.T) {
	s, m, _ := onTable(t)
	a, b := smile(1), smile(1)
	b.Edits[0].Target = "old face"
	for range 3 {
		draw(t, s, a, engine.StagePreview)
		draw(t, s, b, engine.StagePreview)
	}
	if m.calls["map"] != 2 || m.calls["invert"] != 1 {
		t.Errorf("ΔS computed %d times, inverted %d times; want 2, 1", m.calls["map"], m.calls["invert"])
	}
}

func TestStrengthZeroGivesTheVeryPixels(t *testing.T) {
	s, m, path := onTable(t)
	original, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	zero := smile(0)
	none := smile(0)
	none.Edits = nil
	for name, r := range map[string]engine.Request{"strength 0": zero, "no edits": none} {
		if got, _ := exported(t, s, r); !samePixels(got, original.Image) {
			t.Errorf("%s: the exported pixels differ from the photo's", name)
		}
		want := image.NewRGBA(image.Rect(0, 0, 120, 100))
		compose.NewView(original.Image, original.Image.Rect, r.View).Draw(want)
		if got := draw(t, s, r, engine.StageOriginal); !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: the drawn picture is not the scaled photo", name)
		}
	}
	if m.total() != 0 {
		t.Errorf("%d syntheses for nothing", m.total())
	}
	// Two edits that cancel out still go through the generator, and leave
	// what it did not change.
	opposite := smile(1)
	opposite.Edits = append(opposite.Edits, engine.Edit{Source: "face", Target: "smiling face", Strength: -1})
	if got, _ := exported(t, s, opposite); !samePixels(got, original.Image) {
		t.Error("opposite edits: the exported pixels differ from the photo's")
	}
}

// What strength 0 gives back of files that are not plain 8-bit RGB: colours
// under alpha 0 too, 16 bits rounded to 8, and a turned photo upright.
func TestStrengthZeroOfUnusualFiles(t *testing.T) {
	veiled := image.NewNRGBA(image.Rect(0, 0, 240, 200))
	deep := image.NewNRGBA64(veiled.Rect)
	rounded := image.NewNRGBA(veiled.Rect)
	for i := range veiled.Pix {
		veiled.Pix[i] = byte(i * 7 / 3)
		v := uint16(i * 199)
		deep.Pix[2*i], deep.Pix[2*i+1] = byte(v>>8), byte(v)
		rounded.Pix[i] = byte((uint32(v)*255 + 32767) / 65535)
	}
	turned := image.NewNRGBA(image.Rect(0, 0, 200, 240)) // by orientation 6
	for y := range 240 {
		for x := range 200 {
			turned.SetNRGBA(x, y, veiled.NRGBAAt(y, 199-x))
		}
	}
	encode := func(img image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	// An eXIf chunk with orientation 6 behind the header of 33 bytes.
	exif := []byte("eXIfMM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(exif)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, exif...), crc32.ChecksumIEEE(exif))
	for name, c := range map[string]struct {
		data []byte
		want *image.NRGBA
	}{
		"alpha":   {encode(veiled), veiled},
		"16 bits": {encode(deep), rounded},
		"turned":  {slices.Insert(encode(veiled), 33, chunk...), turned},
	} {
		s, _ := newStudio(t)
		if _, err := s.Open(t.Context(), 1, engine.Source{Name: name, Data: c.data}, nil, quiet); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, _ := exported(t, s, smile(0)); !samePixels(got, c.want) {
			t.Errorf("%s: the exported pixels are not the file's", name)
		}
	}
}

func TestStrengthsChangeTheFaceSteadily(t *testing.T) {
	s, _, path := onTable(t)
	original, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	last := 0.0
	for i, strength := range []float64{-1, 0.25, 0.5, 1} {
		img, _ := exported(t, s, smile(strength))
		if img.Rect != original.Image.Rect {
			t.Fatalf("strength %g: size %v, want %v", strength, img.Rect, original.Image.Rect)
		}
		change := meanChange(img, original.Image)
		if i == 0 {
			if !(change < 0) {
				t.Errorf("strength -1 made the face brighter by %g", change)
			}
			continue
		}
		if !(change > last) {
			t.Errorf("strength %g changes by %g, the one before by %g", strength, change, last)
		}
		last = change
		if img.NRGBAAt(0, 0) != original.Image.NRGBAAt(0, 0) || img.NRGBAAt(239, 199) != original.Image.NRGBAAt(239, 199) {
			t.Errorf("strength %g touched the corners", strength)
		}
	}
}

func meanChange(a, b *image.NRGBA) float64 {
	sum := 0
	for i := range a.Pix {
		sum += int(a.Pix[i]) - int(b.Pix[i])
	}
	return float64(sum) / float64(len(a.Pix))
}

func TestUnknownPromptsAreWeakened(t *testing.T) {
	for _, c := range []struct {
		known bool
		conf  float64
		want  float64 // of strength 1.5 with gain 2
	}{{true, 0.8, 3}, {false, 0.25, 0.375}, {false, 0, 0}, {false, 0.8, 0.75}} {
		s, m, _ := onTable(t)
		m.known, m.conf = c.known, c.conf
		r := smile(1.5)
		draw(t, s, r, engine.StagePreview)
		reports, err := s.Directions(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.shifts[0].Strength * m.shifts[0].Gain; got != c.want || m.shifts[0].Gain == 0 {
			t.Errorf("confidence %g of 0.5: applied %g, want %g", c.conf, got, c.want)
		}
		if p := reports[0]; p.Known != c.known || p.Confidence != c.conf || len(p.Nearest) != 1 || p.Nearest[0].Name != "smiling" {
			t.Errorf("report %+v", p)
		}
	}
}

func TestPackWithoutConceptsWeakensNothing(t *testing.T) {
	s, m, _ := onTable(t)
	m.known, m.conf, m.nearest = false, 0, nil
	r := smile(1.5)
	draw(t, s, r, engine.StagePreview)
	reports, err := s.Directions(t.Context(), r, nil)
	if err != nil || !reports[0].Known || m.shifts[0].Strength*m.shifts[0].Gain != 3 {
		t.Errorf("%v, %+v, applied %g; want known, 3", err, reports, m.shifts[0].Strength)
	}
}

func TestRandomFace(t *testing.T) {
	s, m := newStudio(t)
	subject, err := s.Random(t.Context(), 1, 42, nil, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if !subject.Random || subject.Seed != 42 || subject.Size != image.Pt(fakeFull, fakeFull) || len(subject.Faces) != 1 {
		t.Errorf("subject %+v", subject)
	}
	plain, text := exported(t, s, smile(0))
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil {
		t.Fatal(err)
	}
	if rec.Task != recipe.TaskRandom || rec.Random.Seed != 42 || rec.Random.Truncation != engine.DefaultTruncation || rec.Source != nil {
		t.Errorf("recipe %+v", rec)
	}
	edited, _ := exported(t, s, smile(1))
	if meanChange(edited, plain) <= 0 {
		t.Error("the edit changed nothing")
	}
	aligned := smile(1)
	aligned.Aligned = true
	if got, _ := exported(t, s, aligned); !samePixels(got, edited) {
		t.Error("a random face is its own aligned square")
	}
	if m.calls["invert"] != 0 || m.calls["detect"] != 0 {
		t.Error("a random face has a known code and place")
	}
	if _, err := s.Random(t.Context(), 2, 42, nil, quiet); err != nil {
		t.Fatal(err)
	}
	again := smile(0)
	again.Photo = 2
	if got, _ := exported(t, s, again); !samePixels(got, plain) {
		t.Error("the same seed made another picture")
	}
	if _, err := s.Random(t.Context(), 3, 43, nil, quiet); err != nil {
		t.Fatal(err)
	}
	again.Photo = 3
	if got, _ := exported(t, s, again); samePixels(got, plain) {
		t.Error("another seed made the same picture")
	}
}

// TestFacesInBoxes: the faces in boxes come after the others, and the recipe says which boxes
// they need.
func TestFacesInBoxes(t *testing.T) {
	s, m := newStudio(t)
	box := image.Rect(30, 40, 60, 80)
	src := engine.Source{Path: writePhoto(t), Boxes: []image.Rectangle{box}}
	subject, err := s.Open(t.Context(), 1, src, engine.Timings{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if len(subject.Faces) != 2 || subject.Faces[1].Box != box || !slices.Equal(subject.Marked, []int{1}) || !slices.Equal(subject.Boxes, src.Boxes) {
		t.Errorf("subject %+v", subject)
	}
	r := smile(1)
	r.Face = subject.Chosen(engine.MarkedFace)
	_, text := exported(t, s, r)
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil || rec.Face != 2 || !slices.Equal(rec.Boxes, []recipe.Box{{30, 40, 30, 40}}) {
		t.Errorf("face %d, boxes %v, %v", rec.Face, rec.Boxes, err)
	}
	m.fail["mark"] = face.ErrNoFaceInBox
	if _, err := s.Open(t.Context(), 2, src, engine.Timings{}, quiet); !errors.Is(err, face.ErrNoFaceInBox) {
		t.Errorf("without a face in the box: %v", err)
	}
	if _, err := s.Size(r); err != nil {
		t.Errorf("the photo before is no longer open: %v", err)
	}
	m.fail["mark"], m.fail["detect"] = nil, face.ErrNoFace
	if subject, err = s.Open(t.Context(), 3, engine.Source{Path: src.Path}, engine.Timings{}, quiet); !errors.Is(err, face.ErrNoFace) {
		t.Errorf("without a face: %+v, %v", subject, err)
	}
}

func TestExportCarriesItsRecipe(t *testing.T) {
	s, _, path := onTable(t)
	r := smile(-0.5)
	r.Threshold = 0.25
	_, text := exported(t, s, r)
	rec, err := recipe.Parse([]byte(text[recipe.Key]))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	want := recipe.Source{Name: "portrait.png", SHA256: hex.EncodeToString(sum[:])}
	if rec.Source == nil || *rec.Source != want {
		t.Errorf("source %+v, want %+v", rec.Source, want)
	}
	if rec.Task != recipe.TaskEdit || rec.Face != 1 || rec.Threshold != 0.25 || rec.Provider != "cpu" || rec.Pack != s.Pack() ||
		!slices.Equal(rec.Edits, []recipe.Edit{{Source: "face", Target: "smiling face", Strength: -0.5}}) {
		t.Errorf("recipe %+v", rec)
	}
	for key, v := range text {
		if strings.Contains(v, filepath.Dir(path)) {
			t.Errorf("%s names the photo's folder: %s", key, v)
		}
	}
	// What was exported is a photo like any other.
	again := filepath.Join(t.TempDir(), "again.png")
	if err := s.Export(t.Context(), r, again, nil, quiet); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), 2, engine.Source{Path: again}, nil, quiet); err != nil {
		t.Errorf("opening an exported picture: %v", err)
	}
}

// saysWhatToDo reports whether an error ends in advice.
func saysWhatToDo(err error) bool {
	for _, advice := range []string{"choose another", "give a file name", "name the PNG"} {
		if strings.Contains(err.Error(), advice) {
			return true
		}
	}
	return false
}

func TestExportRefuses(t *testing.T) {
	s, _, path := onTable(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "link.png")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"the photo itself": path, "a link to it": link, "no name": "",
		"a folder": dir, "in no folder": filepath.Join(dir, "nowhere", "o.png"), "in a file": filepath.Join(path, "o.png"),
	} {
		if err := s.Export(t.Context(), smile(1), target, nil, quiet); err == nil || !saysWhatToDo(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Export(t.Context(), smile(1), path, nil, quiet); !errors.Is(err, engine.ErrOverSource) {
		t.Errorf("the photo itself: %v, want %v", err, engine.ErrOverSource)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the photo was changed (%v)", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCancelledExportLeavesNothing(t *testing.T) {
	s, m, _ := onTable(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if err := s.Export(ctx, smile(1), filepath.Join(dir, "o.png"), nil, quiet); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	// Nothing half-done is kept.
	m.fail["full"] = context.Canceled
	if err := s.Export(t.Context(), smile(1), filepath.Join(dir, "o.png"), nil, quiet); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	if s.Kept(smile(1), engine.StageFinal) {
		t.Error("a cancelled picture is kept")
	}
	delete(m.fail, "full")
	draw(t, s, smile(1), engine.StageFinal)
}

func TestSeveralFaces(t *testing.T) {
	s, m := newStudio(t)
	m.faces = []face.Face{fakeFace(60, 90, 12), fakeFace(180, 90, 12)}
	path := writePhoto(t)
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	original := s.current.photo.Image
	left, right := image.Rect(50, 80, 70, 110), image.Rect(170, 80, 190, 110)
	changed := func(img *image.NRGBA, r image.Rectangle) bool {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				if img.NRGBAAt(x, y) != original.NRGBAAt(x, y) {
					return true
				}
			}
		}
		return false
	}
	for _, c := range []struct {
		face        int
		left, right bool
	}{{0, true, false}, {1, false, true}, {engine.AllFaces, true, true}} {
		r := smile(1)
		r.Face = c.face
		img, text := exported(t, s, r)
		if changed(img, left) != c.left || changed(img, right) != c.right {
			t.Errorf("face %d: left changed %t, right changed %t", c.face, changed(img, left), changed(img, right))
		}
		rec, err := recipe.Parse([]byte(text[recipe.Key]))
		if err != nil || rec.Face != c.face+1 {
			t.Errorf("face %d: recipe says %d (%v)", c.face, rec.Face, err)
		}
		draw(t, s, r, engine.StagePreview)
		draw(t, s, r, engine.StageFinal)
	}
	for _, f := range []int{2, 99, -2} {
		r := smile(1)
		r.Face = f
		if err := s.Invert(t.Context(), r, nil); !errors.Is(err, engine.ErrNoSuchFace) {
			t.Errorf("face %d: %v, want %v", f, err, engine.ErrNoSuchFace)
		}
	}
	all := smile(1)
	all.Face, all.Aligned = engine.AllFaces, true
	if err := s.Export(t.Context(), all, filepath.Join(t.TempDir(), "o.png"), nil, quiet); !errors.Is(err, engine.ErrNoSuchFace) {
		t.Errorf("aligned square of all faces: %v", err)
	}
}

func TestAlignedSquare(t *testing.T) {
	s, _, _ := onTable(t)
	r := smile(0)
	r.Aligned = true
	plain, _ := exported(t, s, r)
	if plain.Rect.Size() != image.Pt(fakeFull, fakeFull) {
		t.Fatalf("size %v, want the generator's", plain.Rect.Size())
	}
	if size, err := s.Size(r); err != nil || size != image.Pt(fakeFull, fakeFull) {
		t.Errorf("Size says %v, %v", size, err)
	}
	r.Edits[0].Strength = 1
	edited, _ := exported(t, s, r)
	if edited.NRGBAAt(0, 0) == plain.NRGBAAt(0, 0) {
		t.Error("the square's border did not change: it has no soft border")
	}
	for _, stage := range []engine.Stage{engine.StagePreview, engine.StageFinal} {
		if got := draw(t, s, r, stage).Rect.Size(); got != image.Pt(120, 120) {
			t.Errorf("%s: size %v, want 120×120", stage, got)
		}
	}
}

// ordinary gives the open photo, whose colours are those of no face, the tone of an ordinary
// photograph.
func ordinary(s *Studio) {
	for _, p := range s.current.portraits {
		p.tone = &compose.Tone{}
	}
}

func TestReconstruction(t *testing.T) {
	s, _, path := onTable(t)
	ordinary(s)
	original, err := photo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "o.png")
	r := smile(1)
	r.Aligned = true
	if err := s.ExportReconstruction(t.Context(), r, out, nil, quiet); err != nil {
		t.Fatal(err)
	}
	square, err := photo.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	// The fake generator shows mid-grey for the fake inverter's code.
	for _, at := range []image.Point{{0, 0}, {64, 64}, {127, 127}} {
		c := square.Image.NRGBAAt(at.X, at.Y)
		for _, v := range []byte{c.R, c.G, c.B} {
			if v < 126 || v > 129 {
				t.Errorf("reconstruction at %v is %v, want the generator's mid-grey", at, c)
				break
			}
		}
	}
	r.Aligned = false
	if err := s.ExportReconstruction(t.Context(), r, out, nil, quiet); err != nil {
		t.Fatal(err)
	}
	whole, err := photo.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Image.Rect != original.Image.Rect || whole.Image.NRGBAAt(0, 0) != original.Image.NRGBAAt(0, 0) {
		t.Error("the rest of the photo changed")
	}
}

func TestFailedOpeningKeepsThePhoto(t *testing.T) {
	s, m, path := onTable(t)
	notes := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(notes, []byte("not a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), 2, engine.Source{Path: notes}, nil, quiet); !errors.Is(err, photo.ErrNotImage) {
		t.Errorf("a text file: %v", err)
	}
	if _, err := s.Open(t.Context(), 2, engine.Source{Path: notes + ".jpg"}, nil, quiet); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := s.Open(t.Context(), 2, engine.Source{Path: filepath.Dir(notes)}, nil, quiet); err == nil {
		t.Error("a folder was opened")
	}
	m.faces = nil
	_, err := s.Open(t.Context(), 2, engine.Source{Path: path}, nil, quiet)
	if !errors.Is(err, face.ErrNoFace) || !strings.Contains(err.Error(), "portrait.png") {
		t.Errorf("no face: %v", err)
	}
	draw(t, s, smile(1), engine.StageFinal)
}

func TestRequestsForOtherPhotos(t *testing.T) {
	s, _ := newStudio(t)
	ctx := t.Context()
	for _, photo := range []uint64{0, 1, 2} {
		r := smile(1)
		r.Photo = photo
		if err := s.Invert(ctx, r, nil); !errors.Is(err, engine.ErrNoPhoto) {
			t.Errorf("Invert without a photo: %v", err)
		}
		if _, err := s.Directions(ctx, r, nil); !errors.Is(err, engine.ErrNoPhoto) {
			t.Errorf("Directions without a photo: %v", err)
		}
		if err := s.Export(ctx, r, "o.png", nil, quiet); !errors.Is(err, engine.ErrNoPhoto) {
			t.Errorf("Export without a photo: %v", err)
		}
		if s.Kept(r, engine.StageFinal) {
			t.Error("something is kept of no photo")
		}
	}
}

func TestStagesOpenOnceAndTryAgain(t *testing.T) {
	s, m := newStudio(t)
	m.fail["open detector"] = errors.New("no memory")
	path := writePhoto(t)
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, nil, quiet); err == nil {
		t.Fatal("opened without a detector")
	}
	delete(m.fail, "open detector")
	if _, err := s.Open(t.Context(), 1, engine.Source{Path: path}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(); st.Provider != "" || st.Pack != "fake" || st.Threshold != -1 {
		t.Errorf("before loading: %+v", st)
	}
	if err := s.Invert(t.Context(), smile(1), nil); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(); st.Provider != "inverter's" {
		t.Errorf("after inverting: %+v", st)
	}
	if err := s.Warm(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(); st.Provider != "cpu" || st.Resolution != fakeFull || st.PreviewResolution != fakePreview || st.Threshold != 0.03 {
		t.Errorf("after loading: %+v", st)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"detector", "generator", "imageEncoder", "inverter", "mapper", "textEncoder"}
	if slices.Sort(m.closed); !slices.Equal(m.closed, want) {
		t.Errorf("closed %v, want %v", m.closed, want)
	}
}

func TestEmptyPrompt(t *testing.T) {
	s, _, _ := onTable(t)
	r := smile(1)
	r.Edits[0].Target = ""
	if err := s.Invert(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Directions(t.Context(), r, nil); !errors.Is(err, prompt.ErrEmptyPrompt) {
		t.Errorf("got %v, want %v", err, prompt.ErrEmptyPrompt)
	}
}

func TestTimingsHaveTheContractsNames(t *testing.T) {
	s, m := newStudio(t)
	_ = m
	times := engine.Timings{}
	ctx := t.Context()
	if _, err := s.Open(ctx, 1, engine.Source{Path: writePhoto(t)}, times, quiet); err != nil {
		t.Fatal(err)
	}
	r := smile(1)
	if err := s.Invert(ctx, r, times); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Directions(ctx, r, times); err != nil {
		t.Fatal(err)
	}
	if err := s.Export(ctx, r, filepath.Join(t.TempDir(), "o.png"), times, quiet); err != nil {
		t.Fatal(err)
	}
	for _, name := range engine.TimingNames() {
		if _, ok := times[name]; !ok && name != engine.TimingTotal {
			t.Errorf("no time for %s in %v", name, times)
		}
	}
}
