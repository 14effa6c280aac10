"""What the tour of the window reads: texts of PNG, changes, stalls, pictures of the screen."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest

from deltarelease import tour, window
from deltarelease.errors import ReleaseError
from deltarelease.window import Look

HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    """Returns a chunk of a PNG."""
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def test_texts_of_a_png_are_read_plain_and_compressed() -> None:
    """All kinds that the program writes, between other chunks."""
    data = HEAD + b"".join((
        chunk(b"IHDR", bytes(13)),
        chunk(b"tEXt", b"old\0caf\xe9"),
        chunk(b"iTXt", b"plain\0\0\0\0\0" + "größer".encode()),
        chunk(b"iTXt", b"packed\0\1\0en\0key\0" + zlib.compress(b'{"a": 1}')),
        chunk(b"IEND", b""),
    ))  # fmt: skip
    assert tour.png_texts(data) == {"old": "café", "plain": "größer", "packed": '{"a": 1}'}
    assert tour.png_texts(data[:40]) == {}


def test_what_is_no_png_is_refused() -> None:
    """A photograph of another kind."""
    with pytest.raises(ReleaseError, match="no PNG"):
        tour.png_texts(b"\xff\xd8\xff")


def test_changes_are_targets_with_the_regions_of_their_masks() -> None:
    """Rows that ask for nothing are left out; strokes are no regions."""
    rows = [
        {"target": "old face"},
        {"target": "", "mask": {"parts": [{"region": "hair"}]}},
        {"target": "blond", "mask": {"parts": [{"region": "hair"}, {"region": "brows"}]}},
        {"target": "sad", "mask": None},
    ]
    assert tour.changes(rows) == [("old face", []), ("blond", ["hair", "brows"]), ("sad", [])]


def test_the_worst_stall_is_the_one_that_computed_longest() -> None:
    """Not the one that waited longest for a processor."""
    slow, busy = {"cpu_ms": 4.0, "ms": 900.0}, {"cpu_ms": 61.5, "ms": 70.0, "in": "ui.x"}
    assert tour.worst([slow, busy, slow]) == busy
    assert tour.worst([])["cpu_ms"] == 0


@pytest.mark.parametrize(("rows", "same"), [(0, True), (2, True), (3, False)])
def test_screens_are_alike_but_for_a_text_cursor(rows: int, same: bool) -> None:
    """Of 40 rows of pixels, 2 may differ."""
    size, head = (5, 40), b"P6\n5 40\n255\n"
    a = bytearray(head + bytes(3 * 5 * 40))
    b = bytearray(a)
    for y in range(rows):
        b[len(head) + 15 * (10 + y) + 3] = 200
    assert window.alike(bytes(a), bytes(b), size) is same


def test_screens_of_different_sizes_are_not_alike() -> None:
    """Nor is no screen at all."""
    assert not window.alike(b"", b"P6" + bytes(12), (2, 2))
    assert not window.alike(b"", b"", (2, 2))


def test_only_whole_lines_of_a_log_are_read(tmp_path: Path) -> None:
    """The program may be writing the last one."""
    log = tmp_path / "log"
    assert window.lines(log) == []
    log.write_text(json.dumps({"ms": 1}) + "\n" + '{"ms": 2')
    assert window.lines(log) == [{"ms": 1}]


def test_places_are_counted_from_the_right_and_the_nearer_edge(tmp_path: Path) -> None:
    """In device pixels."""
    walk = tour.Tour(Path("x"), "large", tmp_path, tmp_path)
    assert walk.look.size == (2560, 1600)
    assert walk.at((100, 30)) == (2360, 60)
    assert walk.at((100, -30)) == (2360, 1540)
    assert walk.confirm() == (2112, 1398)
    assert dict(walk.look.preferences)["folder.open"] == str(tmp_path / "photos")
    assert len(list((tmp_path / "photos").iterdir())) == 5


def test_every_look_is_of_its_own() -> None:
    """Light, dark, German, Japanese, small, and at scale 2."""
    looks = list(tour.LOOKS.values())
    assert len(set(looks)) == len(looks) == 6
    assert Look((900, 600), 1, tour.LOOKS["small"].preferences) in looks
    assert any(look.scale == 2 for look in looks)
