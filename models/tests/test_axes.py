"""Axes from measurements and annotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deltatrain.data import axes
from deltatrain.data.attributes import NAMES


def line(index: int, **told: str) -> str:
    return ",".join([str(index), *(told.get(field, "") for field in axes.FIELDS)])


def test_annotations_are_read_by_axis(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("\n".join([
        line(0, glasses="2", hair="k", length="3"), line(2, glasses="0", hair="x", texture="n"),
    ]))  # fmt: skip
    second.write_text(line(0, glasses="1"))
    made = axes.annotations([first, second], 4)
    assert made["glasses"][[0, 2]].tolist() == [1, 0]
    assert made["sunglasses"][0] == 0, "the later answer stands"
    assert made["hair_black"][0] == 1
    assert made["hair_long"][0] == 3, "what the later line leaves open stays"
    assert np.isnan(made["hair_black"][2]), "hidden hair has no colour"
    assert np.isnan(made["hair_curly"][2])
    assert np.isnan(made["glasses"][[1, 3]]).all()


@pytest.mark.parametrize("text", ["0,1", "9" + "," * len(axes.FIELDS), "-1" + "," * 17])
def test_broken_lines_are_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.csv"
    file.write_text(line(0) + "\n" + text)
    with pytest.raises(ValueError, match=r"broken\.csv:2"):
        axes.annotations([file], 4)


def test_table_is_standardised_and_keeps_gaps() -> None:
    rng = np.random.default_rng(0)
    labels = rng.uniform(0.05, 0.95, (300, len(NAMES))).astype(np.float32)
    annotated = {name: np.full(300, np.nan, np.float32) for name in axes.CODES}
    annotated["hat"][:50] = rng.integers(0, 2, 50)
    made = axes.table(labels, annotated)
    assert made.shape == (300, len(axes.AXES))
    age = made[:, axes.AXES.index("age")]
    assert abs(age.mean()) < 1e-4
    assert abs(age.std() - 1) < 1e-2
    hat = made[:, axes.AXES.index("hat")]
    assert np.isfinite(hat[:50]).all()
    assert np.isnan(hat[50:]).all()
    gaze = made[:, axes.AXES.index("gaze_x")]
    assert abs(np.corrcoef(gaze, labels[:, NAMES.index("yaw")])[0, 1]) < 0.05


def test_every_axis_comes_from_somewhere() -> None:
    labels = np.random.default_rng(1).uniform(0.1, 0.9, (50, len(NAMES))).astype(np.float32)
    columns = {name: labels[:, k] for k, name in enumerate(NAMES)}
    have = set(axes.measured(columns)) | set(axes.CODES)
    assert have == set(axes.AXES)
