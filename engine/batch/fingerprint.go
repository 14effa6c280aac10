package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"deltaedit/engine"
	"deltaedit/engine/recipe"
)

// Fingerprint returns the SHA-256, in hexadecimal, of what the line asks for. It is
// equal for lines with the same meaning (another order of keys, an explicit default
// value), and differs whenever the image or its file could be another. The photo counts
// by its name in the plan, so that a plan can be moved together with its photos; the
// content of the photo is not part of it.
func (l Line) Fingerprint() string {
	data, err := json.Marshal(struct {
		Version   int           `json:"version"`
		ID        string        `json:"id"`
		In        string        `json:"in"`
		Edits     []engine.Edit `json:"edits"`
		Threshold float64       `json:"threshold"`
		Face      int           `json:"face"`
		Aligned   bool          `json:"aligned"`
		Out       string        `json:"out"`
		// Empty for the GAN, so that fingerprints from before there was a second
		// renderer stay the same.
		Renderer engine.Renderer `json:"engine,omitempty"`
		Steps    int             `json:"steps,omitempty"`
		Box      *recipe.Box     `json:"box,omitempty"`
	}{1, l.ID, l.In, l.Edits, l.Threshold, l.Face, l.Aligned, l.Out, l.Renderer, l.Steps, l.Box})
	if err != nil {
		panic(err) // Parse ensures that numbers are finite and texts UTF-8
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
