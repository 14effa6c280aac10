"""The program's window on a display in memory, driven by keys and mouse.

Needs Xvfb, xdotool and ImageMagick, as the tests do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deltarelease.errors import ReleaseError

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "assets" / "samples"
DISPLAY = ":8"
PATIENCE = 300

Step = tuple[str, ...]


def click(place: tuple[int, int]) -> Step:
    """Returns the step that clicks at a place of the window."""
    return ("mousemove", str(place[0]), str(place[1]), "click", "1")


def xdotool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs xdotool on the display."""
    return subprocess.run(  # noqa: S603
        ["xdotool", *arguments],  # noqa: S607
        env={**os.environ, "DISPLAY": DISPLAY},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def display(size: tuple[int, int]) -> Iterator[None]:
    """Runs a display in memory of a size in pixels."""
    screen = f"{size[0]}x{size[1]}x24"
    server = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", screen, "-noreset"])  # noqa: S603, S607
    try:
        end = time.monotonic() + PATIENCE
        while xdotool("getdisplaygeometry").returncode != 0:
            if time.monotonic() > end or server.poll() is not None:
                raise ReleaseError("Xvfb does not start")
            time.sleep(0.2)
        yield
    finally:
        server.kill()
        server.wait()


@dataclass(frozen=True)
class Look:
    """How the window looks: its size in device pixels, and what the program is told."""

    size: tuple[int, int]
    scale: float = 1
    preferences: tuple[tuple[str, object], ...] = ()


class Window:
    """The program's window, with a home of its own."""

    def __init__(
        self,
        program: Path,
        home: Path,
        look: Look,
        photo: Path | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        """Starts the program, on a photo if there is one, and waits for its window.

        Its environment is a small one, to which `more` is added.
        """
        self.size = look.size
        self.trace, self.stalls = home / "trace", home / "stalls"
        file = home / ".config/fyne/app.deltaedit.studio/preferences.json"
        if look.preferences and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(dict(look.preferences)), encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DISPLAY": DISPLAY,
            "LANG": "en_US.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "FYNE_SCALE": f"{look.scale:g}",
            "DELTAEDIT_TRACE": str(self.trace),
            "DELTAEDIT_STALLS": str(self.stalls),
            **(more or {}),
        }
        self.process = subprocess.Popen(  # noqa: S603
            [str(program), "--provider", "cpu", *([str(photo)] if photo else [])],
            env=environment,
            cwd=ROOT,
        )
        self.id = ""
        self.until("the window", self._find)
        self.do("windowmove", self.id, "0", "0")
        self._asked = 0.0
        self.until("the window's size", self._has_size)
        self.do("windowfocus", "--sync", self.id)

    def _find(self) -> bool:
        done = xdotool("search", "--onlyvisible", "--name", "DeltaEdit Studio")
        self.id = done.stdout.split()[0] if done.stdout.split() else ""
        return bool(self.id)

    def _has_size(self) -> bool:
        """Asks for the look's size, and tells whether the window has kept it for a second.

        A toolkit that is still starting may set its own once more.
        """
        shell = xdotool("getwindowgeometry", "--shell", self.id).stdout.splitlines()
        has = dict(line.split("=", 1) for line in shell if "=" in line)
        if (has.get("WIDTH"), has.get("HEIGHT")) != tuple(map(str, self.size)):
            self.do("windowsize", self.id, *map(str, self.size))
            self._asked = time.monotonic()
        return time.monotonic() - self._asked > 1

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
        frames = lines(self.trace)
        return frames[-1] if frames else {}

    def settled(self, *targets: str) -> bool:
        """Tells whether the window shows the full-size image of edits."""
        frame = self.last()
        prompts = [p["target"] for p in frame.get("prompts") or []]
        return frame.get("stage") in (3, "final") and prompts == list(targets)

    def screen(self) -> bytes:
        """Returns the screen as a picture (PPM)."""
        command = ["import", "-display", DISPLAY, "-window", "root", "ppm:-"]
        return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603

    def still(self) -> bytes:
        """Returns the screen as soon as it has stopped to change, but for a text cursor."""
        before, end = b"", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            now = self.screen()
            if alike(before, now, self.size):
                return now
            before = now
            time.sleep(0.3)
        raise ReleaseError("the screen does not come to rest")

    def save(self, screen: bytes, path: Path) -> None:
        """Writes the window's part of the screen as a picture."""
        subprocess.run(  # noqa: S603
            ["convert", "ppm:-", "-crop", f"{self.size[0]}x{self.size[1]}+0+0", "-quality", "86",  # noqa: S607
             "-strip", str(path)], input=screen, check=True,
        )  # fmt: skip

    def close(self) -> None:
        """Ends the program."""
        self.process.kill()
        self.process.wait()


def alike(a: bytes, b: bytes, size: tuple[int, int]) -> bool:
    """Tells whether two pictures (PPM) of a size differ by a text cursor at most.

    That is in one row of pixels in 20.
    """
    width, height = size
    start, row = len(a) - 3 * width * height, 3 * width
    if len(a) != len(b) or start < 0:
        return False
    other = sum(a[at : at + row] != b[at : at + row] for at in range(start, len(a), row))
    return 20 * other <= height


def lines(path: Path) -> list[dict]:
    """Returns the whole lines of a log in JSON; none while there is no such file."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def copy_sample(name: str, folder: Path) -> Path:
    """Copies a sample to a folder and returns the path of the copy."""
    return Path(shutil.copy(SAMPLES / name, folder / name))
