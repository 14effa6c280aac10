"""Counting frames: what is moved, and how counts are read."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
from pathlib import Path

from deltarelease import frames


def test_a_drag_ends_where_it_began_with_the_button_up() -> None:
    steps = frames.drag((100, 50), (30, 0))
    assert steps[:3] == ("mousemove", "100", "50")
    assert steps[-5:] == ("mousemove", "100", "50", "mouseup", "1")
    places = [steps[i + 1 : i + 3] for i, step in enumerate(steps) if step == "mousemove"]
    assert len(places) == frames.MOVES + 2
    assert {y for _, y in places} == {"50"}
    assert min(int(x) for x, _ in places) == 70
    assert max(int(x) for x, _ in places) == 130


def test_the_wheel_turns_as_far_back_as_forth() -> None:
    steps = frames.wheel()
    assert steps.count("4") == steps.count("5") == frames.MOVES // 36


def test_counts_are_put_into_words() -> None:
    before = frames.Counts(10.0, 1.0, 100, 4, 1_000_000, 7)
    after = frames.Counts(12.0, 3.0, 200, 6, 3_500_000, 8)
    assert after.since(before) == (
        " 50.0 frames/s,  20.0 ms of processor time a frame,   2 textures (2.5 megapixels), "
        "1 new pictures"
    )


def test_the_counter_counts_frames_and_large_textures(tmp_path: Path) -> None:
    """The counter stands before a library that has glXGetProcAddress."""
    (tmp_path / "gl.c").write_text(
        """
#include <string.h>
typedef void (*proc)(void);
static void clear(unsigned mask) { (void)mask; }
static void image(unsigned t, int l, int i, int w, int h, int b, unsigned f, unsigned y,
                  const void *p) { }
static void other(void) { }
proc glXGetProcAddress(const unsigned char *name) {
    if (!strcmp((const char *)name, "glClear")) return (proc)clear;
    if (!strcmp((const char *)name, "glTexImage2D")) return (proc)image;
    return other;
}
""",
        encoding="utf-8",
    )
    (tmp_path / "main.c").write_text(
        """
typedef void (*proc)(void);
proc glXGetProcAddress(const unsigned char *name);
int main(void) {
    void (*clear)(unsigned) = (void (*)(unsigned))glXGetProcAddress((void *)"glClear");
    void (*image)(unsigned, int, int, int, int, int, unsigned, unsigned, const void *) =
        (void *)glXGetProcAddress((void *)"glTexImage2D");
    glXGetProcAddress((void *)"glFlush")();
    for (int i = 0; i < 3; i++) clear(0);
    image(0, 0, 0, 200, 300, 0, 0, 0, 0);
    image(0, 0, 0, 128, 128, 0, 0, 0, 0);
    return 0;
}
""",
        encoding="utf-8",
    )
    source = Path(frames.__file__).with_name("glcount.c")
    for command in (
        ["gcc", "-shared", "-fPIC", "-w", "-o", "libgl.so", "gl.c"],
        ["gcc", "-w", "-o", "main", "main.c", "-L.", "-lgl", f"-Wl,-rpath,{tmp_path}"],
        ["gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", "count.so", str(source), "-ldl"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True)  # noqa: S603
    counts = tmp_path / "counts"
    counts.write_bytes(bytes(3 * ctypes.sizeof(ctypes.c_longlong)))
    counted = {"LD_PRELOAD": str(tmp_path / "count.so"), "GL_COUNTS": str(counts)}
    subprocess.run([str(tmp_path / "main")], env={**os.environ, **counted}, check=True)  # noqa: S603
    assert struct.unpack("3q", counts.read_bytes()) == (3, 1, 60_000)
