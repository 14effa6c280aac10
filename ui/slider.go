package ui

import (
	"image/color"
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget       = (*trackSlider)(nil)
	_ fyne.Draggable    = (*trackSlider)(nil)
	_ fyne.Focusable    = (*trackSlider)(nil)
	_ fyne.Tappable     = (*trackSlider)(nil)
	_ desktop.Hoverable = (*trackSlider)(nil)
	_ desktop.Mouseable = (*trackSlider)(nil)
	_ desktop.Keyable   = (*trackSlider)(nil)
)

// sliderMark is a tick below the track with an optional caption.
type sliderMark struct {
	Value float64
	Text  string
}

// trackSlider is a horizontal slider whose filled part starts at an origin inside the
// track, so that positive and negative values look different. It follows the pointer
// from the first press. It belongs to the UI thread.
type trackSlider struct {
	widget.BaseWidget

	Min, Max float64
	// Step is 1/n for a whole n.
	Step float64
	// Origin is the value that the filled part starts from.
	Origin float64
	// Snap is the distance from Origin within which the pointer snaps to it.
	Snap  float64
	Marks []sliderMark

	// OnChanged is called for every new value from a gesture or a key.
	OnChanged func(float64)
	// OnChangeEnded is called once after a gesture or key has changed the value.
	OnChangeEnded func(float64)
	// OnKeyDown and OnKeyUp receive raw keys while the slider has the focus.
	OnKeyDown, OnKeyUp func(*fyne.KeyEvent)

	value            float64
	hovered, focused bool
	// pending is true until OnChangeEnded is called for a change.
	pending bool
}

func newTrackSlider(low, high, step, origin float64) *trackSlider {
	s := &trackSlider{Min: low, Max: high, Step: step, Origin: origin, value: origin}
	s.ExtendBaseWidget(s)
	return s
}

// Value returns the slider's value.
func (s *trackSlider) Value() float64 { return s.value }

// SetSilently moves the thumb without calling any callback.
func (s *trackSlider) SetSilently(v float64) {
	s.value = s.clamp(v)
	s.pending = false
	s.Refresh()
}

// clamp returns the nearest step inside the range; NaN becomes the origin.
func (s *trackSlider) clamp(v float64) float64 {
	if math.IsNaN(v) {
		v = s.Origin
	}
	// Steps such as 0.01 have no exact binary representation. Counting steps and
	// dividing makes 100 of them 1 and not 1.0000000000000002.
	v = math.Round(v/s.Step) / math.Round(1/s.Step)
	return math.Max(s.Min, math.Min(s.Max, v))
}

func (s *trackSlider) change(v float64) {
	v = s.clamp(v)
	if v == s.value {
		return
	}
	s.value, s.pending = v, true
	s.Refresh()
	if s.OnChanged != nil {
		s.OnChanged(v)
	}
}

func (s *trackSlider) end() {
	if !s.pending {
		return
	}
	s.pending = false
	if s.OnChangeEnded != nil {
		s.OnChangeEnded(s.value)
	}
}

func (s *trackSlider) point(x float32) {
	v := s.valueAt(x)
	if math.Abs(v-s.Origin) <= s.Snap {
		v = s.Origin
	}
	s.change(v)
}

const (
	thumbRadius float32 = 8
	ringRadius  float32 = 13
	trackHeight float32 = 4
)

// valueAt returns the value under x; xOf is its inverse.
func (s *trackSlider) valueAt(x float32) float64 {
	span := s.Size().Width - 2*ringRadius
	if span <= 0 {
		return s.value
	}
	ratio := math.Max(0, math.Min(1, float64((x-ringRadius)/span)))
	return s.Min + ratio*(s.Max-s.Min)
}

func (s *trackSlider) xOf(v float64) float32 {
	span := s.Size().Width - 2*ringRadius
	return ringRadius + span*float32((v-s.Min)/(s.Max-s.Min))
}

// Dragged follows the pointer.
func (s *trackSlider) Dragged(e *fyne.DragEvent) { s.point(e.Position.X) }

// DragEnd ends the gesture.
func (s *trackSlider) DragEnd() { s.end() }

// MouseDown takes the focus and jumps to the pointer.
func (s *trackSlider) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s)
	}
	s.point(e.Position.X)
}

// MouseUp ends the gesture.
func (s *trackSlider) MouseUp(*desktop.MouseEvent) { s.end() }

// Tapped jumps to the pointer where there is no mouse.
func (s *trackSlider) Tapped(e *fyne.PointEvent) {
	s.point(e.Position.X)
	s.end()
}

// MouseIn highlights the thumb.
func (s *trackSlider) MouseIn(*desktop.MouseEvent) { s.hovered = true; s.Refresh() }

// MouseMoved does nothing.
func (s *trackSlider) MouseMoved(*desktop.MouseEvent) {}

// MouseOut removes the highlight.
func (s *trackSlider) MouseOut() { s.hovered = false; s.Refresh() }

// FocusGained shows the focus ring.
func (s *trackSlider) FocusGained() { s.focused = true; s.Refresh() }

// FocusLost hides the focus ring and ends a change made with keys.
func (s *trackSlider) FocusLost() { s.focused = false; s.end(); s.Refresh() }

// KeyDown passes raw keys on.
func (s *trackSlider) KeyDown(k *fyne.KeyEvent) {
	if s.OnKeyDown != nil {
		s.OnKeyDown(k)
	}
}

// KeyUp ends a change made with arrow keys and passes raw keys on.
func (s *trackSlider) KeyUp(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyHome, fyne.KeyEnd:
		s.end()
	}
	if s.OnKeyUp != nil {
		s.OnKeyUp(k)
	}
}

// TypedKey moves by five steps with the arrow keys, by fifty with page up and page
// down, and to the ends with home and end; a held key is one gesture.
func (s *trackSlider) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		s.change(s.value - 5*s.Step)
	case fyne.KeyRight, fyne.KeyUp:
		s.change(s.value + 5*s.Step)
	case fyne.KeyPageDown:
		s.change(s.value - 50*s.Step)
	case fyne.KeyPageUp:
		s.change(s.value + 50*s.Step)
	case fyne.KeyHome:
		s.change(s.Min)
	case fyne.KeyEnd:
		s.change(s.Max)
	default:
		passKey(s, k)
	}
}

// TypedRune passes characters on.
func (s *trackSlider) TypedRune(r rune) { passRune(s, r) }

// CreateRenderer implements fyne.Widget.
func (s *trackSlider) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &trackSliderRenderer{
		slider: s,
		track:  &canvas.Rectangle{CornerRadius: trackHeight / 2},
		active: &canvas.Rectangle{CornerRadius: trackHeight / 2},
		ring:   &canvas.Circle{},
		thumb:  &canvas.Circle{StrokeWidth: 2},
	}
	r.objects = []fyne.CanvasObject{r.track, r.active}
	for _, m := range s.Marks {
		tick := &canvas.Rectangle{}
		text := &canvas.Text{Text: m.Text, Alignment: fyne.TextAlignCenter}
		r.ticks, r.texts = append(r.ticks, tick), append(r.texts, text)
		r.objects = append(r.objects, tick, text)
	}
	r.objects = append(r.objects, r.ring, r.thumb)
	r.paint()
	return r
}

type trackSliderRenderer struct {
	slider        *trackSlider
	track, active *canvas.Rectangle
	ring, thumb   *canvas.Circle
	ticks         []*canvas.Rectangle
	texts         []*canvas.Text
	objects       []fyne.CanvasObject
}

func (r *trackSliderRenderer) Destroy()                     {}
func (r *trackSliderRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *trackSliderRenderer) MinSize() fyne.Size {
	h := 2 * ringRadius
	if len(r.texts) > 0 {
		h += r.texts[0].MinSize().Height
	}
	return fyne.NewSize(120, h)
}

func (r *trackSliderRenderer) Layout(size fyne.Size) {
	s := r.slider
	middle := ringRadius
	r.track.Move(fyne.NewPos(ringRadius-trackHeight/2, middle-trackHeight/2))
	r.track.Resize(fyne.NewSize(size.Width-2*ringRadius+trackHeight, trackHeight))

	from, to := s.xOf(s.Origin), s.xOf(s.value)
	r.active.Move(fyne.NewPos(fyne.Min(from, to), middle-trackHeight/2))
	r.active.Resize(fyne.NewSize(fyne.Max(from, to)-fyne.Min(from, to), trackHeight))

	r.thumb.Move(fyne.NewPos(to-thumbRadius, middle-thumbRadius))
	r.thumb.Resize(fyne.NewSquareSize(2 * thumbRadius))
	r.ring.Move(fyne.NewPos(to-ringRadius, middle-ringRadius))
	r.ring.Resize(fyne.NewSquareSize(2 * ringRadius))

	for i, m := range s.Marks {
		x := s.xOf(m.Value)
		length := float32(4)
		if m.Value == s.Origin {
			length = 7
		}
		r.ticks[i].Move(fyne.NewPos(x-0.5, middle+spaceS))
		r.ticks[i].Resize(fyne.NewSize(1, length))
		text := r.texts[i].MinSize()
		left := fyne.Max(0, fyne.Min(size.Width-text.Width, x-text.Width/2))
		r.texts[i].Move(fyne.NewPos(left, 2*ringRadius-spaceS/2))
		r.texts[i].Resize(text)
	}
}

func (r *trackSliderRenderer) paint() {
	s := r.slider
	r.track.FillColor = themeColor(s, theme.ColorNameInputBorder)
	r.active.FillColor = themeColor(s, theme.ColorNamePrimary)
	r.thumb.FillColor = themeColor(s, theme.ColorNameForeground)
	r.thumb.StrokeColor = themeColor(s, colorPanel)
	switch {
	case s.focused:
		r.ring.FillColor = themeColor(s, theme.ColorNameFocus)
	case s.hovered:
		r.ring.FillColor = themeColor(s, theme.ColorNameHover)
	default:
		r.ring.FillColor = color.Transparent
	}
	for i := range r.ticks {
		r.ticks[i].FillColor = themeColor(s, theme.ColorNamePlaceHolder)
		r.texts[i].Color = themeColor(s, colorMuted)
		r.texts[i].TextSize = s.Theme().Size(theme.SizeNameCaptionText)
	}
}

func (r *trackSliderRenderer) Refresh() {
	r.paint()
	r.Layout(r.slider.Size())
	canvas.Refresh(r.slider)
}

// signed formats a strength with its sign, using the minus character U+2212.
func signed(v float64) string {
	text := fixed2(math.Abs(v))
	switch {
	case text == "0.00":
		return "0.00"
	case v < 0:
		return "−" + text
	default:
		return "+" + text
	}
}

// fixed2 formats a value with two decimals.
func fixed2(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
