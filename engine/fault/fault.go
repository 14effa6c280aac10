// Package fault names the kinds of errors that people can do something about, so that a
// window can word them in its own language, and results that were stored can tell them
// apart. It has no state.
package fault

import (
	"errors"
	"io/fs"
	"syscall"

	"deltaedit/engine"
	"deltaedit/engine/diffusion"
	"deltaedit/engine/face"
	"deltaedit/engine/onnx"
	"deltaedit/engine/pack"
	"deltaedit/engine/photo"
	"deltaedit/engine/photo/webpwrite"
	"deltaedit/engine/prompt"
)

// Kind is a kind of error. The values are stable: results of batches hold them.
type Kind string

// Kinds of errors. Unknown is every other.
const (
	Unknown     Kind = ""
	NoFace      Kind = "no_face"
	NoFaceInBox Kind = "no_face_in_box"
	BadBox      Kind = "bad_box"
	NoSuchFace  Kind = "no_such_face"
	NoPhoto     Kind = "no_photo"
	NoRegions   Kind = "no_regions"
	NoDiffusion Kind = "no_diffusion"
	Diverged    Kind = "diffusion_diverged"

	TooLarge    Kind = "too_large"
	NotImage    Kind = "not_an_image"
	Unsupported Kind = "unsupported_image"
	Truncated   Kind = "image_cut_short"
	Damaged     Kind = "image_damaged"
	OverSource  Kind = "over_source"
	TooWide     Kind = "too_large_for_webp"

	EmptyPrompt Kind = "empty_prompt"
	SamePrompt  Kind = "same_prompt"

	Memory      Kind = "memory"
	NoLibrary   Kind = "no_library"
	BadProvider Kind = "bad_provider"
	NoPack      Kind = "no_pack"
	BadPack     Kind = "bad_pack"

	Missing    Kind = "file_missing"
	Permission Kind = "permission"
	DiskFull   Kind = "disk_full"
	Exists     Kind = "file_exists"
)

// kinds are the kinds of errors, the more special ones first.
var kinds = []struct {
	err  error
	kind Kind
}{
	{face.ErrNoFaceInBox, NoFaceInBox},
	{face.ErrBox, BadBox},
	{face.ErrNoFace, NoFace},
	{engine.ErrNoSuchFace, NoSuchFace},
	{engine.ErrNoPhoto, NoPhoto},
	{engine.ErrNoRegions, NoRegions},
	{engine.ErrNoDiffusion, NoDiffusion},
	{onnx.ErrMemory, Memory},
	{syscall.ENOMEM, Memory},
	{diffusion.ErrDiverged, Diverged},
	{photo.ErrTooLarge, TooLarge},
	{photo.ErrNotImage, NotImage},
	{photo.ErrUnsupported, Unsupported},
	{photo.ErrTruncated, Truncated},
	{photo.ErrDamaged, Damaged},
	{photo.ErrWouldOverwriteSource, OverSource},
	{webpwrite.ErrSize, TooWide},
	{prompt.ErrEmptyPrompt, EmptyPrompt},
	{prompt.ErrSamePrompt, SamePrompt},
	{onnx.ErrNoLibrary, NoLibrary},
	{onnx.ErrProvider, BadProvider},
	{pack.ErrNotFound, NoPack},
	{pack.ErrFile, BadPack},
	{pack.ErrManifest, BadPack},
	{pack.ErrFormat, BadPack},
	{pack.ErrNoComponent, BadPack},
	{onnx.ErrModel, BadPack},
	{fs.ErrNotExist, Missing},
	{fs.ErrPermission, Permission},
	{syscall.ENOSPC, DiskFull},
	{fs.ErrExist, Exists},
}

// Of returns the kind of an error; Unknown for nil.
func Of(err error) Kind {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.kind
		}
	}
	return Unknown
}
