package photo

import (
	"fmt"
	"sort"
	"strings"

	"deltaedit/engine/photo/icc"
)

// IPTC digital source types (newscodes, "digitalsourcetype").
const (
	// CompositeWithTrainedMedia marks a photo edited with a trained model.
	CompositeWithTrainedMedia = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
	// TrainedMedia marks an image that a trained model made alone.
	TrainedMedia = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
)

// XMPKeyword is the PNG text keyword of an XMP packet.
const XMPKeyword = "XML:com.adobe.xmp"

// Metadata is the metadata of a PNG to be written.
type Metadata struct {
	// Source is the path of the photo that the image was made from, "" for
	// none. It is not written into the PNG. WritePNG refuses to replace that
	// file, and texts that contain its folder. Values of Exif and XMP that
	// contain the folder or another local path are left out.
	Source string
	// Text holds text chunks by keyword, such as "deltaedit:recipe". Keywords
	// have 1 to 79 printable Latin-1 characters; values are UTF-8 without NUL.
	Text map[string]string
	// SourceType is the IPTC digital source type for the XMP packet;
	// "" is CompositeWithTrainedMedia.
	SourceType string
	// ICC is an RGB colour profile, nil for none.
	ICC []byte
	// Exif is the photo's EXIF data as a TIFF block, nil for none. It is written
	// with orientation 1, the new image's size and no thumbnail.
	Exif []byte
	// XMP is the packet of the photo, nil for none. Properties of the photo's
	// content and rights are written beside this program's own.
	XMP []byte
	// StripPrivate leaves out data about places, people and devices: of Exif only
	// the technical data of the shot is kept, of ICC only what converts colours, of
	// XMP nothing.
	StripPrivate bool
}

// profile returns the colour profile as it is written, nil for none.
func (m Metadata) profile() []byte {
	switch {
	case icc.SpaceOf(m.ICC) != icc.RGB:
		return nil
	case m.StripPrivate:
		return icc.Anonymous(m.ICC)
	}
	return m.ICC
}

// check returns an error for texts that cannot or must not be written.
func (m Metadata) check() error {
	folder := m.folder()
	for key, text := range m.Text {
		if !validKeyword(key) || key == XMPKeyword {
			return fmt.Errorf("%w: keyword %q: want 1 to 79 printable Latin-1 characters, no space at an end or twice in a row, not XMP's", ErrMetadata, key)
		}
		if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			return fmt.Errorf("%w: text of %q: want UTF-8 without NUL", ErrMetadata, key)
		}
		if containsFolder(text, folder) {
			return fmt.Errorf("%w: text of %q names the photo's folder: leave local paths out", ErrMetadata, key)
		}
	}
	return nil
}

// validKeyword follows the PNG specification, 11.3.3.2.
func validKeyword(key string) bool {
	n := 0
	last := ' '
	for _, r := range key {
		if r < 32 || r > 126 && r < 161 || r > 255 || r == ' ' && last == ' ' {
			return false
		}
		last = r
		n++
	}
	return n >= 1 && n <= 79 && last != ' '
}

// keys returns the text keywords in order, so that files are reproducible.
func (m Metadata) keys() []string {
	keys := make([]string, 0, len(m.Text))
	for k := range m.Text {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
