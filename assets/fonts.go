package assets

import _ "embed"

// Fonts of the characters that the window's own font does not have, as OpenType: those of
// the translations and the common ones, and no Latin letters. models/deltarelease/fonts.py
// cuts them; fonts/LICENSE is their licence.
var (
	//go:embed fonts/chinese.otf
	ChineseFont []byte
	//go:embed fonts/japanese.otf
	JapaneseFont []byte
)
