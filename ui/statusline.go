package ui

import (
	"fmt"
	"image"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"deltaedit/engine"
	"deltaedit/ui/queue"
)

// statusLine displays, at the bottom of the window, the provider, the pack and the time
// of the last frame. It belongs to the UI thread.
type statusLine struct {
	content     *fyne.Container
	ground      ground
	edge        *widget.Separator
	left, right *widget.Label
	batch       *chip      // how far the batch is; hidden while there is none
	frame       frameFacts // of the last frame
	shown       time.Time  // when the line was last updated for a frame
}

// frameFacts are the values that the line displays of a frame. They are copied, because
// the engine reuses a frame's image and timings. The zero value stands for no frame.
type frameFacts struct {
	stage    engine.Stage // "" for no frame
	provider string
	took     time.Duration
	size     image.Point
}

func newStatusLine(batch func()) *statusLine {
	s := &statusLine{
		batch:  newChip("", batch),
		ground: newGround(),
		edge:   widget.NewSeparator(),
		left:   widget.NewLabel(""),
		right:  widget.NewLabel(""),
	}
	for _, l := range []*widget.Label{s.left, s.right} {
		l.SizeName = theme.SizeNameCaptionText
		l.Truncation = fyne.TextTruncateEllipsis
	}
	s.right.Alignment = fyne.TextAlignTrailing
	s.batch.Hide()
	s.content = container.NewBorder(s.edge, nil, nil, nil, container.NewStack(s.ground.Raster,
		container.New(layout.NewCustomPaddedLayout(0, 0, spaceM, spaceM),
			container.NewBorder(nil, nil, nil, container.NewCenter(s.batch), container.NewGridWithColumns(2, s.left, s.right)))))
	s.restyle()
	return s
}

// restyle applies a changed theme.
func (s *statusLine) restyle() {
	s.ground.SetColor(themeColor(s.left, colorPanel))
}

// ShowEngine displays the provider, the pack and the last frame.
func (s *statusLine) ShowEngine(status engine.Status) {
	s.left.SetText(engineText(status, s.frame))
}

// lineRhythm is the minimum time between two updates for previews; numbers that change
// faster cannot be read.
const lineRhythm = 250 * time.Millisecond

// ShowFrame displays a frame as the last one.
func (s *statusLine) ShowFrame(status engine.Status, f engine.Frame) {
	s.frame = frameFacts{stage: f.Stage, provider: f.Provider, took: f.Timings["total"]}
	if f.Image != nil {
		s.frame.size = f.Image.Rect.Size()
	}
	now := time.Now()
	if f.Stage == engine.StagePreview && now.Sub(s.shown) < lineRhythm {
		return // the line is updated by the full image when the slider rests
	}
	s.shown = now
	s.ShowEngine(status)
}

// ForgetFrame clears the last frame.
func (s *statusLine) ForgetFrame() { s.frame, s.shown = frameFacts{}, time.Time{} }

// ShowBatch displays how far the batch is; without photos nothing.
func (s *statusLine) ShowBatch(b queue.Snapshot) {
	text := lang.L("Batch {{.Done}}/{{.Count}}", map[string]any{"Done": b.Count(queue.Done) + b.Count(queue.Failed), "Count": len(b.Items)})
	if hide := len(b.Items) == 0; s.batch.Text != text || s.batch.Hidden != hide {
		s.batch.Hidden, s.batch.Text = hide, text
		s.batch.Refresh()
		s.content.Refresh()
	}
}

// ShowPhoto displays which photo is open; face is the index of the selected face.
func (s *statusLine) ShowPhoto(sub engine.Subject, face int) {
	s.right.SetText(photoText(sub, face))
}

// engineText returns a text such as "CPU · faces · preview 38 ms".
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

// providerTitle returns the common name of a provider, or of several that share the
// graphs ("webgpu+cpu").
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

// duration formats a duration in milliseconds below a second and in seconds above.
func duration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
