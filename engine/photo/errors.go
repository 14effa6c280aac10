package photo

import "errors"

// Errors that callers tell apart with errors.Is.
var (
	// ErrTooLarge says that an image has more pixels than can be edited.
	ErrTooLarge = errors.New("the picture is too large")
	// ErrNotImage says that the data is not an image.
	ErrNotImage = errors.New("not an image: use a JPEG, PNG, WebP, TIFF, BMP or GIF file")
	// ErrUnsupported says that the data is an image of a format, or with a
	// feature, that is not read.
	ErrUnsupported = errors.New("unsupported image: convert it to JPEG or PNG")
	// ErrTruncated says that an image ends too early.
	ErrTruncated = errors.New("the image is cut short: copy or download it again")
	// ErrDamaged says that an image's data contradicts itself.
	ErrDamaged = errors.New("the image is damaged: copy or download it again")
	// ErrWouldOverwriteSource says that the output is the photo being edited.
	ErrWouldOverwriteSource = errors.New("the output is the photo itself: choose another file name")
	// ErrMetadata says that metadata cannot or must not be written.
	ErrMetadata = errors.New("bad picture metadata")
)
