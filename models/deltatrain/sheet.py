"""Make a contact sheet of edits, prompts by faces, with the program itself.

    python -m deltatrain.sheet --program ../build/deltaedit --out faces/sheet.jpg \
        --random 7 --photo ../assets/samples/eileen-collins.jpg

Every cell is the output of `edit --aligned` at strength 1, shrunk; the first
row holds the faces as they are.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

PROMPTS = (
    "smiling face", "serious face", "angry face", "surprised face", "old face", "face of a child",
    "face of a man", "face of a woman", "face with blond hair", "face with black hair",
    "face with long hair", "face with a fringe", "bald face", "face with a beard",
    "face with glasses", "face with make-up", "face with dark skin", "chubby face",
)  # fmt: skip


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
    parser.add_argument("--side", type=int, default=160)
    args = parser.parse_args()
    prompts = args.prompt or PROMPTS
    label = 150
    program = args.program.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        faces = list(args.photo)
        for seed in args.random:
            faces.append(folder / f"random-{seed}.png")
            run(program, "random", "--seed", str(seed), "--out", str(faces[-1]))
        size = (label + args.side * len(faces), args.side * (len(prompts) + 1))
        sheet = Image.new("RGB", size, "white")
        draw = ImageDraw.Draw(sheet)
        cell = folder / "cell.png"
        for row, prompt in enumerate(("", *prompts)):
            draw.text((6, row * args.side + args.side // 2 - 6), prompt or "original", fill="black")
            for column, face in enumerate(faces):
                wish = ("--source", "face", "--target", prompt or "smiling face")
                strength = str(args.strength if prompt else 0)
                cell.unlink(missing_ok=True)
                run(program, "edit", *wish, f"--strength={strength}", "--aligned",
                    "--out", str(cell), str(face))  # fmt: skip
                with Image.open(cell) as image:
                    small = image.convert("RGB").resize((args.side,) * 2, Image.Resampling.LANCZOS)
                sheet.paste(small, (label + column * args.side, row * args.side))
            print(prompt or "original", flush=True)
        sheet.save(args.out, quality=88)


if __name__ == "__main__":
    main()
