package ui

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"deltaedit/engine/photo"
)

// Names of preferences about exports.
const (
	prefExportFormat  = "export.format" // one of the formats below, or formatPNG for anything else
	prefExportQuality = "export.quality"
	prefExportLongest = "export.longest"
)

// Values of prefExportFormat.
const (
	formatPNG      = ""
	formatJPEG     = "jpg"
	formatWebP     = "webp"
	formatLossless = "webp lossless"
)

// fileOptions returns how exports are written, by the preferences. Values out of range
// are the defaults.
func (e *editor) fileOptions() photo.Encoding {
	p := e.app.Preferences()
	o := photo.Encoding{Quality: p.Int(prefExportQuality), Longest: p.Int(prefExportLongest), Lossless: p.String(prefExportFormat) == formatLossless}
	if (photo.Encoding{Quality: o.Quality}).Check() != nil {
		o.Quality = 0
	}
	if (photo.Encoding{Longest: o.Longest}).Check() != nil {
		o.Longest = 0
	}
	return o
}

// exportExtension returns the ending of the preferred format.
func (e *editor) exportExtension() string {
	switch e.app.Preferences().String(prefExportFormat) {
	case formatJPEG:
		return ".jpg"
	case formatWebP, formatLossless:
		return ".webp"
	}
	return ".png"
}

// withExtension gives a path an ending unless it has the ending of a format that can be
// written.
func withExtension(path, ending string) string {
	if _, known := photo.FormatOf(path); known {
		return path
	}
	return path + ending
}

// freePath returns the path, or the path with a number before its ending, such that there
// is no file yet.
func freePath(path string) string {
	ending := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ending)
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil {
			return path // also where the folder cannot be read: writing will say why
		}
		path = stem + "-" + strconv.Itoa(n) + ending
	}
}
