"""Makes the pictures of the guide: `python3 -m deltarelease.pictures --program PROGRAM`.

It starts the program on a display in memory, opens one dialog after the other by keys and mouse,
and takes a picture of each. The sheets of what works and what does not are drawn by the
program's own batch. Needs Xvfb, xdotool and ImageMagick, as the tests do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deltarelease.errors import ReleaseError, run

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "assets" / "screenshots"
SAMPLES = ROOT / "assets" / "samples"
DISPLAY = ":8"
SIZE = (1200, 760)
PATIENCE = 300
MENU, ABOUT, UNDERSTOOD = (1165, 28), (717, 38), (804, 38)
"""Where the menu's button is, and on the notice of the first start its two."""
COMPARE = (70, 706)
"""Where the button of the comparison is."""
TABS = ((338, 211), (441, 211), (529, 211), (607, 211))
"""Where the tabs of the preferences are."""

Step = tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """One picture of the window: what is done before, and what after it."""

    name: str
    before: tuple[Step, ...]
    after: tuple[Step, ...] = (("key", "Escape"),)


def click(place: tuple[int, int]) -> Step:
    """Returns the step that clicks at a place of the window."""
    return ("mousemove", str(place[0]), str(place[1]), "click", "1")


OPEN = (
    Picture("first-start", (), ()),
    Picture("about", (click(ABOUT),)),
)
"""Without a photograph."""

EDITED = (
    Picture("edit", (click(UNDERSTOOD),), ()),
    Picture("menu", (click(MENU),)),
    Picture("help", (("key", "F1"),)),
    Picture("keyboard", (("key", "question"),)),
    *(
        Picture(f"preferences-{name}", (("key", "ctrl+comma"), click(place)))
        for name, place in zip(("appearance", "models", "export", "files"), TABS, strict=True)
    ),
    Picture("history", (("key", "ctrl+h"),), (("key", "ctrl+h"),)),
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


def xdotool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs xdotool on the display of the pictures."""
    return subprocess.run(  # noqa: S603
        ["xdotool", *arguments],  # noqa: S607
        env={**os.environ, "DISPLAY": DISPLAY},
        capture_output=True,
        text=True,
        check=False,
    )


class Window:
    """The program's window on a display in memory, with a home of its own."""

    def __init__(self, program: Path, home: Path, photo: str = "") -> None:
        """Starts the program, on a copy of a sample if there is a name."""
        self.trace = home / "trace"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DISPLAY": DISPLAY,
            "LANG": "en_US.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "DELTAEDIT_TRACE": str(self.trace),
        }
        arguments = []
        if photo:
            shutil.copy(SAMPLES / photo, home / photo)
            arguments.append(str(home / photo))
        self.process = subprocess.Popen(  # noqa: S603
            [str(program), "--provider", "cpu", *arguments], env=environment, cwd=ROOT
        )
        self.id = ""
        self.until("the window", self._find)
        self.do("windowmove", self.id, "0", "0")
        self.do("windowsize", "--sync", self.id, *map(str, SIZE))
        self.do("windowfocus", "--sync", self.id)

    def _find(self) -> bool:
        done = xdotool("search", "--onlyvisible", "--name", "DeltaEdit Studio")
        self.id = done.stdout.split()[0] if done.stdout.split() else ""
        return bool(self.id)

    def do(self, *step: str) -> None:
        """Does one step of xdotool."""
        done = xdotool(*step)
        if done.returncode != 0:
            raise ReleaseError(f"xdotool {' '.join(step)}: {done.stderr}")

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        """Waits for a condition."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                raise ReleaseError(f"waiting for {what}: it does not come")
            time.sleep(0.2)

    def last(self) -> dict:
        """Returns the frame that was painted last; empty for none."""
        lines = self.trace.read_text(encoding="utf-8").splitlines() if self.trace.exists() else []
        whole = [line for line in lines if line.endswith("}")]
        return json.loads(whole[-1]) if whole else {}

    def settled(self, target: str) -> bool:
        """Tells whether the window shows the full-size image of an edit."""
        frame = self.last()
        prompts = [p["target"] for p in frame.get("prompts") or []]
        return frame.get("stage") in (3, "final") and prompts == [target]

    def still(self) -> bytes:
        """Returns the screen as soon as it has stopped to change."""
        before, end = b"", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            command = ["import", "-display", DISPLAY, "-window", "root", "ppm:-"]
            now = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603
            if now == before:
                return now
            before = now
            time.sleep(0.5)
        raise ReleaseError("the screen does not come to rest")

    def take(self, picture: Picture) -> None:
        """Takes one picture of the window."""
        for step in picture.before:
            self.do(*step)
            self.still()
        self.do("mousemove", "10", "10")
        target = PICTURES / f"{picture.name}.jpg"
        subprocess.run(  # noqa: S603
            ["convert", "ppm:-", "-crop", f"{SIZE[0]}x{SIZE[1]}+0+0", "-quality", "86",  # noqa: S607
             "-strip", str(target)], input=self.still(), check=True,
        )  # fmt: skip
        report(str(target.relative_to(ROOT)))
        for step in picture.after:
            self.do(*step)
            self.still()

    def close(self) -> None:
        """Ends the program."""
        self.process.kill()
        self.process.wait()


def window(program: Path) -> None:
    """Takes all pictures of the window."""
    screen = f"{SIZE[0]}x{SIZE[1]}x24"
    server = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", screen, "-noreset"])  # noqa: S603, S607
    try:
        end = time.monotonic() + PATIENCE
        while xdotool("getdisplaygeometry").returncode != 0:
            if time.monotonic() > end or server.poll() is not None:
                raise ReleaseError("Xvfb does not start")
            time.sleep(0.2)
        for pictures, photo in ((OPEN, ""), (EDITED, "generated-woman.jpg")):
            with tempfile.TemporaryDirectory() as home:
                shown = Window(program, Path(home), photo)
                try:
                    if photo:
                        shown.until("the photo", lambda shown=shown: bool(shown.last()))
                        shown.do("key", "ctrl+n")
                        shown.do("type", "--delay", "40", "smiling face")
                        shown.do("key", "Return")
                        shown.until("the edit", lambda shown=shown: shown.settled("smiling face"))
                    for picture in pictures:
                        shown.take(picture)
                finally:
                    shown.close()
    finally:
        server.kill()
        server.wait()


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
