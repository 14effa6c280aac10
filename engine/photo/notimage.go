package photo

import (
	"bytes"
	"strings"
)

// Kinds of files that are no images, but are often opened in place of one.
const (
	kindShortcut  = "a shortcut, which only says where something is: open or save the photo itself"
	kindWebPage   = "a web page: save the photo from it, and open that file"
	kindArchive   = "an archive: unpack it first"
	kindSound     = "a sound"
	kindLFS       = "the stand-in for a file that Git LFS has not fetched: run git lfs pull"
	kindCompanion = "a companion file of macOS: open the file without ._ in its name"
	kindZeros     = "only zeros, as a copy that failed leaves them: copy or download it again"
)

// otherKind names the kind of a file that is no image and says what to do instead; ""
// when the kind is not known.
func otherKind(data []byte) string {
	const mostHead = 1024
	head := string(data[:min(len(data), mostHead)])
	for _, k := range []struct {
		kind   string
		magics []string // first bytes; '?' matches any byte
	}{
		{kindShortcut, []string{"L\x00\x00\x00\x01\x14\x02\x00"}}, // Windows
		{kindArchive, []string{"PK\x03\x04", "PK\x05\x06", "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "\x1f\x8b\x08"}},
		{kindSound, []string{"RIFF????WAVE", "ID3", "OggS", "fLaC"}},
		{kindLFS, []string{"version https://git-lfs.github.com/"}},
		{kindCompanion, []string{"\x00\x05\x16\x07", "\x00\x05\x16\x00"}},
	} {
		for _, magic := range k.magics {
			if begins(data, magic) {
				return k.kind
			}
		}
	}
	text := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(head, "\ufeff")))
	starts := func(words ...string) bool {
		for _, w := range words {
			if strings.HasPrefix(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case starts("[internetshortcut]", "[desktop entry]"),
		starts("bplist00") && strings.Contains(text, "url"),
		starts("<?xml") && strings.Contains(text, "<plist") && strings.Contains(text, "<key>url</key>"):
		return kindShortcut
	case starts("<!doctype html", "<html", "<head", "<body"),
		starts("<?xml", "<!--") && strings.Contains(text, "<html"):
		return kindWebPage
	case len(bytes.Trim(data, "\x00")) == 0:
		return kindZeros
	}
	return ""
}
