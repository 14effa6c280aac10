package photo

import (
	"fmt"
	"sort"
	"strings"
)

// IPTC digital source types (newscodes, "digitalsourcetype").
const (
	// CompositeWithTrainedMedia marks a photo edited with a trained model.
	CompositeWithTrainedMedia = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
	// TrainedMedia marks a picture that a trained model made alone.
	TrainedMedia = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
)

// XMPKeyword is the PNG text keyword of an XMP packet.
const XMPKeyword = "XML:com.adobe.xmp"

// Metadata is what a PNG says beside its pixels.
type Metadata struct {
	// Source is the path of the photo that the picture was made from, "" for
	// none. It is never written: WritePNG refuses to replace it, and refuses
	// texts that contain its folder; Exif and XMP lose values that do, or
	// that hold other local paths.
	Source string
	// Text holds text chunks by keyword, such as "deltaedit:recipe". Keywords
	// have 1 to 79 printable Latin-1 characters; values are UTF-8 without NUL.
	Text map[string]string
	// SourceType is the IPTC digital source type for the XMP packet;
	// "" is CompositeWithTrainedMedia: pictures of this program are made with
	// a trained model.
	SourceType string
	// ICC is an RGB colour profile, nil for none.
	ICC []byte
	// Exif is a photo's EXIF data as a TIFF block, nil for none. What is
	// written speaks of the new picture: upright, of its size, without a
	// thumbnail.
	Exif []byte
	// XMP is the packet of the photo, nil for none. Properties of the photo's
	// content and rights are written beside this program's own.
	XMP []byte
	// StripPrivate leaves out of Exif and XMP what tells of place, people and
	// devices: of Exif the technical data of the shot stays, of XMP nothing.
	StripPrivate bool
}

// check refuses what cannot or must not be written.
func (m Metadata) check() error {
	folder := m.folder()
	for key, text := range m.Text {
		if !validKeyword(key) || key == XMPKeyword {
			return fmt.Errorf("%w: keyword %q: want 1 to 79 printable Latin-1 characters, no space at an end or twice in a row, not XMP's", ErrMetadata, key)
		}
		if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			return fmt.Errorf("%w: text of %q: want UTF-8 without NUL", ErrMetadata, key)
		}
		if leaksFolder(text, folder) {
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
