"""The safetensors reader on sound and damaged files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deltapack import safetensors


def file(path: Path, header: Any, body: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def entry(**changed: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]} | changed


def test_tensors_come_back(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4").reshape(2, 3)
    header = {
        "__metadata__": {"format": "pt"},
        "a": entry(),
        "half": entry(dtype="F16", shape=[2], data_offsets=[24, 28]),
        "scalar": entry(dtype="I64", shape=[], data_offsets=[28, 36]),
    }
    body = values.tobytes() + np.float16([1, 2]).tobytes() + np.int64(7).tobytes()
    got = safetensors.read(file(tmp_path / "x", header, body))
    assert sorted(got) == ["a", "half", "scalar"]
    assert np.array_equal(got["a"], values)
    assert got["half"].tolist() == [1, 2]
    assert got["scalar"].item() == 7


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (b"{", "header of 1 bytes"),
        (b"{,}", "not JSON"),
        ({"a": entry(dtype="BF16")}, "a is BF16"),
        ({"a": entry(data_offsets=[0, 20])}, "cannot lie at 0..20"),
        ({"a": entry(data_offsets=[8, 32])}, "cannot lie at 8..32"),
        ({"a": entry(data_offsets=[-24, 0])}, "cannot lie"),
        ({"a": entry(shape=[2, 4])}, "cannot lie"),
    ],
)
def test_damage_is_named(tmp_path: Path, header: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        safetensors.read(file(tmp_path / "x", header, bytes(24)))


def test_header_longer_than_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for data in (b"", b"\xff" * 8, (100).to_bytes(8, "little") + b"{}"):
        path.write_bytes(data)
        with pytest.raises(ValueError, match="header of"):
            safetensors.read(path)
