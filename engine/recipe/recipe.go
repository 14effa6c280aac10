// Package recipe records how an image was made, so that it can be made again: with
// which pack, from which photo, with which edits. The recipe is stored as JSON in the
// text metadata of every PNG that the program writes. It identifies the photo by base
// name and hash and contains no path.
package recipe

import "deltaedit/engine/mask"

// Key is the keyword of the recipe in a PNG's text metadata.
const Key = "deltaedit-recipe"

// Version is the recipe version that this program writes and reads.
const Version = 1

// Values of Recipe.Task.
const (
	TaskEdit   = "edit"   // a photo, edited
	TaskInvert = "invert" // a photo's faces, reconstructed
	TaskRandom = "random" // a face that does not exist, edited or not
)

// AllFaces as a recipe's Face means every clear face of the photo, or all faces when
// none is clear.
const AllFaces = 0

// OwnThresholds as a recipe's Threshold means that every edit uses its own default
// threshold.
const OwnThresholds = -1

// Recipe holds everything needed to make an image again.
type Recipe struct {
	Version int    `json:"version"`
	Task    string `json:"task"`
	// Program is the name and version of the program that made the image.
	Program string `json:"program"`
	Pack    Pack   `json:"pack"`
	// Renderer is the kind of generator: "gan" or "diffusion".
	Renderer string `json:"engine"`
	// Steps is the number of diffusion steps in each direction; 0 for the GAN.
	Steps int `json:"steps,omitempty"`
	// Provider is the execution provider that ran the renderer. Other providers give
	// the same image except for rounding.
	Provider string `json:"provider"`
	// Source is the photo; nil for a random face.
	Source *Source `json:"source,omitempty"`
	// Random is the random face; nil for a photo.
	Random *Random `json:"random,omitempty"`
	// Boxes were drawn around faces that were not found without them. These faces come
	// after the others, in the order of the boxes.
	Boxes []Box `json:"boxes,omitempty"`
	// Face is the number of the edited face, counted from 1: the clear faces come
	// first, and within each group the largest first, then those in Boxes. AllFaces
	// means all.
	Face int `json:"face"`
	// Refine holds the number of refinement steps of each edited face, in the order of
	// the faces; nil when none was refined.
	Refine []int `json:"refine,omitempty"`
	// Edits are the edits, applied together, in order.
	Edits []Edit `json:"edits"`
	// Others are further faces with edits of their own; none of them is Face.
	Others []FaceEdits `json:"others,omitempty"`
	// Threshold is the relevance threshold, in [0, 1], or OwnThresholds.
	Threshold float64 `json:"threshold"`
	// Aligned is true when the image is the aligned square instead of the whole photo.
	Aligned bool `json:"aligned"`
}

// Pack identifies a model pack. The hash of the manifest pins the contents, since the
// manifest holds the hash of every file.
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
	// SHA256 is the hash of the file's bytes, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Random holds the parameters that a random face was made from.
type Random struct {
	Seed       int64   `json:"seed"`
	Truncation float64 `json:"truncation"`
}

// Edit is a pair of prompts and the strength with which it was applied.
type Edit struct {
	Source   string  `json:"source"`
	Target   string  `json:"target"`
	Strength float64 `json:"strength"`
	// Threshold is the relevance threshold of this edit alone, in [0, 1]; nil when the
	// recipe's applies.
	Threshold *float64 `json:"threshold,omitempty"`
	// Mask says where on the face the edit reached; the zero mask is everywhere.
	Mask mask.Mask `json:"mask,omitzero"`
}

// FaceEdits are the edits of one face.
type FaceEdits struct {
	// Face is the number of the face, counted from 1.
	Face  int    `json:"face"`
	Edits []Edit `json:"edits"`
}
