"""The plain graph draws what the pack's graphs draw, and times are taken in turn."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import off_by, runner
from deltapack import generator
from deltapack.generator import Weights
from deltapeers import plain
from deltapeers.__main__ import BASE, table
from deltapeers.measure import Times, in_turn


def test_plain_graph_agrees_with_the_packs(weights: Weights) -> None:
    z = np.random.default_rng(7).standard_normal((1, 512)).astype(np.float32)
    style = weights.styles(weights.mapping(z)).astype(np.float32)
    none = np.zeros((1, 512, 64, 64), np.float32)
    seam = runner(generator.trunk_graph(weights))(style=style, offset=none, reference=none)
    want = runner(generator.top_graph(weights))(style=style, features=seam["features"])["image"]
    got = runner(plain.onnx_graph(weights))(style=style)["image"]
    assert np.abs(want).max() > 0.5
    assert off_by(got, want) < 1e-3


def test_peers_take_turns() -> None:
    seen: list[str] = []
    ticks = iter(range(100))
    calls = {name: (lambda name=name: seen.append(name)) for name in "ab"}
    times = in_turn(calls, 3, clock=lambda: next(ticks))
    assert seen == ["a", "b"] * 4
    assert times["a"] == Times(1000, 1000, 1000)
    with pytest.raises(ValueError, match="rounds is 0"):
        in_turn(calls, 0)


def test_table_shows_ratios() -> None:
    lines = table({BASE: Times(100, 200, 300), "pytorch": Times(50, 300, 300)}).splitlines()
    assert len(lines) == 3
    assert lines[2].split() == ["pytorch", "50.0", "300.0", "300.0", "0.50", "1.50"]
