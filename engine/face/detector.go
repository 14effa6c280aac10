package face

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sort"

	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

const (
	// workSide bounds the longer side of the picture that is searched.
	workSide = 2048
	// meshScore is the probability from which a mesh counts as a face's.
	meshScore = 0.5
	// minFace is the side in photo pixels of the smallest face reported.
	minFace = 20
)

// Detector finds faces and their landmarks. It is not safe for concurrent use.
type Detector struct {
	model     Model
	side      int
	anchors   []Point
	threshold float64
	iou       float64
	mesh      meshModel
	image     []float32
	close     []func() error
}

// boxParams are the parameters of a pack's detector component.
type boxParams struct {
	Kind      string  `json:"kind"`
	Strides   []int   `json:"strides"`
	Threshold float64 `json:"score_threshold"`
	IOU       float64 `json:"iou"`
}

// meshParams are the parameters of a pack's landmarks component.
type meshParams struct {
	Kind  string  `json:"kind"`
	Scale float64 `json:"scale"`
}

// NewDetector opens the components "detector" and "landmarks" of a pack. Close
// frees them.
func NewDetector(p *pack.Pack, o onnx.Options) (*Detector, error) {
	d := &Detector{}
	if err := d.load(p, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Detector) load(p *pack.Pack, o onnx.Options) error {
	bp, mp := boxParams{Threshold: 0.5, IOU: 0.3}, meshParams{Scale: 1.5}
	g, s, err := load(p, "detector", o, &bp)
	if err != nil {
		return err
	}
	d.close = append(d.close, s.Close)
	if bp.Kind != "blazeface" {
		return fmt.Errorf("pack component \"detector\" has kind %q, want \"blazeface\"", bp.Kind)
	}
	if err := d.useBoxes(s, g, bp); err != nil {
		return err
	}
	g, s, err = load(p, "landmarks", o, &mp)
	if err != nil {
		return err
	}
	d.close = append(d.close, s.Close)
	if mp.Kind != "facemesh468" {
		return fmt.Errorf("pack component \"landmarks\" has kind %q, want \"facemesh468\"", mp.Kind)
	}
	return d.useMesh(s, g, mp)
}

func (d *Detector) useBoxes(m Model, g pack.Graph, p boxParams) error {
	side, err := squareInput("detector", g)
	if err != nil {
		return err
	}
	if len(p.Strides) == 0 {
		return errors.New("pack component \"detector\" has no strides")
	}
	for _, s := range p.Strides {
		if s < 1 || s > side {
			return fmt.Errorf("pack component \"detector\" has a stride of %d for a side of %d", s, side)
		}
	}
	d.model, d.side, d.threshold, d.iou = m, side, p.Threshold, p.IOU
	d.anchors = anchors(side, p.Strides)
	return errors.Join(
		wantLength("detector", g, "boxes", boxValues*len(d.anchors)),
		wantLength("detector", g, "scores", len(d.anchors)),
	)
}

func (d *Detector) useMesh(m Model, g pack.Graph, p meshParams) error {
	side, err := squareInput("landmarks", g)
	if err != nil {
		return err
	}
	if !(p.Scale > 0) {
		return fmt.Errorf("pack component \"landmarks\" has scale %v", p.Scale)
	}
	d.mesh = meshModel{model: m, side: side, scale: p.Scale}
	return errors.Join(
		wantLength("landmarks", g, "points", 3*MeshPoints),
		wantLength("landmarks", g, "score", 1),
	)
}

// Close frees the models.
func (d *Detector) Close() error {
	var errs []error
	for _, c := range d.close {
		errs = append(errs, c())
	}
	d.close = nil
	return errors.Join(errs...)
}

// Detect returns the faces in img, largest first, or ErrNoFace. Faces and
// points are in the coordinates of img. The whole photo is searched first, then
// in finer and finer windows; a photo that shows none is searched turned by
// quarter turns as well. img is only read.
func (d *Detector) Detect(ctx context.Context, img *image.NRGBA) ([]Face, error) {
	size := img.Rect.Size()
	if size.X < minFace || size.Y < minFace {
		return nil, fmt.Errorf("%w (the picture has only %d×%d pixels)", ErrNoFace, size.X, size.Y)
	}
	src := newSource(img, workSide)
	always := append([]window{whole(size, 1, 0)}, tiles(size, 2)...)
	if max(size.X, size.Y) >= 2000 {
		always = append(always, tiles(size, 4)...)
	}
	rounds := [][]window{
		always,
		{whole(size, 1.6, 0), whole(size, 2.5, 0)},
		{whole(size, 1, 1), whole(size, 1, 3), whole(size, 1, 2)},
		append(tiles(size, 4), tiles(size, 8)...),
	}
	for _, ws := range rounds {
		faces, err := d.look(ctx, src, size, ws)
		if err != nil {
			return nil, err
		}
		if len(faces) > 0 {
			place(faces, img.Rect)
			return faces, nil
		}
	}
	return nil, ErrNoFace
}

// look searches the windows and returns the faces, largest first, in
// coordinates from the photo's corner.
func (d *Detector) look(ctx context.Context, src *source, size image.Point, ws []window) ([]Face, error) {
	var found []detection
	for _, w := range ws {
		ds, err := d.boxes(ctx, src, w)
		if err != nil {
			return nil, err
		}
		for _, b := range ds {
			if b = w.toPhoto(b); !w.cuts(b, size) {
				found = append(found, b)
			}
		}
	}
	var faces []Face
	for _, b := range suppress(found, d.iou) {
		if max(b.box.width(), b.box.height()) < minFace {
			continue
		}
		f, ok, err := d.refine(ctx, src, b)
		if err != nil {
			return nil, err
		}
		if ok && !known(faces, f) {
			faces = append(faces, f)
		}
	}
	sort.SliceStable(faces, func(i, j int) bool { return Align(faces[i]).Side() > Align(faces[j]).Side() })
	return faces, nil
}

// boxes runs the detector on one window.
func (d *Detector) boxes(ctx context.Context, src *source, w window) ([]detection, error) {
	img := src.crop(w.at, d.side, false)
	d.image = interleaved(d.image, img, 1/127.5, -1)
	out, err := d.model.Run(ctx, map[string][]float32{"image": d.image})
	if err != nil {
		return nil, fmt.Errorf("find faces: %w", err)
	}
	boxes, scores := out["boxes"], out["scores"]
	if len(boxes) != boxValues*len(d.anchors) || len(scores) != len(d.anchors) {
		return nil, fmt.Errorf("find faces: the model gave %d box values and %d scores for %d anchors", len(boxes), len(scores), len(d.anchors))
	}
	return suppress(decodeBoxes(boxes, scores, d.anchors, d.side, d.threshold), d.iou), nil
}

// refine finds the mesh of a detection, twice: the first mesh tells better than
// the detection where the second should look.
func (d *Detector) refine(ctx context.Context, src *source, b detection) (Face, bool, error) {
	f := Face{Score: b.score}
	r := d.mesh.regionOfDetection(b)
	for range 2 {
		points, score, err := d.mesh.run(ctx, src, r)
		if err != nil {
			return f, false, err
		}
		if !(score >= meshScore) {
			return f, false, nil
		}
		f.Points = points
		if r = d.mesh.regionOfMesh(&points); !(r.side >= minFace) {
			return f, false, nil
		}
	}
	return f, true, nil
}

// known reports whether f is one of faces: their squares' centres are closer
// than a quarter of the smaller one's side.
func known(faces []Face, f Face) bool {
	a := Align(f)
	for _, g := range faces {
		b := Align(g)
		gap := a.centre().sub(b.centre()).norm()
		if gap < 0.25*min(a.Side(), b.Side()) {
			return true
		}
	}
	return false
}

func (a Alignment) centre() Point { return a.Origin.add(a.U.add(a.V).mul(0.5)) }

// place moves faces to the photo's own coordinates and fills in their boxes.
func place(faces []Face, r image.Rectangle) {
	corner := Point{float64(r.Min.X), float64(r.Min.Y)}
	for i := range faces {
		f := &faces[i]
		for k, p := range f.Points {
			f.Points[k] = p.add(corner)
		}
		f.Box = bounding(f.Points[:]).pixels().Intersect(r)
	}
}
