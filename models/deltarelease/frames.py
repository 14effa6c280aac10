"""Counts frames: `python3 -m deltarelease.frames --program PROGRAM [--program OTHER …]`.

Moves the split's handle, the wheel and the hand over a photo of 12 megapixels, without a mask and
with one, in a window of 1280 × 800, on OpenGL in software, and prints for each program in turn how
many frames a second there were, what a frame cost the processors, and how many textures went to
the driver.
"""

from __future__ import annotations

import argparse
import math
import os
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from deltarelease.errors import ReleaseError, run
from deltarelease.window import SAMPLES, Look, Step, Window, display, lines, xdotool

LOOK = Look((1280, 800), preferences=(("appearance", "dark"), ("licence.told", True)))
PHOTO, PIXELS = "grace-hopper.jpg", "4000x3000!"
TARGET = "smiling face"
SPLIT = (475, 400)
"""A place of the split's line, in the middle of the photo."""
PLACE = (370, 330)
MASK = ("Tab", "Tab", "Tab", "Tab", "space")
"""Keys that go from a new change to the controls of its mask."""
MOVES = 250
"""How many moves of the pointer are measured, one every 12 ms at most."""
PAUSE = ("sleep", "0.012")


def drag(start: tuple[int, int], reach: tuple[int, int], button: str = "1") -> Step:
    """Returns the steps that drag to and fro around a place."""
    steps = ["mousemove", *map(str, start), "sleep", "0.1", "mousedown", button]
    for i in range(MOVES):
        share = math.sin(i / 20)
        steps += ["mousemove", str(round(start[0] + reach[0] * share))]
        steps += [str(round(start[1] + reach[1] * share)), *PAUSE]
    return (*steps, "mousemove", *map(str, start), "mouseup", button)


def wheel() -> Step:
    """Returns the steps that zoom in and out again."""
    notches = ("click", "--repeat", "9", "--delay", "12")
    return ("mousemove", *map(str, PLACE), *(*notches, "4", *notches, "5") * (MOVES // 36))


@dataclass(frozen=True)
class Counts:
    """What a program has done so far, and the time."""

    at: float
    busy: float
    frames: int
    uploads: int
    pixels: int
    pictures: int

    @classmethod
    def of(cls, window: Window, file: Path) -> Counts:
        """Reads the counts of a window's program; pictures are the frames of its engine."""
        fields = Path(f"/proc/{window.process.pid}/stat").read_text(encoding="utf-8")
        user, system = fields.rsplit(")", 1)[1].split()[11:13]
        busy = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        frames, uploads, pixels = struct.unpack("3q", file.read_bytes())
        return cls(time.monotonic(), busy, frames, uploads, pixels, len(lines(window.trace)))

    def since(self, before: Counts) -> str:
        """Puts the difference to earlier counts into words."""
        frames = self.frames - before.frames
        cost = 1000 * (self.busy - before.busy) / max(frames, 1)
        return (
            f"{frames / (self.at - before.at):5.1f} frames/s, "
            f"{cost:5.1f} ms of processor time a frame, "
            f"{self.uploads - before.uploads:3} textures "
            f"({(self.pixels - before.pixels) / 1e6:.1f} megapixels), "
            f"{self.pictures - before.pictures} new pictures"
        )


def measure(program: Path, library: Path, photo: Path, home: Path) -> None:
    """Measures one program in a home of its own."""
    file = home / "counts"
    file.write_bytes(bytes(24))
    counted = {"LD_PRELOAD": str(library), "GL_COUNTS": str(file)}
    window = Window(program, home, LOOK, photo, counted)
    try:
        window.until("the photo", lambda: bool(window.last()))
        window.do("key", "ctrl+n")
        window.do("type", "--delay", "40", TARGET)
        window.do("key", "Return")
        window.until("the edit", lambda: window.settled(TARGET))
        window.do("key", "--delay", "60", *MASK)
        window.still()
        window.do("key", "--delay", "60", "Tab", "space")  # the first region
        window.still()
        window.do("key", "--delay", "60", "Escape", "Escape", "c")
        window.still()
        for what, before, steps in (
            ("handle", (), drag(SPLIT, (250, 0))),
            ("wheel", (), wheel()),
            ("hand", ("0",), drag(PLACE, (30, 30))),
            ("hand, far", (), drag(PLACE, (300, 200))),
            ("handle, mask", ("0", "m"), drag(SPLIT, (250, 0))),
            ("wheel, mask", (), wheel()),
            ("hand, mask", ("0",), drag(PLACE, (30, 30), "2")),
        ):
            if before:
                window.do("key", "--delay", "60", *before)
            window.still()
            start = Counts.of(window, file)
            xdotool(*steps)
            print(f"{program.name:10} {what:12} {Counts.of(window, file).since(start)}", flush=True)
    finally:
        window.close()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltarelease.frames", description=__doc__)
    parser.add_argument("--program", type=Path, action="append", required=True)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            library, photo = work / "glcount.so", work / "photo.jpg"
            source = Path(__file__).with_name("glcount.c")
            run(["gcc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"])
            run(["convert", str(SAMPLES / PHOTO), "-resize", PIXELS, str(photo)])
            for i in range(options.runs):
                for program in options.program:
                    home = work / f"{program.name}-{i}"
                    home.mkdir()
                    with display(LOOK.size):
                        measure(program.resolve(), library, photo, home)
    except (ReleaseError, OSError, subprocess.SubprocessError) as err:
        print(f"frames: failed: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
