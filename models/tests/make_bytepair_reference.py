"""Makes engine/prompt/token/testdata/bytepair_reference.json for the Go tokenizer.

Run once, with the packages `ftfy` and `regex` installed, from the repository's root:

    python models/tests/make_bytepair_reference.py bpe_simple_vocab_16e6.txt.gz

Each entry is a text with the ids that CLIP's tokenizer gives for it: marks included,
truncated to 77, not padded. The reference is stated here from the description of the
official one, on the libraries that it uses: ftfy.fix_text, HTML's entities twice, white
space to single blanks, lower case, the official pattern, byte-pair merges.
"""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path

import ftfy
import regex

sys.path.insert(0, str(Path(__file__).parents[1]))

from deltaconvert.tokenizer import Tokenizer, read_merges

VOCABULARY, CONTEXT = 49408, 77
PATTERN = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    regex.IGNORECASE,
)

TEXTS = [
    "",
    " ",
    "\t\n\r \u00a0\u2003",
    "face",
    "a photo of a smiling face.",
    "A Photo Of The FACE With Blond Hair!",
    "face with  double   blanks\tand\ntabs",
    "don't can't I'll they're we've I'm he'd it's O'CLOCK DON'T",
    "'s 't're'll 'x ''s 's's",
    "rock'n'roll o'neil's",
    "it\u2019s \u201cquoted\u201d \u2018so\u2019 \u201astop\u201e",
    "it'\u017f long \u017f s",
    "20 years old, 3.14, 1984, 007 \u00bd \u00b2 \u2167 \u0663 \u4e09",
    "a1b2c3 4k 8bit x2",
    "well-known blue-eyed 20-year-old",
    "snake_case __dunder__ _ ...!!!???---",
    "a/b\\c|d~e^f`g@h#i$j%k&l*m+n=o<p>q{r}s[t]u",
    "price: $5.00, 3,14 \u20ac 100% \u00a3",
    "F\u00fc\u00dfe stra\u00dfe STRASSE \u1e9e",
    "caf\u00e9 na\u00efve fa\u00e7ade \u00c5ngstr\u00f6m se\u00f1or",
    "cafe\u0301 nai\u0308ve A\u030angstro\u0308m e\u0301\u0302\u0303\u0304 \u0301x",
    "\u0130stanbul ISTANBUL \u0131stanbul I\u0307",
    "\u0391\u0392\u0393\u0394 \u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 "
    "\u03a3 \u03a3\u0391 \u03c3\u03c2",
    "\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u0401\u041b\u041a\u0410",
    "Ti\u1ebfng Vi\u1ec7t c\u00f3 d\u1ea5u",
    "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0939\u093f\u0928\u094d\u0926\u0940",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd "
    "\u0645\u064f\u0634\u064e\u0643\u064e\u0651\u0644\u064e\u0629",
    "\u6f22\u5b57 \u7b11\u9854\u306e\u5973\u6027 "
    "\u3072\u3089\u304c\u306a\u30ab\u30bf\u30ab\u30ca \ud55c\uad6d\uc5b4",
    "\uff21\uff22\uff23\u3000\uff11\uff12\uff13\uff01 \uff76\uff80\uff76\uff85 \uff76\uff9e \uffe5",
    "\ufb01ne \ufb02uffy \ufb03 \ufb05 \u0132ssel \u01c4 \u0149 \u0153uvre \u00c6on",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f "
    "\U0001f1e9\U0001f1ea x\U0001f44d\U0001f3fdy",
    "zero\u200bwidth\u200cjoin\u200der \u2060 soft\u00adhyphen",
    "bom \ufeffmark \ufffc \ufff9 \u206a",
    "controls \x00\x01\x07\x0b\x1f\x7f end",
    "c1 \x91quoted\x92 \x93x\x94 \x85 \x81",
    "line\u2028para\u2029next\u0085 \r\n end",
    "\x1b[31mred\x1b[0m face",
    "tom &amp; jerry &lt;b&gt; &quot;x&quot; &#39;y&#39; &hellip;",
    "<b>tom &amp; jerry</b> &rsquo; &eacute;",
    "&amp;amp;amp; &amp;lt; &amp;amp;lt;",
    "P&EACUTE;REZ &Ntilde; &NTILDE; &nosuch; &copy &copyx &notit; &#x41; &#x1F600; &#0; &#128;",
    "fish&chips AT&T &",
    "line one <i>\nline two &hellip; &rsquo;",
    "<|startoftext|> face <|endoftext|> more",
    "<|STARTOFTEXT|><|endoftext|>!<|endoftext|>",
    "!?'s ...'t -'ll",
    "\ufffd replacement \ufffd\ufffd",
    "\U0010ffff \ue000 \U000e0001",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "abababababababab !!!!!!!!!!!!!!!!!!!!! ----------- ==========",
    "word " * 100,
    "antidisestablishmentarianism " * 30,
    "\U0001f600" * 60,
    "x" * 500,
    "face" + "\u0301" * 100,
    "qwxzj vbnmk zzyzx \u0259\u0283\u0292",
    "http://example.com/a?b=c&d=e#f mail@example.com",
    "\u00b5 \u03bc \u212a \u212b \u2126 \u1e0b\u0323 \uac00\u11a8",
    "a photo of a caf\u00e9\u2014\u2026\u2013 \u00ab x \u00bb \u2039y\u203a",
    "H\u2082O x\u00b2 \u2460 \u00be cup",
    "\u0e3f \u20bf \u2212 \u00d7 \u00f7 \u2260 \u221e",
]


def reference(tokenizer: Tokenizer, text: str) -> list[int]:
    """Returns the ids of a text as the official code makes them."""
    text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    text = " ".join(text.split()).lower()
    ids = [tokenizer.start]
    for token in PATTERN.findall(text):
        ids += tokenizer.token(token)
    return [*ids[: CONTEXT - 1], tokenizer.end]


def main() -> None:
    """Writes the file."""
    tokenizer = Tokenizer(read_merges(Path(sys.argv[1]), VOCABULARY), CONTEXT)
    lines = [json.dumps({"text": t, "ids": reference(tokenizer, t)}) for t in TEXTS]
    out = Path("engine/prompt/token/testdata/bytepair_reference.json")
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
