package ui

import (
	"fmt"
	"image"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
)

// statusLine tells, at the window's foot, what runs where and how fast the
// last frame was. It belongs to the UI thread.
type statusLine struct {
	content     *fyne.Container
	ground      *canvas.Rectangle
	edge        *widget.Separator
	left, right *widget.Label
	frame       frameFacts // of the last
	shown       time.Time  // when the line last told of a frame
}

// frameFacts is what the line tells of a frame, whose picture and timings the engine
// uses again. The zero value is of none.
type frameFacts struct {
	stage    engine.Stage // "" for no frame
	provider string
	took     time.Duration
	size     image.Point
}

func newStatusLine() *statusLine {
	s := &statusLine{
		ground: canvas.NewRectangle(nil),
		edge:   widget.NewSeparator(),
		left:   widget.NewLabel(""),
		right:  widget.NewLabel(""),
	}
	for _, l := range []*widget.Label{s.left, s.right} {
		l.SizeName = theme.SizeNameCaptionText
		l.Truncation = fyne.TextTruncateEllipsis
	}
	s.right.Alignment = fyne.TextAlignTrailing
	s.content = container.NewBorder(s.edge, nil, nil, nil, container.NewStack(s.ground,
		container.New(layout.NewCustomPaddedLayout(0, 0, spaceM, spaceM),
			container.NewGridWithColumns(2, s.left, s.right))))
	s.restyle()
	return s
}

// restyle follows a change of theme.
func (s *statusLine) restyle() {
	s.ground.FillColor = themeColor(s.left, colorPanel)
	s.ground.Refresh()
}

// ShowEngine tells provider, pack and the last frame.
func (s *statusLine) ShowEngine(status engine.Status) {
	s.left.SetText(engineText(status, s.frame))
}

// lineRhythm is the least time between two previews that the line tells of: numbers
// that change faster cannot be read.
const lineRhythm = 250 * time.Millisecond

// ShowFrame makes a frame the last one, and tells of it.
func (s *statusLine) ShowFrame(status engine.Status, f engine.Frame) {
	s.frame = frameFacts{stage: f.Stage, provider: f.Provider, took: f.Timings["total"]}
	if f.Image != nil {
		s.frame.size = f.Image.Rect.Size()
	}
	now := time.Now()
	if f.Stage == engine.StagePreview && now.Sub(s.shown) < lineRhythm {
		return // the picture that comes when the slider rests is told of
	}
	s.shown = now
	s.ShowEngine(status)
}

// ForgetFrame lets no frame be the last one.
func (s *statusLine) ForgetFrame() { s.frame, s.shown = frameFacts{}, time.Time{} }

// ShowPhoto tells what is on the table; face is the index of the chosen face.
func (s *statusLine) ShowPhoto(sub engine.Subject, face int) {
	s.right.SetText(photoText(sub, face))
}

// engineText is such as "CPU · faces · preview 38 ms".
func engineText(status engine.Status, frame frameFacts) string {
	var parts []string
	provider := status.Provider
	if frame.provider != "" {
		provider = frame.provider
	}
	if provider != "" {
		parts = append(parts, providerTitle(provider))
	}
	if status.Pack != "" {
		parts = append(parts, lang.L("pack {{.Name}}", map[string]any{"Name": status.Pack}))
	}
	if !status.Ready {
		parts = append(parts, lang.L("loading models"))
	}
	if frame.stage != "" {
		text := stageTitle(frame.stage)
		if frame.took > 0 {
			text += " " + duration(frame.took)
		}
		if frame.size.X > 0 {
			text += fmt.Sprintf(" · %d × %d", frame.size.X, frame.size.Y)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " · ")
}

func photoText(sub engine.Subject, face int) string {
	if sub.Photo == 0 {
		return ""
	}
	parts := []string{sub.Name}
	if sub.Random {
		parts[0] = lang.L("Random face {{.Seed}}", map[string]any{"Seed": sub.Seed})
	}
	if sub.Size.X > 0 {
		parts = append(parts, fmt.Sprintf("%d × %d", sub.Size.X, sub.Size.Y))
	}
	if len(sub.Faces) > 1 {
		parts = append(parts, lang.L("{{.Count}} faces", map[string]any{"Count": len(sub.Faces)}))
	}
	if face < len(sub.Faces) {
		if label := doubtLabel(sub.Faces[face].Doubt); label != "" {
			parts = append(parts, label)
		}
	}
	return strings.Join(parts, " · ")
}

var providerTitles = map[string]string{
	"cpu": "CPU", "webgpu": "WebGPU", "cuda": "CUDA", "tensorrt": "TensorRT",
	"openvino": "OpenVINO", "directml": "DirectML", "coreml": "Core ML",
}

// providerTitle names a provider, or several that share the graphs
// ("webgpu+cpu"), as people know them.
func providerTitle(name string) string {
	parts := strings.Split(name, "+")
	for i, part := range parts {
		if title, ok := providerTitles[strings.ToLower(part)]; ok {
			parts[i] = title
		}
	}
	return strings.Join(parts, " + ")
}

func stageTitle(s engine.Stage) string {
	switch s {
	case engine.StageOriginal:
		return lang.L("original")
	case engine.StagePreview:
		return lang.L("preview")
	case engine.StageRefined:
		return lang.L("refined")
	case engine.StageFinal:
		return lang.L("final")
	default:
		return string(s)
	}
}

// duration is milliseconds below a second and seconds above.
func duration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
