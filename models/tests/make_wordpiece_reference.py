"""Makes engine/prompt/token/testdata/wordpiece_reference.json for the Go tokenizer.

Run once, with the `tokenizers` package installed, from the repository's root:

    python models/tests/make_wordpiece_reference.py build/cache/sources/minilm/tokenizer.json

Each entry is a text with the ids that the reference tokenizer gives for it:
[CLS] and [SEP] included, truncated to 128 tokens, not padded. Texts are valid
Unicode; where a program could be handed a lone surrogate or a broken byte, the
text holds U+FFFD, which is what Go's JSON and string conversion make of it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

MAX_TOKENS = 128

TEXTS = [
    "",
    " ",
    "\t\n\r ",
    "face",
    "smiling face",
    "A photo of a FACE.",
    "face with blond hair and glasses",
    "a face; with (very) blue eyes!?",
    "don't can't won't it's o'clock",
    "well-known blue-eyed 20-year-old",
    "snake_case __dunder__ _",
    "...!!!???---",
    "\"quoted\" 'single' `back` «guillemets» “curly” ‘curly’",
    "a/b\\c|d~e^f`g@h#i$j%k&l*m+n=o<p>q{r}s[t]u",
    "price: $5.00, 3,14 € 100% ½ ²",
    "Füße straße STRASSE ẞ",
    "café naïve façade Ångström señor",
    "cafe\u0301 nai\u0308ve A\u030angstro\u0308m",
    "e\u0301\u0302\u0303\u0304 stacked marks",
    "\u0301 leading mark",
    "Łódź Đorđe Øresund Ħal",
    "İstanbul ISTANBUL ıstanbul I\u0307",
    "ΑΒΓΔ Σίσυφος ΟΔΥΣΣΕΥΣ ς σ",
    "Привет мир ЁЛКА ёлка йод",
    "Tiếng Việt có dấu",
    "ภาษาไทย ไม่มีช่องว่าง",
    "हिन्दी में लिखा हुआ",
    "עברית שָׁלוֹם",
    "العربية مُشَكَّلَة",
    "\u202eright to left override\u202c",
    "漢字",
    "笑顔の女性",
    "ひらがなカタカナ ｶﾀｶﾅ",
    "ガギグ がぎぐ か\u3099",
    "한국어 얼굴",
    "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "face漢字face",
    "𠀀𠮷 supplementary ideographs 丽",
    "㐀 extension A, ꀀ Yi, \uf900 compatibility",
    "。、！？「」〜・…",
    "ＦＵＬＬＷＩＤＴＨ　ｔｅｘｔ　１２３",
    "ﬁ ﬂ ﬀ ligatures Ǆ ǅ",
    "😀",
    "😀😃 smile 😄face",
    "👩\u200d👩\u200d👧\u200d👦 family",
    "👍🏽 skin tone 🏳️\u200d🌈 🇩🇪",
    "❤️ ☺ ☹️ ✓ ★ → ∞ ≠ √",
    "zero\u200bwidth\u200cnon\u200djoiner\ufeffbom",
    "soft\u00adhyphen word\u2060joiner",
    "nbsp\u00a0here thin\u2009space ideographic\u3000space",
    "line\u2028separator para\u2029graph next\u0085line",
    "vertical\x0btab form\x0cfeed",
    "null\x00byte bell\x07 escape\x1b[31m delete\x7f c1\x9f",
    "replacement \ufffd char",
    "\ufffd",
    "private \ue000 use \U000f0000 noncharacter \uffff \U0010ffff",
    "unassigned \u0378 \U000e0fff",
    "tag \U000e0041 variation \ufe0f\ufe0e selector \U000e0100",
    "math 𝐛𝐨𝐥𝐝 𝔣𝔯𝔞𝔨 ℝ ℂ ⅷ Ⅻ",
    "ᏣᎳᎩ Ꮳ ꮳ Georgian Ა ა Ⴀ",
    "𐐀𐐨 Deseret 𞤀𞤢 Adlam",
    "[CLS] [SEP] [PAD] [UNK] [MASK]",
    "[cls] [sep] before[MASK]after",
    "[CLS][SEP]",
    "##ing ## # hash",
    "unaffable antidisestablishmentarianism",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "a" * 99,
    "a" * 100,
    "a" * 101,
    "é" * 100,
    "e\u0301" * 60,
    "ab" * 400 + " face",
    "word " * 125,
    "word " * 126,
    "word " * 127,
    "word " * 5000,
    "漢" * 300,
    "!" * 300,
    "unbelievably " * 60,
    "1234567890 3.14159 1e-10 0x1F 1,000,000",
    "http://example.com/?q=1&r=%20#top user@example.com",
    "A.B.C. U.S.A. Ph.D.",
    "tab\tseparated\tvalues\r\nand\rlines\n",
    "  leading and trailing  ",
    "MiXeD cAsE ÀÉÎÕÜ",
    "¡Hola! ¿Qué tal? ª º",
    "§ ¶ † ‡ • ‣ ※ ° © ® ™",
    "$+<=>^`|~ are punctuation here, ¢£¥ are not",
    "ʼn ŉ ǰ ΐ ΰ և ẖ ẗ",
    "ͅ ypogegrammeni ᾳ ᾼ",
    "ǅungla Ǆ ǆ",
    "a\u0300\u0316b\u0315\u0300c",
    "x\u200d\u200dy \u200d",
]


def main() -> None:
    """Writes the table into the Go package that is tested with it."""
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    table = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS]
    out = (
        Path(__file__).parents[2]
        / "engine"
        / "prompt"
        / "token"
        / "testdata"
        / "wordpiece_reference.json"
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in table)
    out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
