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
	text, err := json.Marshal(recipe.Boxes(boxes))
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
	for _, b := range list {
		if err := b.Check(); err != nil {
			return nil, fmt.Errorf("box %v: %w", b, err)
		}
	}
	return recipe.Rects(list...), nil
}
