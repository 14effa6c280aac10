package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"path/filepath"
	"runtime/debug"
	"time"

	"deltaedit/engine/face"
	"deltaedit/engine/invert"
	"deltaedit/engine/photo"
	"deltaedit/engine/recipe"
)

// DefaultTruncation gives clean, typical random faces.
const DefaultTruncation = 0.7

// Open decodes a photo and finds its faces, the largest first. A photo without
// a face is refused with an error that wraps face.ErrNoFace.
func (s *Studio) Open(ctx context.Context, id uint64, src Source, t Timings, report Report) (Subject, error) {
	if src.Name == "" {
		src.Name = filepath.Base(src.Path)
	}
	report("Reading "+src.Name, -1)
	start := time.Now()
	d, err := Decode(src)
	t.since(lapDecode, start)
	if err != nil {
		return Subject{}, err
	}
	return s.lay(ctx, id, d, t, report)
}

// lay finds the faces of a decoded photo and puts it on the table.
func (s *Studio) lay(ctx context.Context, id uint64, d *Decoded, t Timings, report Report) (Subject, error) {
	src, ph := d.src, d.photo
	if err := ctx.Err(); err != nil {
		return Subject{}, err
	}
	// What a face is inverted and drawn with is loaded while it is looked for, unless
	// the photo alone needs much memory then.
	if !large(ph) {
		s.inverter.begin()
		s.generator.begin()
	}
	report("Finding faces in "+src.Name, -1)
	det, err := s.detector.get(ctx)
	if err != nil {
		return Subject{}, err
	}
	start := time.Now()
	found, err := det.Detect(ctx, ph.Image)
	t.since(lapDetect, start)
	if err != nil {
		return Subject{}, fmt.Errorf("%s: %w", src.Name, err)
	}
	if len(found) == 0 {
		return Subject{}, fmt.Errorf("%s: %w", src.Name, face.ErrNoFace)
	}
	tb := &table{
		photo:   ph,
		source:  &recipe.Source{Name: baseName(src), SHA256: d.sum},
		subject: Subject{Photo: id, Path: src.Path, Name: src.Name, Size: ph.Image.Rect.Size(), Notices: ph.Notices},
	}
	for _, f := range found {
		tb.subject.Faces = append(tb.subject.Faces, FaceBox{Box: f.Box, Score: f.Score, Doubt: f.Doubt})
		p := newPortrait(face.Align(f))
		p.face = &f
		tb.portraits = append(tb.portraits, p)
	}
	s.table = tb
	return tb.subject, nil
}

// Random generates a face that does not exist and opens it.
func (s *Studio) Random(ctx context.Context, id uint64, seed int64, t Timings, report Report) (Subject, error) {
	return s.Generate(ctx, id, seed, DefaultTruncation, t, report)
}

// Generate is Random with a truncation in [0, 2]: 0 is the mean face, 1 the
// generator's own range. Same seed and truncation, same picture.
func (s *Studio) Generate(ctx context.Context, id uint64, seed int64, truncation float64, t Timings, report Report) (Subject, error) {
	report("Generating a face", -1)
	g, err := s.generator.get(ctx)
	if err != nil {
		return Subject{}, err
	}
	style, wplus, err := g.RandomCode(ctx, seed, float32(truncation))
	if err != nil {
		return Subject{}, err
	}
	code := &invert.Code{Style: style, WPlus: wplus}
	pic, err := s.picture(ctx, code, style, StageFinal, t)
	if err != nil {
		return Subject{}, err
	}
	img := face.Picture(pic.Side, pic.Pix)
	size := img.Rect.Size()
	p := newPortrait(face.Whole(size))
	p.code = code
	s.table = &table{
		photo:     &photo.Photo{Image: img, Orientation: 1},
		random:    &recipe.Random{Seed: seed, Truncation: truncation},
		portraits: []*portrait{p},
		subject: Subject{
			Photo: id, Name: fmt.Sprintf("Random face %d", seed), Size: size, Random: true, Seed: seed,
			Faces: []FaceBox{{Box: image.Rectangle{Max: size}, Score: 1}},
		},
	}
	return s.table.subject, nil
}

func newPortrait(a face.Alignment) *portrait {
	return &portrait{align: a, bends: map[prompts]*bend{}, drawn: map[surface]*drawing{}, latents: map[int]*latent{}}
}

// largePhoto is the number of pixels from which memory is spared: what decoding left
// behind is given back at once, and no model is opened beside other work.
const largePhoto = 20_000_000

func large(p *photo.Photo) bool {
	size := p.Image.Rect.Size()
	return size.X*size.Y > largePhoto
}

// decode reads a photo, and the SHA-256 of its file in hexadecimal.
func decode(src Source) (*photo.Photo, string, error) {
	data := src.Data
	if src.Path != "" {
		var err error
		if data, err = photo.ReadFile(src.Path); err != nil {
			return nil, "", err
		}
	}
	p, err := photo.DecodeBytes(data, src.Name)
	if err != nil {
		return nil, "", err
	}
	p.Path = src.Path
	sum := sha256.Sum256(data)
	if large(p) {
		debug.FreeOSMemory()
	}
	return p, hex.EncodeToString(sum[:]), nil
}

// baseName returns the photo's file name without any folder, for the recipe.
func baseName(src Source) string {
	name := src.Name
	if src.Path != "" {
		name = filepath.Base(src.Path)
	}
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '/' || name[i] == '\\' || name[i] == 0 {
			return name[i+1:]
		}
	}
	return name
}
