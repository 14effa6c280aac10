package photo

import (
	"fmt"
	"path/filepath"
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
	// texts that contain its folder.
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
}

// check refuses what cannot or must not be written.
func (m Metadata) check() error {
	folder := ""
	if m.Source != "" {
		if abs, err := filepath.Abs(m.Source); err == nil {
			folder = filepath.Dir(abs)
		}
	}
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

// leaksFolder reports whether text contains the folder as it is or as JSON
// writes it. The root folder is in every path and says nothing.
func leaksFolder(text, folder string) bool {
	if len(folder) < 2 || folder == filepath.VolumeName(folder)+string(filepath.Separator) {
		return false
	}
	return strings.Contains(text, folder) || strings.Contains(text, strings.ReplaceAll(folder, `\`, `\\`))
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

// xmp returns the XMP packet.
func (m Metadata) xmp() string {
	kind := m.SourceType
	if kind == "" {
		kind = CompositeWithTrainedMedia
	}
	return `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>` + `
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType="` + escape(kind) + `"
    xmp:CreatorTool="DeltaEdit Studio"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
