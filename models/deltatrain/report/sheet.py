"""Make a contact sheet of edits, faces by prompts, with the program itself.

    python -m deltatrain.sheet --program ../build/deltaedit \
        --out ../assets/screenshots/sheet.jpg --random 2 --random 7 --random 11 \
        --photo ../assets/samples/eileen-collins.jpg --photo ../assets/samples/grace-hopper.jpg

Every cell is the output of `edit --aligned` at strength 1, shrunk; the first
column holds the faces as they are.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw

PROMPTS = (
    "smiling face", "serious face", "angry face", "old face", "face of a child", "face of a man",
    "face of a woman", "face with blond hair", "face with black hair", "face with a beard",
    "face with glasses", "chubby face",
)  # fmt: skip
LABEL = 34
"""Height of the row of prompts."""


def run(program: Path, *arguments: str) -> None:
    """Run the program; its message becomes the error when it fails."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.strip()}")


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--photo", type=Path, action="append", default=[])
    parser.add_argument("--random", type=int, action="append", default=[], help="a seed")
    parser.add_argument("--prompt", action="append", help="instead of the usual ones")
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--side", type=int, default=136)
    args = parser.parse_args()
    prompts = args.prompt or PROMPTS
    program, side = args.program.resolve(), args.side
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        faces = list(args.photo)
        for seed in args.random:
            faces.append(folder / f"random-{seed}.png")
            run(program, "random", "--seed", str(seed), "--out", str(faces[-1]))
        sheet = Image.new("RGB", (side * (len(prompts) + 1), LABEL + side * len(faces)), "white")
        draw = ImageDraw.Draw(sheet)
        cell = folder / "cell.png"
        for column, prompt in enumerate(("", *prompts)):
            title = textwrap.fill(prompt or "original", max(8, side // 6))
            draw.multiline_text((column * side + 4, 3), title, fill="black")
            for row, face in enumerate(faces):
                wish = ("--source", "face", "--target", prompt or "smiling face")
                strength = str(args.strength if prompt else 0)
                cell.unlink(missing_ok=True)
                run(program, "edit", *wish, f"--strength={strength}", "--aligned",
                    "--out", str(cell), str(face))  # fmt: skip
                with Image.open(cell) as image:
                    small = image.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
                sheet.paste(small, (column * side, LABEL + row * side))
            print(prompt or "original", flush=True)
        sheet.save(args.out, quality=88)
