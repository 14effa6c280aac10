"""Strips of planes."""

from __future__ import annotations

import numpy as np
import pytest

from deltapack.rows import Rows, strips


def test_strips_cover_a_plane_once() -> None:
    found = strips(64, 4)
    assert [r.start for r in found] == [0, 14, 30, 46]
    assert sum(r.count for r in found) == 64
    assert found[-1].stop == 64
    assert strips(64, 1) == [Rows.all(64)]
    assert Rows.all(64).whole
    assert not found[0].whole


def test_strips_of_a_block_can_be_another_block_s() -> None:
    for rows in strips(64, 4):
        coarse = rows.wider(2).halved()
        assert coarse.side == 32
        assert coarse.wider(2).halved().side == 16  # its ends are even


def test_a_convolution_of_strips_is_the_plane_s() -> None:
    rng = np.random.default_rng(3)
    plane, kernel = rng.standard_normal((16, 16)), rng.standard_normal((3, 3))

    def convolved(x: np.ndarray, pads: list[int]) -> np.ndarray:
        top, left, bottom, right = pads
        wide = np.pad(x, ((top, bottom), (left, right)))
        windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3))
        return (windows * kernel).sum((2, 3))

    whole = convolved(plane, Rows.all(16).pads)
    for rows in strips(16, 4):
        source = rows.wider(1)
        part = convolved(plane[source.start : source.stop], rows.pads)
        assert np.allclose(part, whole[rows.start : rows.stop])


def test_misfits_are_refused() -> None:
    with pytest.raises(ValueError, match="5 strips of 64 rows"):
        strips(64, 5)
    with pytest.raises(ValueError, match="rows 3 to 8"):
        Rows(3, 8, 16).halved()
