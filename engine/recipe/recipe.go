// Package recipe writes down how a picture was made, so that it can be made
// again: which pack, which photo, which edits. The recipe travels as JSON in
// the text metadata of every PNG that the program writes. It names the photo by
// its base name and hash and holds no path.
package recipe

// Key is the keyword of the recipe in a PNG's text metadata.
const Key = "deltaedit-recipe"

// Version is the version that this program writes, and the newest it reads.
const Version = 1

// Tasks that make a picture.
const (
	TaskEdit   = "edit"   // a photo, edited
	TaskInvert = "invert" // a photo's faces, reconstructed
	TaskRandom = "random" // a face that does not exist, edited or not
)

// AllFaces as a recipe's Face means every face of the photo that is clear, or
// every one where none is.
const AllFaces = 0

// Recipe is everything needed to make a picture again.
type Recipe struct {
	Version int    `json:"version"`
	Task    string `json:"task"`
	// Program is the name and version of the program that made the picture.
	Program string `json:"program"`
	Pack    Pack   `json:"pack"`
	// Engine is the kind of generator: "gan" or "diffusion".
	Engine string `json:"engine"`
	// Steps is the number of steps of the diffusion each way; 0 for the GAN.
	Steps int `json:"steps,omitempty"`
	// Provider is the execution provider that ran the engine. Others give
	// the same picture but for rounding.
	Provider string `json:"provider"`
	// Source is the photo; nil for a random face.
	Source *Source `json:"source,omitempty"`
	// Random is the random face; nil for a photo.
	Random *Random `json:"random,omitempty"`
	// Face counts the edited face from 1, the clear ones first, each largest first; AllFaces for all.
	Face int `json:"face"`
	// Refine holds the steps of refinement that each of the edited faces was
	// given, in their order; nil where none was.
	Refine []int `json:"refine,omitempty"`
	// Edits were applied together, in order.
	Edits []Edit `json:"edits"`
	// Threshold is the relevance threshold, in [0, 1].
	Threshold float64 `json:"threshold"`
	// Aligned is true for the aligned square instead of the whole photo.
	Aligned bool `json:"aligned"`
}

// Pack names a model pack and pins it: the manifest holds every file's hash.
type Pack struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Manifest is the SHA-256 of manifest.json, in hexadecimal.
	Manifest string `json:"manifest_sha256"`
}

// Source is the photo that was edited.
type Source struct {
	// Name is the file's base name, "" when there was no file.
	Name string `json:"name"`
	// SHA256 of the file's bytes, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Random is what a random face was drawn from.
type Random struct {
	Seed       int64   `json:"seed"`
	Truncation float64 `json:"truncation"`
}

// Edit is one pair of prompts and how strongly it was applied.
type Edit struct {
	Source   string  `json:"source"`
	Target   string  `json:"target"`
	Strength float64 `json:"strength"`
}
