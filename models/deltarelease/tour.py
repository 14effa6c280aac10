"""Walks through the window as a person would: `python3 -m deltarelease.tour --program PROGRAM`.

A sample → two changes → a mask on the hair → undo, redo → split → 200 % → a batch of five with
one bad file → export → restoring the export; in light, dark, German, Japanese, small and at
scale 2. Each step is checked by what the program has written, a picture of it is kept to be
looked at, and the longest time in which the UI thread did not answer is printed.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from deltarelease.errors import ReleaseError
from deltarelease.window import Look, Window, alike, click, copy_sample, display, lines

LIGHT, DARK = ("appearance", "light"), ("appearance", "dark")
LOOKS = {
    "light": Look((1280, 800), preferences=(LIGHT,)),
    "dark": Look((1280, 800), preferences=(DARK,)),
    "german": Look((1280, 800), preferences=(LIGHT, ("language", "de"))),
    "japanese": Look((1280, 800), preferences=(LIGHT, ("language", "ja"))),
    "small": Look((900, 600), preferences=(DARK, ("language", "de"))),
    "large": Look((2560, 1600), scale=2, preferences=(LIGHT,)),
}
TARGETS = ("smiling face", "face with blond hair")
PHOTO = "generated-woman.jpg"
OTHERS = ("eileen-collins.jpg", "generated-man.jpg", "grace-hopper.jpg")
BAD = "not-a-photo.jpg"
LIMIT = 50
"""The longest that the UI thread should be busy at a time, in milliseconds."""

# Places in logical pixels, from the window's right edge and its upper or lower one.
ADD_FOLDER, START_BATCH = (430, 30), (395, -55)


def png_texts(data: bytes) -> dict[str, str]:
    """Returns the texts of a PNG (tEXt and iTXt) by their keywords."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ReleaseError("this is no PNG")
    texts, at = {}, 8
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + size]
        keyword, _, rest = chunk.partition(b"\0")
        if kind == b"tEXt":
            texts[keyword.decode("latin-1")] = rest.decode("latin-1")
        elif kind == b"iTXt":
            text = rest[2:].split(b"\0", 2)[2]
            texts[keyword.decode("latin-1")] = (zlib.decompress(text) if rest[0] else text).decode()
        at += 12 + size
    return texts


def changes(rows: Iterable[dict]) -> list[tuple[str, list[str]]]:
    """Returns the target and the regions of each row of a stack, or edit of a recipe."""
    return [
        (row["target"], [p["region"] for p in (row.get("mask") or {}).get("parts", [])])
        for row in rows
        if row["target"]
    ]


def worst(stalls: Iterable[dict]) -> dict:
    """Returns the stall in which the UI thread computed longest; one of 0 ms for none."""
    return max(stalls, key=lambda s: s["cpu_ms"], default={"cpu_ms": 0.0, "ms": 0.0})


def report(line: str) -> None:
    """Prints one line of progress."""
    print(f"tour: {line}", file=sys.stderr, flush=True)


class Tour:
    """One walk through the window in one look."""

    def __init__(self, program: Path, name: str, out: Path, home: Path) -> None:
        """Puts the photographs of the walk into a home."""
        self.program, self.name, self.home, self.out = program, name, home, out
        self.photos, self.exports = home / "photos", home / "exports"
        self.photos.mkdir()
        self.exports.mkdir()
        self.photo = copy_sample(PHOTO, self.photos)
        for other in OTHERS:
            copy_sample(other, self.photos)
        (self.photos / BAD).write_text("not a photo", encoding="utf-8")
        self.export = self.exports / "result.png"
        preferences = (
            *LOOKS[name].preferences,
            ("licence.told", True),
            ("folder.open", str(self.photos)),
            ("folder.export", str(self.exports)),
        )
        self.look = Look(LOOKS[name].size, LOOKS[name].scale, preferences)
        self.window: Window
        self.seen, self.steps, self.measured = b"", 0, 0
        self.busiest: list[float] = []
        self.opened: list[float] = []

    def start(self, photo: Path | None = None) -> None:
        """Starts the program."""
        (self.home / "stalls").unlink(missing_ok=True)
        self.measured, self.seen = 0, b""
        self.window = Window(self.program, self.home, self.look, photo)

    def keys(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        self.window.do("key", "--delay", "60", *keys)

    def at(self, place: tuple[int, int]) -> tuple[int, int]:
        """Returns a place of the window in its pixels."""
        (width, height), scale = self.look.size, self.look.scale
        y = place[1] * scale
        return round(width - place[0] * scale), round(y if y > 0 else height + y)

    def confirm(self) -> tuple[int, int]:
        """Returns where the button is that confirms a dialog about files, in pixels."""
        width, height = (side / self.look.scale for side in self.look.size)
        right, foot = (width - min(900, width - 64)) / 2, (height - min(640, height - 64)) / 2
        return self.at((round(right + 34), -round(foot + 21)))

    def changed(self) -> bool:
        """Tells whether the window shows something else than after the last step."""
        return not alike(self.window.screen(), self.seen, self.look.size)

    def step(self, what: str, happened: Callable[[], bool]) -> None:
        """Waits until a step has happened, and keeps a picture of it with its longest stall."""
        name = f"{what} ({self.name})"
        self.window.until(name, happened)
        self.window.until(f"{name} to be seen", self.changed)
        screen = self.window.still()
        self.seen = screen
        self.steps += 1
        self.window.save(screen, self.out / f"{self.name}-{self.steps:02}-{what}.jpg")
        stalls = lines(self.window.stalls)
        if not self.measured and stalls:  # until the window is open, there is nobody to wait
            self.opened.append(stalls[0]["cpu_ms"])
            self.measured = 1
        busy = worst(stalls[self.measured :])
        self.measured = len(stalls)
        self.busiest.append(busy["cpu_ms"])
        report(
            f"{self.name:7} {what:14} busy {busy['cpu_ms']:5.0f} ms "
            f"(of {busy['ms']:.0f} ms by the clock) {busy.get('in', '')}"
        )

    def rows(self) -> list[tuple[str, list[str]]]:
        """Returns the changes that the program has saved against a crash."""
        states = list((self.home / ".local/state/deltaedit").rglob("session.json"))
        if not states:
            return []
        stacks = json.loads(states[0].read_text(encoding="utf-8")).get("stacks") or [{"rows": []}]
        return changes(stacks[0]["rows"])

    def drawn(self, before: int) -> bool:
        """Tells whether both changes are drawn at full size, for a newer request than before."""
        return self.window.last()["generation"] > before and self.window.settled(*TARGETS)

    def queued(self) -> int:
        """Returns how many photos the batch of the window has."""
        file = self.home / ".local/state/deltaedit/batch/queue.json"
        return len(json.loads(file.read_text(encoding="utf-8"))["photos"]) if file.exists() else 0

    def results(self) -> list[dict]:
        """Returns the lines of the batch's results."""
        return [line for file in self.home.rglob("results.jsonl") for line in lines(file)]

    def stop(self) -> None:
        """Ends the program as a person would."""
        self.keys("ctrl+q")
        self.window.process.wait(timeout=60)

    def walk(self) -> None:
        """Does all steps."""
        plain = [(TARGETS[0], []), (TARGETS[1], [])]
        masked = [(TARGETS[0], []), (TARGETS[1], ["hair"])]
        try:
            self.start()
            self.step("start", lambda: True)
            self.stop()
            self.start(self.photo)
            self.step("sample", lambda: bool(self.window.last()))
            for i, target in enumerate(TARGETS):
                self.keys("ctrl+n")
                self.window.do("type", "--delay", "40", target)
                self.keys("Return")
                shown = TARGETS[: i + 1]
                self.step(f"row-{i + 1}", lambda shown=shown: self.window.settled(*shown))
            self.keys("Tab", "Tab", "Tab", "Tab", "space")  # to the mask's controls
            self.step("mask", lambda: self.rows() == plain)
            for what, keys, rows in (
                ("mask-on-hair", ("Tab", "space"), masked),
                ("undo", ("ctrl+z",), plain),
                ("redo", ("ctrl+shift+z",), masked),
            ):
                before = self.window.last()["generation"]
                self.keys(*keys)
                self.step(what, lambda b=before, r=rows: self.drawn(b) and self.rows() == r)
            self.keys("Escape", "Escape")
            self.step("mask-closed", lambda: self.window.settled(*TARGETS))
            self.keys("c")
            self.step("split", lambda: self.window.settled(*TARGETS))
            before = self.window.last()["generation"]
            # From 100 %, with a stop where the photo fits if that is larger.
            self.keys("0", *["plus"] * (3 if self.look.scale == 1 else 4))
            self.step("zoom", lambda: self.drawn(before))
            self.keys("ctrl+b")
            self.step("batch", lambda: True)
            self.window.do(*click(self.at(ADD_FOLDER)))
            self.step("folder", lambda: True)
            self.window.do(*click(self.confirm()))
            self.step("queue", lambda: self.queued() == len(OTHERS) + 2)
            self.window.do(*click(self.at(START_BATCH)))
            self.step("batch-done", lambda: len(self.results()) == len(OTHERS) + 2)
            failed = [line for line in self.results() if line["status"] != "ok"]
            if len(failed) != 1 or BAD not in json.dumps(failed):
                raise ReleaseError(f"batch ({self.name}): want {BAD} alone to fail, got {failed}")
            self.keys("ctrl+b")
            self.step("photo-again", lambda: True)
            self.keys("ctrl+e")
            self.step("export", lambda: True)
            self.keys("ctrl+a")
            self.window.do("type", "--delay", "40", self.export.name)
            self.keys("Return")
            self.step("exported", self.export.exists)
            recipe = json.loads(png_texts(self.export.read_bytes())["deltaedit-recipe"])
            if changes(recipe["edits"]) != masked:
                raise ReleaseError(f"export ({self.name}): the recipe has {recipe['edits']}")
            self.stop()
            self.start(self.export)
            self.step("ask", lambda: True)
            self.keys("Tab", "Tab", "space")
            self.step("restored", lambda: self.window.settled(*TARGETS) and self.rows() == masked)
            self.stop()
        except ReleaseError:
            (self.out / f"{self.name}-failed.ppm").write_bytes(self.window.screen())
            raise
        finally:
            self.window.close()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="deltarelease.tour", description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", choices=LOOKS, action="append")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    busiest: list[float] = []
    opened: list[float] = []
    try:
        for name in options.only or LOOKS:
            with display(LOOKS[name].size), tempfile.TemporaryDirectory() as home:
                tour = Tour(options.program.resolve(), name, options.out, Path(home))
                tour.walk()
                busiest += tour.busiest
                opened += tour.opened
    except (ReleaseError, OSError, subprocess.SubprocessError) as err:
        report(f"failed: {err}")
        return 1
    over = sum(ms > LIMIT for ms in busiest)
    report(f"opening the window takes at most {max(opened):.0f} ms")
    report(f"{len(busiest)} steps, at most {max(busiest):.0f} ms, {over} above {LIMIT} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
