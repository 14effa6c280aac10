package face

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime"
	"slices"
	"sort"
	"sync/atomic"

	"deltaedit/engine/internal/geometry"
	"deltaedit/engine/internal/parallel"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
)

const (
	// workSide bounds the longer side of the picture that is searched.
	workSide = 2048
	// leastPresence is the logit of the mesh model's score from which there is a
	// face at all.
	leastPresence = 0
	// maxMeshes bounds how often the landmarks of a face are found.
	maxMeshes = 5
	// minFace is the side in photo pixels of the smallest face reported.
	minFace = 20
)

// Detector finds faces and their landmarks. It is not safe for concurrent use.
type Detector struct {
	boxModels []*boxModel // several look through windows side by side
	side      int
	anchors   []Point
	threshold float64
	iou       float64
	mesh      meshModel
	close     []func() error
}

// boxModel is a model that finds boxes, with the memory for its input.
type boxModel struct {
	Model
	image []float32
}

// maxBoxModels bounds the number of windows that are looked through side by side.
const maxBoxModels = 4

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
	// The model is so small that threads do not make it faster. So there are several.
	one := o
	one.Threads = 1
	for range min(runtime.GOMAXPROCS(0), maxBoxModels) {
		g, s, err := load(p, "detector", one, &bp)
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
	}
	g, s, err := load(p, "landmarks", o, &mp)
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
	d.boxModels = append(d.boxModels, &boxModel{Model: m})
	d.side, d.threshold, d.iou = side, p.Threshold, p.IOU
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

// Detect returns the faces in img, or ErrNoFace: those that can be edited well
// first, then those with a [Doubt], each largest first. Faces and points are in
// the coordinates of img. The whole photo is searched, then windows of it, the
// finer the smaller the faces that were found; a photo that shows none is
// searched for one that fills the frame, for one that lies on its side or on its
// head, and for faces down to some 40 pixels, which takes longer. Last, the edges
// are searched for faces that they cut off. img is only read.
func (d *Detector) Detect(ctx context.Context, img *image.NRGBA) ([]Face, error) {
	size := img.Rect.Size()
	if size.X < minFace || size.Y < minFace {
		return nil, fmt.Errorf("%w (the picture has only %d×%d pixels)", ErrNoFace, size.X, size.Y)
	}
	s := search{Detector: d, ctx: ctx, src: newSource(img, workSide), size: size}
	if err := s.run(); err != nil {
		return nil, err
	}
	if len(s.faces) == 0 {
		return nil, ErrNoFace
	}
	sort.SliceStable(s.faces, func(i, j int) bool {
		a, b := s.faces[i], s.faces[j]
		if (a.Doubt == "") != (b.Doubt == "") {
			return a.Doubt == ""
		}
		return Align(a).Side() > Align(b).Side()
	})
	place(s.faces, img.Rect)
	return s.faces, nil
}

// Mark finds the face in a box of img that a person has drawn, in img's coordinates. faces
// are those that are known. The result is the faces with the one in the box, which is
// appended unless it is one of them, and its index. The box is searched more patiently than
// [Detector.Detect] does; where the detector finds nothing, the landmarks are looked for in
// the box itself, and the face's Score is 0. Errors wrap ErrNoFaceInBox or ErrBox. img is
// only read.
func (d *Detector) Mark(ctx context.Context, img *image.NRGBA, box image.Rectangle, faces []Face) ([]Face, int, error) {
	within := box.Intersect(img.Rect)
	switch size := img.Rect.Size(); {
	case within.Empty():
		return nil, 0, fmt.Errorf("%w: %s lies outside of the photo, which has %d×%d pixels", ErrBox, boxText(box), size.X, size.Y)
	case min(within.Dx(), within.Dy()) < minFace:
		return nil, 0, fmt.Errorf("%w: %s is too small: a face needs %d pixels or more", ErrBox, boxText(box), minFace)
	}
	if i := sameFace(faces, within); i >= 0 {
		return faces, i, nil
	}
	s := search{Detector: d, ctx: ctx, src: newSource(img, workSide), size: img.Rect.Size()}
	f, found, err := s.inBox(geometry.RectOf(within.Sub(img.Rect.Min)))
	if err != nil {
		return nil, 0, err
	}
	if !found {
		return nil, 0, fmt.Errorf("%w %s: draw it closely around the face, from brow to chin", ErrNoFaceInBox, boxText(box))
	}
	one := []Face{f}
	place(one, img.Rect)
	if i := sameFace(faces, one[0].Box); i >= 0 {
		return faces, i, nil
	}
	return append(slices.Clone(faces), one[0]), len(faces), nil
}

// boxText returns a box as it is written on the command line: X,Y,W,H.
func boxText(r image.Rectangle) string {
	return fmt.Sprintf("%d,%d,%d,%d", r.Min.X, r.Min.Y, r.Dx(), r.Dy())
}

// sameFace returns the index of the face that takes the place of a rectangle, or -1.
func sameFace(faces []Face, at image.Rectangle) int {
	best, share := -1, boxOverlap
	for i := range faces {
		if iou := geometry.RectOf(faces[i].Box).IoU(geometry.RectOf(at)); iou > share {
			best, share = i, iou
		}
	}
	return best
}

// lookThrough runs the detector on windows, side by side, and returns what it finds in each of them.
// Boxes with a score below the threshold do not count.
func (d *Detector) lookThrough(ctx context.Context, src *source, ws []window, threshold float64) ([][]detection, error) {
	found, errs := make([][]detection, len(ws)), make([]error, len(ws))
	var next atomic.Int64
	parallel.Ranges(len(d.boxModels), 1, func(from, to int) {
		for _, m := range d.boxModels[from:to] {
			for i := next.Add(1) - 1; i < int64(len(ws)); i = next.Add(1) - 1 {
				if found[i], errs[i] = d.boxes(ctx, src, ws[i], m, threshold); errs[i] != nil {
					return
				}
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// boxes runs a model on one window.
func (d *Detector) boxes(ctx context.Context, src *source, w window, m *boxModel, threshold float64) ([]detection, error) {
	img := src.show(w, d.side)
	if blank(img) {
		return nil, nil
	}
	m.image = interleaved(m.image, img, 1/127.5, -1)
	out, err := m.Run(ctx, map[string][]float32{"image": m.image})
	if err != nil {
		return nil, fmt.Errorf("find faces: %w", err)
	}
	boxes, scores := out["boxes"], out["scores"]
	if len(boxes) != boxValues*len(d.anchors) || len(scores) != len(d.anchors) {
		return nil, fmt.Errorf("find faces: the model gave %d box values and %d scores for %d anchors", len(boxes), len(scores), len(d.anchors))
	}
	return suppress(decodeBoxes(boxes, scores, d.anchors, d.side, threshold), d.iou), nil
}

// refine finds the mesh of a detection. Where a doubt about the face hangs by little, the
// face is also looked at as in a mirror, so that a photo and its mirror image are judged
// alike.
func (d *Detector) refine(ctx context.Context, src *source, b detection) (Face, bool, error) {
	f := Face{Score: b.score}
	r := d.mesh.regionOfDetection(b)
	m, at, ok, err := d.settle(ctx, src, r, false)
	if err != nil || !ok {
		return f, false, err
	}
	f.Points = m.points
	f.pose(m, at)
	f.marks = marksOf(&m.points)
	if !f.borderline(src.full.Rect.Size()) {
		return f, true, nil
	}
	if m, at, ok, err = d.settle(ctx, src, r, true); err != nil {
		return f, false, err
	}
	if !ok {
		m.presence = min(m.presence, leastPresence)
	}
	f.alsoMirrored(m, at, ok)
	return f, true, nil
}

// refineCut finds the mesh of a face that the photo's edge cuts off. The landmark model is
// much surer of one half of a face than of the other, so the face is looked at as it is and
// as in a mirror, and the surer mesh is taken: a photo and its mirror image are judged alike.
func (d *Detector) refineCut(ctx context.Context, src *source, b detection) (f Face, found bool, err error) {
	f.Score = b.score
	r := d.mesh.regionOfDetection(b)
	for _, mirrored := range []bool{false, true} {
		m, at, ok, err := d.settle(ctx, src, r, mirrored)
		if err != nil {
			return f, false, err
		}
		if ok && (!found || m.presence > f.presence) {
			found = true
			f.Points, f.marks = m.points, marksOf(&m.points)
			f.pose(m, at)
		}
	}
	return f, found, nil
}

// settle finds the mesh in a region. It repeats this, each time in the region of the last
// mesh, until the region does not change. It also returns the region of the mesh. ok is
// false when there is no face.
func (d *Detector) settle(ctx context.Context, src *source, r region, mirrored bool) (m mesh, at region, ok bool, err error) {
	for range maxMeshes {
		if m, err = d.mesh.run(ctx, src, r, mirrored); err != nil || !(m.presence >= leastPresence) {
			return m, r, false, err
		}
		at = r
		next := d.mesh.regionOfMesh(&m.points)
		if !(next.side >= minFace) {
			return m, at, false, nil
		}
		if next.near(r) {
			break
		}
		r = next
	}
	return m, at, true, nil
}

func (a Alignment) centre() Point { return a.Origin.Add(a.U.Add(a.V).Mul(0.5)) }

// place moves faces to the photo's own coordinates and fills in their boxes.
func place(faces []Face, r image.Rectangle) {
	corner := geometry.Pt(float64(r.Min.X), float64(r.Min.Y))
	for i := range faces {
		f := &faces[i]
		for k, p := range f.Points {
			f.Points[k] = p.Add(corner)
		}
		f.Box = f.extent().Pixels().Intersect(r)
	}
}
