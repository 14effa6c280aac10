"""The arithmetic of the measures of photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="needs the packages of train.lock")

from deltatrain.report import fidelity  # noqa: E402
from deltatrain.report.evaluate import CHECKS  # noqa: E402


def test_prompts_are_ten_that_judges_can_see() -> None:
    assert len(fidelity.PROMPTS) == 10
    assert set(fidelity.PROMPTS) <= set(CHECKS)


def test_table_averages_what_there_is() -> None:
    def report(l2: float, hit: float) -> dict:
        numbers = {"l2": l2, "ms_ssim": 0.9, "identity": 0.2, "seconds": 1.0}
        return {"reconstruction": {"0": numbers}, "untouched": 0.5,
                "edits": {"smiling 1": {"hit": hit, "identity": 0.3, "has": hit}}}  # fmt: skip

    text = fidelity.table({"a": report(0.1, 1.0), "b": report(0.3, 0.0), "c": None})
    assert "2 photographs; 1 more were refused" in text
    assert "| 0 | 0.2000 | 0.900 | 0.200 | 1.0 |" in text
    assert "| smiling 1 | 0.50 | 0.00 | 0.300 |" in text
    assert "| all at 1 | 0.50 | 0.00 | 0.300 |" in text
    assert "50.0%" in text


def test_half_that_lacks_it_is_chosen_by_what_was_there_before() -> None:
    rows = [{"has": h, "hit": float(h < 0)} for h in (3, -1, 2, -2, 0)]
    assert [row["has"] for row in fidelity.lacking(rows)] == [-2, -1, 0]


def test_generated_faces_are_held_out_and_look_like_no_drawing(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(60, 190, (40, 256, 256, 3), np.uint8)
    images[:, 64:192, 64:192] = 200
    done = np.ones(40, bool)
    done[9] = False  # held out, and not drawn yet
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "done.npy", done)
    files = fidelity.generated(tmp_path, 9, tmp_path)
    assert [f.name for f in files] == [f"generated-{k:04d}.png" for k in (0, 18, 27, 36)]
    for f, k in zip(files, (0, 18, 27, 36), strict=True):
        with Image.open(f) as image:
            off = np.abs(np.asarray(image).astype(int) - images[k]).mean()
        assert 1 < off < 100
    assert fidelity.generated(tmp_path, 0, tmp_path) == []


PROGRAM = """#!/usr/bin/env python3
import json, pathlib, sys
args = sys.argv[1:]
assert args[:3] == ["batch", "--provider", "cpu"], args
out = pathlib.Path(args[args.index("--out") + 1])
out.mkdir()
for text in pathlib.Path(args[args.index("--plan") + 1]).read_text().splitlines():
    line = json.loads(text)
    fine = line["target"] != "bad"
    if fine:
        (out / line["out"]).write_text(line["in"])
    print(json.dumps({"id": line["id"], "status": "ok" if fine else "failed"}))
"""


def test_edits_are_lines_of_a_plan_and_failed_ones_are_left_out(tmp_path: Path) -> None:
    binary, photo = tmp_path / "program", tmp_path / "photo.png"
    binary.write_text(PROGRAM)
    binary.chmod(0o755)
    photo.touch()
    wishes = {"a": {"target": "x"}, "b": {"target": "bad"}, "c": {"target": "y", "strength": 0.5}}
    made = fidelity.Program(binary, None).edit(photo, wishes, tmp_path)
    assert list(made) == ["a", "c"]
    assert all(path.read_text() == str(photo.resolve()) for path in made.values())
