package savedstate

import (
	"encoding/json"
	"fmt"
	"image"

	"deltaedit/engine/recipe"
)

// WithBoxes returns the photo with the given boxes around faces.
func (p Photo) WithBoxes(boxes []image.Rectangle) Photo {
	p.Boxes = ""
	if len(boxes) == 0 {
		return p
	}
	list := make([]recipe.Box, len(boxes))
	for i, r := range boxes {
		list[i] = recipe.BoxOf(r)
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // they are numbers
	}
	p.Boxes = string(text)
	return p
}

// Rectangles returns the photo's boxes, or an error where Boxes is no text of WithBoxes.
func (p Photo) Rectangles() ([]image.Rectangle, error) {
	if p.Boxes == "" {
		return nil, nil
	}
	var list []recipe.Box
	if err := json.Unmarshal([]byte(p.Boxes), &list); err != nil {
		return nil, fmt.Errorf("boxes %q: %w", p.Boxes, err)
	}
	if len(list) > recipe.MaxBoxes {
		return nil, fmt.Errorf("%d boxes, want at most %d", len(list), recipe.MaxBoxes)
	}
	var out []image.Rectangle
	for _, b := range list {
		if err := b.Check(); err != nil {
			return nil, fmt.Errorf("box %v: %w", b, err)
		}
		out = append(out, b.Rect())
	}
	return out, nil
}
