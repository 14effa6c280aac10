"""Make contact sheets: concepts by faces by strengths, in the final picture.

    python -m deltatrain.contact --pack ../build/packs/faces \
        --sources ../build/cache/sources/minilm --out faces/contact

Writes contact_1.jpg, contact_2.jpg, …, five concepts on each. A row is a face (a
seed of Editor.random, none seen in training), a column a strength; the middle
one, 0, is the face as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from deltatrain.data.dataset import to_bytes
from deltatrain.data.synth import Synth, shrink
from deltatrain.report.editor import Editor

CONCEPTS = (
    "smiling", "laughing", "serious", "angry", "surprised",
    "child", "old", "male", "female", "chubby",
    "black hair", "blond hair", "red hair", "grey hair", "long hair",
    "curly hair", "bald", "beard", "glasses", "make-up",
    "mouth open", "eyes closed", "facing left", "looking up", "fringe",
    "receding hair", "hat", "lipstick", "pale skin", "dark background",
)  # fmt: skip
STRENGTHS = (-1.0, 0.0, 0.5, 1.0, 1.5)
EACH = 5
"""Concepts on a sheet."""
TITLE, GAP = 34, 8


def main() -> None:
    """Draw the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="path without number and suffix")
    parser.add_argument("--faces", type=int, default=8)
    parser.add_argument("--side", type=int, default=112)
    parser.add_argument("--concept", action="append", help="instead of the usual ones")
    parser.add_argument("--seed", type=int, default=100, help="of the first face")
    args = parser.parse_args()
    editor, synth = Editor(args.pack, args.sources), Synth(args.pack)
    targets = {c["name"]: c["target"] for c in editor.concepts}
    names = args.concept or CONCEPTS
    styles = [editor.random(args.seed + k) for k in range(args.faces)]
    vectors = [editor.see(editor.draw(s)) for s in styles]
    side, block = args.side, len(STRENGTHS) * args.side + GAP

    def cell(style: np.ndarray, before: np.ndarray | None = None) -> Image.Image:
        picture = Image.fromarray(to_bytes(shrink(synth.image(style[0], before))))
        return picture.resize((side, side), Image.Resampling.LANCZOS)

    plain = [cell(s) for s in styles]
    features = [synth.features(s[0]) for s in styles]
    for number, start in enumerate(range(0, len(names), EACH), 1):
        few = names[start : start + EACH]
        sheet = Image.new("RGB", (block * len(few), TITLE + side * len(styles)), "white")
        pen = ImageDraw.Draw(sheet)
        for k, name in enumerate(few):
            d = editor.direction("face", targets[name])
            known = "" if d.known else " (not known)"
            pen.text((k * block + 4, 2), targets[name] + known, fill="black", font_size=13)
            for column, strength in enumerate(STRENGTHS):
                x = k * block + column * side
                pen.text((x + 4, 18), f"{strength:+g}", fill=(90, 90, 90), font_size=12)
                for row, (s, v) in enumerate(zip(styles, vectors, strict=True)):
                    if strength:
                        change = editor.asked(s, v, d)
                        to = editor.moved(s, d.pace(strength, v[0]) * d.gain * d.weight * change)
                        picture = cell(to, features[row])
                    else:
                        picture = plain[row]
                    sheet.paste(picture, (x, TITLE + row * side))
        path = args.out.with_name(f"{args.out.name}_{number}.jpg")
        sheet.save(path, quality=85)
        print(path, flush=True)
