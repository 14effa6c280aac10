package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"deltaedit/engine"
)

// Fingerprint returns the SHA-256, in hexadecimal, of what the line asks for:
// equal for lines that say the same in other words (an order of keys, a default
// spelled out), and different whenever another picture or another file could
// come of it. The photo counts as the plan names it, so that a plan may be moved
// together with its photos; what is in the file does not count here.
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
		// Not of the GAN, whose lines are as they were before there was another.
		Engine engine.Kind `json:"engine,omitempty"`
		Steps  int         `json:"steps,omitempty"`
	}{1, l.ID, l.In, l.Edits, l.Threshold, l.Face, l.Aligned, l.Out, l.Engine, l.Steps})
	if err != nil {
		panic(err) // numbers are finite and texts UTF-8: see Parse
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
