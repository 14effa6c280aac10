"""Makes the pictures of the guide: `python3 -m deltarelease.pictures --program PROGRAM`.

It starts the program on a display in memory, opens one dialog after the other by keys and mouse,
and takes a picture of each. The sheets of what works and what does not are drawn by the
program's own batch. Needs Xvfb, xdotool and ImageMagick, as the tests do.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deltarelease.errors import ReleaseError, run
from deltarelease.window import ROOT, SAMPLES, Look, Step, Window, click, copy_sample, display

PICTURES = ROOT / "assets" / "screenshots"
SIZE = (1200, 840)
"""High enough for the whole menu."""
MENU, ABOUT, UNDERSTOOD = (1165, 28), (717, 38), (804, 38)
"""Where the menu's button is, and on the notice of the first start its two."""
COMPARE = (70, SIZE[1] - 54)
"""Where the button of the comparison is."""
TABS = tuple((x, SIZE[1] // 2 - 169) for x in (338, 441, 529, 607))
"""Where the tabs of the preferences are."""
FACE = (964, 403)
"""Where the mask's region of that name is."""
CORNER = (SIZE[0] - 4, SIZE[1] - 4)
"""Where the pointer changes nothing."""


@dataclass(frozen=True)
class Picture:
    """One picture of the window: what is done before, and what after it."""

    name: str
    before: tuple[Step, ...]
    after: tuple[Step, ...] = (("key", "Escape"),)


OPEN = (
    Picture("first-start", (), ()),
    Picture("about", (click(ABOUT),)),
)
"""Without a photograph."""

EDITED = (
    Picture("edit", (click(UNDERSTOOD),), ()),
    Picture("menu", (click(MENU),)),
    Picture("help", (("key", "F1"),)),
    Picture("keyboard", (("key", "Escape"), ("key", "question"))),
    *(
        Picture(f"preferences-{name}", (("key", "ctrl+comma"), click(place)))
        for name, place in zip(("appearance", "models", "export", "files"), TABS, strict=True)
    ),
    Picture("mark", (("key", "Escape"), ("key", "f"))),
    Picture("mask", (("key", "m"), click(FACE)), (click(FACE), ("key", "Escape"))),
    Picture("variants", (("key", "ctrl+t"),), (("key", "ctrl+t"),)),
    Picture("history", (("key", "ctrl+h"),), (("key", "ctrl+h"),)),
    Picture("batch", (("key", "ctrl+b"),), (("key", "ctrl+b"),)),
    Picture("compare", (click(COMPARE),)),
    Picture("export", (("key", "ctrl+e"),), ()),  # last: no key closes it
)
"""With a photograph and an edit."""

SHEETS = {
    "works-well": (
        ("eileen-collins", "face", "face with blond hair"),
        ("eileen-collins", "face", "face with eyeglasses"),
        ("generated-woman", "face", "smiling face"),
        ("generated-man", "face", "face with a beard"),
        ("generated-man", "face", "old face"),
    ),
    "falls-short": (
        ("eileen-collins", "face", "face with a hat"),
        ("eileen-collins", "smiling face", "serious face"),
        ("eileen-collins", "face", "face with long earrings"),
        ("grace-hopper", "face with eyeglasses", "face without eyeglasses"),
        ("grace-hopper", "face", "young face"),
    ),
}
"""Photograph, source and target of each edit, at strength 1."""

CROPS = {
    "eileen-collins": "240x240+110+0",
    "grace-hopper": "300x300+120+10",
    "generated-woman": "768x768+0+0",
    "generated-man": "768x768+0+0",
}


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"pictures: {line}", file=sys.stderr, flush=True)


def take(shown: Window, picture: Picture) -> None:
    """Takes one picture of the window."""
    for step in picture.before:
        shown.do(*step)
        shown.still()
    shown.do("mousemove", *map(str, CORNER))
    target = PICTURES / f"{picture.name}.jpg"
    shown.save(shown.still(), target)
    report(str(target.relative_to(ROOT)))
    for step in picture.after:
        shown.do(*step)
        shown.still()


def window(program: Path) -> None:
    """Takes all pictures of the window."""
    with display(SIZE):
        for pictures, photo in ((OPEN, ""), (EDITED, "generated-woman.jpg")):
            with tempfile.TemporaryDirectory() as home:
                copy = copy_sample(photo, Path(home)) if photo else None
                shown = Window(program, Path(home), Look(SIZE), copy)
                try:
                    if photo:
                        shown.until("the photo", lambda shown=shown: bool(shown.last()))
                        shown.do("key", "ctrl+n")
                        shown.do("type", "--delay", "40", "smiling face")
                        shown.do("key", "Return")
                        shown.until("the edit", lambda shown=shown: shown.settled("smiling face"))
                    for picture in pictures:
                        take(shown, picture)
                finally:
                    shown.close()


def sheets(program: Path) -> None:
    """Draws the sheets: each photograph above its edit."""
    with tempfile.TemporaryDirectory() as folder:
        plan = [
            {"in": str(SAMPLES / f"{photo}.jpg"), "source": source, "target": target,
             "out": f"{name}-{i}.png"}
            for name, edits in SHEETS.items()
            for i, (photo, source, target) in enumerate(edits)
        ]  # fmt: skip
        lines = "".join(json.dumps(line) + "\n" for line in plan)
        (Path(folder) / "plan.jsonl").write_text(lines, encoding="utf-8")
        run([str(program), "batch", "--provider", "cpu", "--plan", f"{folder}/plan.jsonl",
             "--out", f"{folder}/out"], folder=ROOT)  # fmt: skip
        for name, edits in SHEETS.items():
            tiles: list[str] = []
            for row in ("before", "after"):
                for i, (photo, _, _) in enumerate(edits):
                    edited = f"{folder}/out/{name}-{i}.png"
                    file = str(SAMPLES / f"{photo}.jpg") if row == "before" else edited
                    tiles += [
                        "(",
                        file,
                        "-crop",
                        CROPS[photo],
                        "+repage",
                        "-resize",
                        "240x240",
                        ")",
                    ]
            command = ["montage", *tiles, "-tile", f"{len(edits)}x2", "-geometry", "+3+3"]
            run([*command, "-quality", "88", "-strip", str(PICTURES / f"{name}.jpg")])
            report(f"assets/screenshots/{name}.jpg")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltarelease.pictures", description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--only", choices=("window", "sheets"))
    options = parser.parse_args(arguments)
    try:
        for name, make in (("window", window), ("sheets", sheets)):
            if options.only in (None, name):
                make(options.program.resolve())
    except (ReleaseError, OSError, subprocess.CalledProcessError) as err:
        report(f"failed: {err}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
