"""Cuts the fonts of the window for Chinese and Japanese: `python -m deltarelease.fonts`.

Fyne's own font has neither. The full fonts are 8.3 and 4.5 MB; these are what the translations
use and the characters that are common in each language, 0.8 and 0.65 MB: level 1 of GB 2312
(3,755 characters) and of JIS X 0208 (2,965), with kana and punctuation. Needs the packages of
`fonts.lock`. Run it again after a change of a translation: a test says when.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ASSETS = Path(__file__).resolve().parents[2] / "assets"
TRANSLATIONS = ASSETS / "translations"
PUNCTUATION = "、。〈〉《》「」『』【】・ー！（），：；？～"
"""Without quotes and dashes, which would be too wide in other languages."""
SPACES = " \u00a0"
"""A space is drawn in the font of what is before it."""
ASCENT, DESCENT, SPACE = 1069, 293, 260
"""Those of Fyne's own font, in thousandths, so that lines stay as high as they are."""
NAMES = "中文日本語"
"""The names of the languages, which every window lists."""


@dataclass(frozen=True)
class Source:
    """A font, and the characters that are common in its language."""

    package: str
    file: str
    charset: str
    """A codec of two bytes."""
    rows: tuple[range, ...]
    """The first bytes, less 160, of the common characters."""
    translations: tuple[str, ...]
    name: str


SOURCES = {
    "chinese.otf": Source(
        "pylopdf_fonts_zh_cn",
        "NotoSansSC-Regular.otf",
        "gb2312",
        (range(16, 56),),
        ("zh_Hans.json",),
        "DeltaEdit Chinese",
    ),
    "japanese.otf": Source(
        "pylopdf_fonts_jp",
        "NotoSansJP-Regular.otf",
        "euc_jp",
        (range(4, 6), range(16, 48)),
        ("ja.json", "base.ja.json"),
        "DeltaEdit Japanese",
    ),
}


def common(source: Source) -> set[str]:
    """Returns the characters that are common in the language."""
    found = set()
    for row in (row for rows in source.rows for row in rows):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(bytes([row + 160, cell]).decode(source.charset))
            except UnicodeDecodeError:
                continue
    return found


def used(files: tuple[str, ...]) -> set[str]:
    """Returns the characters of translations that Fyne's own font has not."""
    text = ""
    for name in files:
        for value in json.loads((TRANSLATIONS / name).read_text(encoding="utf-8")).values():
            text += "".join(value.values()) if isinstance(value, dict) else value
    return {c for c in text if ord(c) >= 0x2E80}


def fit(font: TTFont) -> None:
    """Gives a font the line height and the space of Fyne's own."""
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = ASCENT, -DESCENT, 0
    os2 = font["OS/2"]
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ASCENT, -DESCENT, 0
    os2.usWinAscent, os2.usWinDescent = ASCENT, DESCENT
    for space in SPACES:
        name = font.getBestCmap()[ord(space)]
        font["hmtx"][name] = (SPACE, font["hmtx"][name][1])


def cut(source: Source, to: Path) -> int:
    """Writes the cut font and returns its size in bytes."""
    folder = Path(str(importlib.import_module(source.package).__file__)).parent
    font = TTFont(folder / source.file, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright, names, licence
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB", "GDEF"]
    cutter = subset.Subsetter(options)
    characters = common(source) | used(source.translations) | set(PUNCTUATION + NAMES)
    cutter.populate(unicodes=[ord(c) for c in characters | set(SPACES)])
    cutter.subset(font)
    fit(font)
    for record in font["name"].names:  # it is not the font of that name any more
        if record.nameID in (1, 3, 4):
            record.string = source.name
        elif record.nameID == 6:
            record.string = source.name.replace(" ", "")
    font["CFF "].cff.fontNames = [source.name.replace(" ", "")]
    font.save(to)
    return to.stat().st_size


def main() -> None:
    """Writes the fonts of the window."""
    for name, source in SOURCES.items():
        size = cut(source, ASSETS / "fonts" / name)
        print(f"{name}: {size:,} bytes")


if __name__ == "__main__":
    main()
