"""The table of edits of photographs, from readings that are made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deltatrain.report import portraits, readers

CALM = {
    "age": 30.0, "age_ssrnet": 30.0, "male": 0.5, "happy": 0.1, "angry": 0.0, "surprise": 0.0,
    "frown": 0.0, "startle": 0.0, "nose": 0.6, "eye": 0.3, "lip_red": 0.4, "skin_l": 70.0,
}  # fmt: skip


def report(photo: dict[str, float], **edits: dict[str, float]) -> dict[str, Any]:
    """Return a photograph's report; every edit changes the readings that are given."""
    return {
        "photo": CALM | photo,
        "edits": {
            f"{name} 1": {
                "reading": CALM | photo | change, "identity": 0.25, "ring": 2.0, "beyond": 0.5,
            } for name, change in edits.items()
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "hit"),
    [
        ("smiling", {"happy": 0.45}, True), ("smiling", {"happy": 0.35}, False),
        ("old", {"age": 42.5}, True), ("old", {"age": 41.0}, False),
        ("child", {"age": 21.0}, True), ("child", {"age": 23.0}, False),
        ("male", {"male": 0.85}, True), ("female", {"male": 0.15}, True),
        ("female", {"male": 0.85}, False), ("angry", {"frown": 0.05}, True),
        ("surprised", {"startle": 0.05}, False), ("surprised", {"startle": 0.09}, True),
    ],
)  # fmt: skip
def test_hits(name: str, change: dict[str, float], hit: bool) -> None:
    """A hit is a change that an eye would call one."""
    assert readers.HITS[name](CALM, CALM | change) is hit


def test_edits_are_asked_of_those_who_lack_them() -> None:
    """Nobody asks a smiling face to smile: it does not count, either way."""
    reports = {
        "a": report({}, smiling={"happy": 0.9}),
        "b": report({"happy": 0.95}, smiling={"happy": 0.95}),
    }
    pairs = portraits.rows(reports, "smiling", "smiling 1")
    assert len(pairs) == 1
    assert portraits.hits("smiling", pairs) == 1.0


def test_table() -> None:
    """Means, refused photographs, and groups without anybody."""
    old = {"age": 45.0, "nose": 0.66, "lip_red": 0.38}
    reports = {
        "a": report({}, old=old), "b": report({"skin_l": 40.0}, old={"age": 35.0}), "c": None,
    }  # fmt: skip
    text = portraits.table(reports, [1.0])
    assert text.startswith("2 photographs; 1 more were refused.")
    assert "| old | 2 | 0.50 | 0.25 | +0.050 | +0.000 | -0.010 | 2.0 | 0.5 |" in text
    dark = next(line for line in text.splitlines() if line.startswith("| dark skin |"))
    assert dark == "| dark skin | 1 |  |  |  |  | 0.00 |  |  |  |  | 0.00 |"
    over = next(line for line in text.splitlines() if line.startswith("| over 45 |"))
    assert over.replace(" ", "") == "|over45|0|" + "|" * 10


def test_change_around_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes on the person are not counted; all others are, by their distance to it."""
    person = np.zeros((256, 256), bool)
    person[100:150, 100:150] = True
    around = portraits.Surroundings.__new__(portraits.Surroundings)
    monkeypatch.setattr(around, "person", lambda _: person)
    before = np.zeros((256, 256, 3), np.uint8)
    on, near = before.copy(), before.copy()
    on[100:150, 100:150] = 90
    near[100:150, 155] = 90
    assert around.changes(before, on) == {"ring": 0.0, "beyond": 0.0}
    told = around.changes(before, near)
    assert told["beyond"] == 0.0
    assert told["ring"] == pytest.approx(90 * 50 / (74 * 74 - 56 * 56))


def test_numbers_are_kept_short() -> None:
    """Reports hold four places, and what is no number stays."""
    assert portraits.rounded({"a": {"b": 0.123456}, "c": None}) == {"a": {"b": 0.1235}, "c": None}


def test_sheet(tmp_path: Path) -> None:
    """A row a photograph; pictures that are missing leave their cell white."""
    Image.new("RGB", (portraits.CELL,) * 2, "black").save(tmp_path / "a.jpg")
    portraits.sheet(tmp_path, ["a", "b"], tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as made:
        assert made.size[0] == portraits.CELL * (len(portraits.SHOWN) + 1)
        middle = portraits.CELL // 2
        assert made.getpixel((middle, 24 + middle)) == (0, 0, 0)
        assert made.getpixel((middle, 24 + portraits.CELL + middle)) == (255, 255, 255)


def test_lips_are_read_where_they_are() -> None:
    """Redness is the share of red at the lips alone."""
    points = np.full((68, 2), 20.0, np.float32)
    points[48:68] = 120.0
    image = np.full((256, 256, 3), 100, np.uint8)
    image[110:130, 110:130] = (180, 60, 60)
    assert readers.lip_redness(image, points) == pytest.approx(0.6, abs=1e-3)
