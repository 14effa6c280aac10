package mask

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// stored is a mask in a file.
type stored struct {
	Parts  []storedPart `json:"parts"`
	Invert bool         `json:"invert,omitempty"`
}

// storedPart is a region, or a stroke with its points x, y, x, y, ….
type storedPart struct {
	Region   string    `json:"region,omitempty"`
	Radius   float64   `json:"radius,omitempty"`
	Softness float64   `json:"softness,omitempty"`
	Points   []float64 `json:"points,omitempty"`
	Subtract bool      `json:"subtract,omitempty"`
}

// MarshalJSON returns {"parts": […], "invert": true}. A part is
// {"region": "hair"} or {"radius": 0.05, "softness": 0.5, "points": [x, y, …]}, with
// "subtract": true when it takes away. Places and radii are shares of the square's side.
func (m Mask) MarshalJSON() ([]byte, error) {
	out := stored{Parts: []storedPart{}, Invert: m.invert}
	for rest := m.parts; rest != ""; {
		var p part
		p, rest = first(rest)
		s := storedPart{Subtract: p.subtracts()}
		if p.stroke() {
			s.Radius, s.Softness = decimal(p.brush().Radius), p.brush().Softness
			for i := range p.points() {
				at := p.point(i)
				s.Points = append(s.Points, decimal(at.X), decimal(at.Y))
			}
		} else {
			s.Region = p.region().String()
		}
		out.Parts = append(out.Parts, s)
	}
	return json.Marshal(out)
}

// decimal removes what the conversion from units adds behind the last decimal.
func decimal(v float64) float64 { return float64(units(v)) / perSide }

// UnmarshalJSON reads what MarshalJSON returns. Unknown fields and regions, and values out of
// range, are errors.
func (m *Mask) UnmarshalJSON(data []byte) error {
	var in stored
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("bad mask: %w", err)
	}
	if len(in.Parts) > MaxParts {
		return fmt.Errorf("bad mask: %d parts, want at most %d", len(in.Parts), MaxParts)
	}
	var out Mask
	for i, s := range in.Parts {
		var err error
		if out, err = s.appendTo(out); err != nil {
			return fmt.Errorf("bad mask: part %d: %w", i+1, err)
		}
	}
	out.invert = in.Invert
	*m = out
	return nil
}

// appendTo returns the mask with the part.
func (s storedPart) appendTo(m Mask) (Mask, error) {
	if s.Region != "" {
		r, err := ParseRegion(s.Region)
		switch {
		case err != nil:
			return m, err
		case len(s.Points) > 0 || s.Radius != 0 || s.Softness != 0:
			return m, errors.New("it is both a region and a stroke")
		}
		return m.With(r, s.Subtract), nil
	}
	switch _, points := m.size(); {
	case len(s.Points) == 0 || len(s.Points)%2 != 0:
		return m, fmt.Errorf("a stroke has %d numbers as points, want x and y of one or more", len(s.Points))
	case points+len(s.Points)/2 > MaxPoints:
		return m, fmt.Errorf("the strokes have more than %d points", MaxPoints)
	case !(s.Radius >= MinRadius && s.Radius <= MaxRadius):
		return m, fmt.Errorf("the radius is %v, want %v to %v", s.Radius, MinRadius, MaxRadius)
	case !(s.Softness >= 0 && s.Softness <= 1):
		return m, fmt.Errorf("the softness is %v, want 0 to 1", s.Softness)
	}
	for _, v := range s.Points {
		if !(math.Abs(v) <= MaxPlace) {
			return m, fmt.Errorf("a point is at %v, want −%d to %d", v, MaxPlace, MaxPlace)
		}
	}
	m = m.Begin(Brush{s.Radius, s.Softness}, s.Subtract, Point{s.Points[0], s.Points[1]})
	packed := []byte(m.parts)
	at := last(m.parts)
	for i := 2; i < len(s.Points); i += 2 {
		packed = appendPoint(packed, Point{s.Points[i], s.Points[i+1]})
	}
	n := len(s.Points) / 2
	packed[at+4], packed[at+5] = byte(n), byte(n>>8)
	m.parts = string(packed)
	return m, nil
}
